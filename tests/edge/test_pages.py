"""The memory of pages: never older than a change, never personal, bounded, and one answer made for all who wait."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from masthead.edge.pages import Pages

HOST = "paper.test"
SMALL = 64 * 1024


@dataclass
class Site:
    """A small site whose every answer says which state of the world it was made from."""

    world: int = 0
    version: int = 0
    made: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    fault: Exception | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, query = environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
        seen = self.world
        self.made.append(f"{environ['REQUEST_METHOD']} {path}?{environ['QUERY_STRING']}")
        self.meanwhile()
        assert "HTTP_IF_NONE_MATCH" not in environ or not path.startswith("/article")
        headers = [("Content-Type", "text/plain"), ("Cache-Control", "public, s-maxage=30"), ("ETag", '"theirs"')]
        status, words = "200 OK", ""
        match path.strip("/").rstrip("0123456789"):
            case "article":
                headers.append(("X-Masthead-Keep", "60 whole"))
                if "whole" in query:
                    headers, words = [("Cache-Control", "private, no-store")], "whole"
            case "list":
                headers.append(("x-masthead-keep", "60 page"))
                words = query.get("page", ["1"])[-1]
            case "session":
                headers += [("X-Masthead-Keep", "60"), ("Set-Cookie", "session=mine")]
            case "restricted":
                headers = [("X-Masthead-Keep", "60"), ("Cache-Control", "max-age=0, no-store, private")]
            case "varied":
                headers += [("X-Masthead-Keep", "60"), ("Vary", "Cookie")]
            case "broken":
                headers.append(("X-Masthead-Keep", "60"))
                status = "500 Internal Server Error"
            case "account":
                words = environ.get("HTTP_COOKIE", "")
            case _:
                status = "404 Not Found"
        start_response(status, headers)
        return [f"{path}|{words}|{environ.get('HTTP_COOKIE', '')}|{seen}|{'.' * 400}".encode()]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def words(self) -> list[str]:
        body = gzip.decompress(self.body) if "Content-Encoding" in self.headers else self.body
        return body.decode().split("|")

    @property
    def world(self) -> int:
        return int(self.words[3])


class Reader:
    """Asks, and holds the answers against the rules of HTTP."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    def ask(self, path: str, query: str = "", *, method: str = "GET", **headers: str) -> Answer:
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": HOST,
            "wsgi.url_scheme": "http",
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        told: list[Any] = []
        parts = self.pages(environ, lambda status, said, exc_info=None: told.append((status, said)))
        body = b"".join(parts)
        ((status, said),) = told
        answer = Answer(int(status[:3]), dict(said), body)
        assert len(answer.headers) == len(said), "a header came twice"
        if method == "GET":
            assert "x-masthead-keep" not in {name.lower() for name in answer.headers}
        return answer


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pages(site: Site, clock: Clock) -> Pages:
    made = Pages(site, host=HOST, version=lambda: site.version, clock=clock, patience_seconds=5)
    made.refresh()
    return made


@pytest.fixture
def reader(pages: Pages) -> Reader:
    return Reader(pages)


class TestKeeping:
    def test_makes_a_page_once(self, site: Site, reader: Reader) -> None:
        first, second = reader.ask("/article1"), reader.ask("/article1")
        assert first == second
        assert site.made == ["GET /article1?"]

    def test_serves_everyone_whatever_their_cookies(self, site: Site, reader: Reader) -> None:
        reader.ask("/article1")
        assert reader.ask("/article1", cookie="mh_session=staff; mh_pass=member").words[2] == ""
        assert len(site.made) == 1

    @pytest.mark.parametrize("path", ["/session", "/restricted", "/varied", "/broken", "/account", "/missing"])
    def test_keeps_nothing_personal_and_no_error(self, site: Site, pages: Pages, reader: Reader, path: str) -> None:
        assert reader.ask(path, cookie="mine").words[2] == "mine"
        assert reader.ask(path, cookie="yours").words[2] == "yours"
        assert len(site.made) == 2
        assert pages.count() == 0

    def test_keeps_nothing_of_a_post(self, site: Site, pages: Pages, reader: Reader) -> None:
        reader.ask("/article1", method="POST")
        reader.ask("/article1", method="PUT")
        assert pages.count() == 0

    def test_leaves_the_console_and_files_alone(self, site: Site, pages: Pages, reader: Reader) -> None:
        for path in ("/cms/article1", "/static/article1", "/media/article1"):
            reader.ask(path, if_none_match='"theirs"')
        assert pages.count() == 0

    def test_keeps_at_most_a_minute(self, site: Site, clock: Clock, reader: Reader) -> None:
        reader.ask("/article1")
        clock.now += 59
        reader.ask("/article1")
        assert len(site.made) == 1
        clock.now += 1
        site.world = 1
        assert reader.ask("/article1").world == 1

    def test_counts_the_minute_from_the_question(self, site: Site, clock: Clock, reader: Reader) -> None:
        def take_long() -> None:
            clock.now += 30

        site.meanwhile = take_long
        reader.ask("/article1")
        clock.now += 30
        reader.ask("/article1")
        assert len(site.made) == 2

    def test_keeps_nothing_while_changes_cannot_be_seen(self, site: Site) -> None:
        faults = [OSError("the database is away")]

        def look() -> int:
            if faults:
                raise faults[0]
            return 1

        pages = Pages(site, host=HOST, version=look)
        pages.refresh()
        reader = Reader(pages)
        reader.ask("/article1")
        assert pages.count() == 0
        faults.clear()
        pages.refresh()
        reader.ask("/article1")
        assert pages.count() == 1

    def test_passes_on_what_the_site_raises(self, site: Site, reader: Reader) -> None:
        def fall() -> None:
            raise OSError("the site is away")

        site.meanwhile = fall
        for _time in range(2):
            with pytest.raises(OSError, match="away"):
                reader.ask("/article1")
        site.meanwhile = lambda: None
        assert reader.ask("/article1").status == 200


class TestQueries:
    def test_does_not_listen_to_what_the_page_does_not(self, site: Site, pages: Pages, reader: Reader) -> None:
        reader.ask("/article1", "utm_source=letter")
        for number in range(50):
            reader.ask("/article1", f"x={number}&page={number}")
        assert len(site.made) == 1
        assert pages.count() == 1

    def test_keeps_each_page_of_a_list(self, site: Site, reader: Reader) -> None:
        for _time in range(2):
            assert reader.ask("/list1", "page=2").words[1] == "2"
            assert reader.ask("/list1", "x=1&page=3&page=4").words[1] == "4"
            assert reader.ask("/list1").words[1] == "1"
        assert len(site.made) == 3

    def test_asks_the_site_where_the_query_makes_it_personal(self, site: Site, reader: Reader) -> None:
        for _time in range(2):
            assert reader.ask("/article1", "whole=1").words[1] == "whole"
            assert reader.ask("/article1").words[1] == ""
        assert site.made.count("GET /article1?whole=1") == 2

    @pytest.mark.parametrize("query", ["page=" + "9" * 99, "page=%C3%A9", "page=\xc3\xa9", "a=1&" * 600 + "page=2"])
    def test_keeps_no_strange_ones(self, pages: Pages, reader: Reader, query: str) -> None:
        reader.ask("/list1", query)
        reader.ask("/list1", query)
        assert pages.count() == 0

    def test_keeps_few_hosts_but_always_its_own(self, site: Site, pages: Pages, reader: Reader) -> None:
        for port in range(50):
            reader.ask("/article1", host=f"localhost:{port}")
        assert pages.count() < 10
        reader.ask("/article1", host=HOST.upper())
        made = len(site.made)
        reader.ask("/article1")
        assert len(site.made) == made

    def test_remembers_no_long_addresses(self, site: Site, pages: Pages, reader: Reader) -> None:
        for number in range(20):
            reader.ask("/missing", f"x={number}" + "x" * 5000)
            reader.ask("/missing" + "x" * 5000)
            reader.ask("/missing", host="x" * 5000)
        assert not pages._unkept
        assert len(site.made) == 60


class TestAnswering:
    def test_tells_a_browser_that_its_copy_holds(self, site: Site, reader: Reader) -> None:
        first = reader.ask("/article1")
        for known in (first.headers["ETag"], f'"x", W/{first.headers["ETag"]}', "*"):
            again = reader.ask("/article1", if_none_match=known)
            assert (again.status, again.body) == (304, b"")
            assert again.headers == {
                "ETag": first.headers["ETag"],
                "Cache-Control": "public, s-maxage=30",
                "Vary": "Accept-Encoding",
            }
        assert reader.ask("/article1", if_none_match='"other"').status == 200
        assert len(site.made) == 1

    def test_tells_it_at_the_first_time_too(self, pages: Pages, reader: Reader) -> None:
        tag = reader.ask("/article1").headers["ETag"]
        pages.drop()
        assert reader.ask("/article1", if_none_match=tag).status == 304

    def test_gives_the_same_words_packed(self, reader: Reader) -> None:
        plain, packed = reader.ask("/article1"), reader.ask("/article1", accept_encoding="gzip, br")
        assert packed.words == plain.words
        assert len(packed.body) < len(plain.body)
        assert packed.headers["ETag"] != plain.headers["ETag"]
        for one in (plain, packed):
            assert one.headers["Vary"] == "Accept-Encoding"
            assert one.headers["Content-Length"] == str(len(one.body))
        assert reader.ask("/article1", accept_encoding="gzip;q=0").headers == plain.headers

    def test_answers_head_without_a_body(self, site: Site, pages: Pages, reader: Reader) -> None:
        reader.ask("/article1", method="HEAD")
        assert pages.count() == 0
        whole = reader.ask("/article1")
        head = reader.ask("/article1", method="HEAD")
        assert (head.status, head.headers, head.body) == (200, whole.headers, b"")
        assert site.made == ["HEAD /article1?", "GET /article1?"]


class TestDropping:
    def test_forgets_all_at_once(self, site: Site, pages: Pages, reader: Reader) -> None:
        reader.ask("/article1")
        site.world = 1
        pages.drop()
        assert reader.ask("/article1").world == 1

    def test_sees_changes_of_other_processes(self, site: Site, pages: Pages, reader: Reader) -> None:
        reader.ask("/article1")
        pages.refresh()
        assert pages.count() == 1
        site.world = site.version = 1
        pages.refresh()
        assert reader.ask("/article1").world == 1

    def test_never_keeps_what_was_made_before_a_change(self, site: Site, pages: Pages, reader: Reader) -> None:
        def change() -> None:
            site.meanwhile = lambda: None
            site.world = 1
            pages.drop()

        site.meanwhile = change
        assert reader.ask("/article1").world == 0
        assert reader.ask("/article1").world == 1

    def test_looks_by_itself(self, site: Site) -> None:
        pages = Pages(site, host=HOST, version=lambda: site.version)
        pages.start()
        try:
            reader = Reader(pages)
            reader.ask("/article1")
            site.world = site.version = 1
            waited = threading.Event()
            for _turn in range(60):
                if pages.count() == 0:
                    break
                waited.wait(0.1)
            assert reader.ask("/article1").world == 1
        finally:
            pages.close()


class TestWaiting:
    def ask_together(self, reader: Reader, path: str, number: int = 6) -> tuple[list[threading.Thread], list[Answer]]:
        answers: list[Answer] = []
        threads = [
            threading.Thread(target=lambda: answers.append(reader.ask(path)), daemon=True) for _turn in range(number)
        ]
        for thread in threads:
            thread.start()
        return threads, answers

    def wait_for(self, condition: Callable[[], bool]) -> None:
        pause = threading.Event()
        for _turn in range(500):
            if condition():
                return
            pause.wait(0.01)
        raise AssertionError("it did not come to that")

    def test_makes_one_answer_for_all(self, site: Site, reader: Reader) -> None:
        go_on = threading.Event()
        site.meanwhile = go_on.wait
        threads, answers = self.ask_together(reader, "/article1")
        self.wait_for(lambda: len(site.made) == 1)
        threading.Event().wait(0.1)
        go_on.set()
        for thread in threads:
            thread.join(5)
        assert len(answers) == 6
        assert len(site.made) == 1

    def test_waits_only_so_long(self, site: Site) -> None:
        pages = Pages(site, host=HOST, version=lambda: 1, patience_seconds=0.05)
        go_on = threading.Event()
        site.meanwhile = go_on.wait
        threads, answers = self.ask_together(Reader(pages), "/article1", 3)
        self.wait_for(lambda: len(site.made) == 3)
        go_on.set()
        for thread in threads:
            thread.join(5)
        assert len(answers) == 3

    def test_does_not_wait_for_what_is_not_kept(self, site: Site, reader: Reader) -> None:
        reader.ask("/account")
        go_on = threading.Event()
        site.meanwhile = go_on.wait
        threads, answers = self.ask_together(reader, "/account", 3)
        self.wait_for(lambda: len(site.made) == 4)
        go_on.set()
        for thread in threads:
            thread.join(5)
        assert len(answers) == 3

    def test_does_not_wait_for_an_answer_begun_before_a_change(self, site: Site, pages: Pages, reader: Reader) -> None:
        go_on = threading.Event()
        site.meanwhile = go_on.wait
        threads, answers = self.ask_together(reader, "/article1", 1)
        self.wait_for(lambda: len(site.made) == 1)
        site.world, site.meanwhile = 1, lambda: None
        pages.drop()
        began = time.monotonic()
        second = reader.ask("/article1")
        waited = time.monotonic() - began
        go_on.set()
        assert second.world == 1
        assert waited < 4
        threads[0].join(5)
        assert answers[0].world == 0
        assert reader.ask("/article1").world == 1


PATHS = [*(f"/article{n}" for n in range(40)), "/list1", "/session", "/restricted", "/broken", "/account", "/missing"]
ASKED = st.tuples(
    st.just("ask"),
    st.sampled_from(PATHS),
    st.sampled_from(["", "page=1", "page=2", "whole=1", "x=1", "page=3&x=2", "whole"]),
    st.sampled_from(["GET", "GET", "HEAD", "POST"]),
    st.sampled_from(["", "gzip"]),
)
STEPS = st.lists(
    st.one_of(ASKED, ASKED, st.tuples(st.sampled_from(["change", "tell", "look", "wait", "change while asked"]))),
    max_size=60,
)


class Story:
    """What happens to a site and to its memory, and what each answer is held against."""

    def __init__(self) -> None:
        self.site, self.clock = Site(), Clock()
        self.pages = Pages(self.site, host=HOST, version=lambda: self.site.version, max_bytes=SMALL, clock=self.clock)
        self.pages.refresh()
        self.reader = Reader(self.pages)
        self.seen = 0
        self.worlds = [(self.clock.now, 0)]

    def tell(self, what: str, *more: str) -> None:
        match what:
            case "ask":
                self.ask(*more)
            case "change":
                self.change()
            case "tell":
                self.pages.drop()
                self.seen = self.site.world
            case "look":
                self.pages.refresh()
                self.seen = self.site.world
            case "wait":
                self.clock.now += 25
            case _:
                self.site.meanwhile = self.change_while_asked

    def change(self) -> None:
        self.site.world += 1
        self.site.version += 1
        self.worlds.append((self.clock.now, self.site.world))

    def change_while_asked(self) -> None:
        self.site.meanwhile = lambda: None
        self.change()
        self.pages.drop()

    def ask(self, path: str, query: str, method: str, coding: str) -> None:
        before, cookie = self.site.world, f"reader-{len(self.site.made)}"
        answer = self.reader.ask(path, query, method=method, accept_encoding=coding, cookie=cookie)
        if method == "HEAD":
            assert answer.body == b"" or answer.status != 200 or "Vary" not in answer.headers
        else:
            self.hold(answer, path, parse_qs(query, keep_blank_values=True), cookie)
        if self.site.world > before:
            self.seen = self.site.world

    def hold(self, answer: Answer, path: str, query: dict[str, list[str]], cookie: str) -> None:
        a_minute_ago = max(world for at, world in self.worlds if at <= self.clock.now - 60 or world == 0)
        assert answer.world >= max(self.seen, a_minute_ago)
        named, said, owner, *_rest = answer.words
        assert named == path
        is_article = path.startswith("/article")
        if not path.startswith(("/article", "/list")) or (is_article and "whole" in query):
            assert owner == cookie
        if path == "/list1":
            assert said == query.get("page", ["1"])[0]
        if is_article:
            assert said == ("whole" if "whole" in query else "")


class TestTheLaw:
    @given(STEPS)
    @example([("ask", "/list1", "page=2", "GET", ""), ("change",), ("look",), ("ask", "/list1", "page=2", "GET", "")])
    def test_no_answer_is_older_than_what_this_process_saw(self, steps: list[tuple[str, ...]]) -> None:
        story = Story()
        for step in steps:
            story.tell(*step)
            assert story.pages.size <= SMALL
            assert sum(kept.size for kept in story.pages._kept.values()) == story.pages.size
            assert not story.pages._flights

    @given(st.lists(st.integers(0, 400), max_size=300))
    @example(list(range(200)))
    def test_what_is_asked_for_often_stays(self, numbers: list[int]) -> None:
        site = Site()
        pages = Pages(site, host=HOST, version=lambda: 1, max_bytes=SMALL)
        reader = Reader(pages)
        reader.ask("/article999")
        for number in numbers:
            reader.ask(f"/article{number}")
            reader.ask("/article999")
            assert pages.size <= SMALL
        assert site.made.count("GET /article999?") == 1
