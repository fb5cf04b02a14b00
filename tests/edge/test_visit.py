from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edge.paper import (
    DAY,
    DEDICATED,
    EVERYBODY,
    NOON,
    SECRET,
    SITE,
    Browser,
    Paper,
    make_appeal,
    make_snapshot,
)

from masthead.kit.sealing import PassSigner, Sealer, TokenSigner
from masthead.rules.audience import Condition, Placement
from masthead.rules.choosing import Variant, day_of
from masthead.rules.counting import ReadFact
from masthead.rules.passes import AD_FREE, COMMUNITY_CONTENT, Pass
from masthead.rules.showings import Showing

MEMBER = Pass((AD_FREE, COMMUNITY_CONTENT), int(NOON) + 3600, "Mara", "2025-11-02", "community")


def with_pass(paper: Paper, borne: Pass = MEMBER, secret: str = SECRET) -> Browser:
    browser = Browser(paper)
    browser.cookies["mh_pass"] = PassSigner([secret], site=SITE).sign(borne.encode())
    return browser


class TestVisit:
    def test_answers_the_whole_wire(self, browser: Browser) -> None:
        answer = browser.visit("7", section="politics", topics=["elections"], language="en")
        token = answer["appeals"]["banner"].pop("token")
        assert isinstance(token, str)
        assert answer == {
            "reads": 1,
            "reads_capped": False,
            "dedicated": False,
            "member": None,
            "ads": True,
            "access": "full",
            "appeals": {"banner": {"appeal": "everybody", "variant": "a", "html": "<p>Thank you.</p>"}},
        }

    def test_reading_an_article_again_changes_no_number(self, browser: Browser) -> None:
        assert [browser.visit(article)["reads"] for article in ("a", "b", "a", "a", "c", "b")] == [1, 2, 2, 2, 3, 3]

    def test_a_dedicated_reader_is_thanked_for_the_true_number(self, browser: Browser) -> None:
        assert "end-of-article" not in browser.read_many(4)["appeals"]
        answer = browser.read_many(1, first=4)
        assert answer["dedicated"]
        assert answer["appeals"]["end-of-article"]["html"] == '<p class="x">You read 5 articles. 5!</p>'

    def test_a_read_leaves_after_thirty_days(self, paper: Paper, browser: Browser) -> None:
        browser.visit("a")
        paper.now += 29 * DAY
        assert browser.visit("b")["reads"] == 2
        paper.now += DAY
        assert browser.visit("b")["reads"] == 1

    def test_more_reads_than_are_kept_say_so(self, browser: Browser) -> None:
        answer = browser.read_many(299)
        assert (answer["reads"], answer["reads_capped"]) == (299, False)
        answer = browser.read_many(3, first=299)
        assert (answer["reads"], answer["reads_capped"]) == (300, True)
        assert "You read 300+ articles" in answer["appeals"]["end-of-article"]["html"]
        assert len(browser.cookies["mh_reads"]) <= 3000

    def test_the_cookie_costs_at_most_eight_characters_a_read_beyond_sixty_four(self, browser: Browser) -> None:
        for n in range(1, 120):
            browser.visit(f"article {n}")
            assert len(browser.cookies["mh_reads"]) <= 64 + 8 * n

    def test_sets_the_cookie_only_where_something_changed(self, paper: Paper, browser: Browser) -> None:
        first = browser.post("/_masthead/visit", {"article": "a"})
        assert first.header("Set-Cookie") is not None
        assert browser.post("/_masthead/visit", {"article": "a"}).header("Set-Cookie") is None
        paper.now += DAY
        assert browser.post("/_masthead/visit", {"article": "a"}).header("Set-Cookie") is not None

    def test_the_cookie_is_out_of_reach_of_scripts_and_sites(self, paper: Paper) -> None:
        said = Browser(paper).post("/_masthead/visit", {"article": "a"}).header("Set-Cookie")
        assert said is not None
        value, *fields = said.split("; ")
        assert value.startswith("mh_reads=")
        # Longer than the window, and than the longest quiet: the sixty days of "not now".
        assert fields == [f"Max-Age={61 * DAY}", "Path=/_masthead/", "HttpOnly", "SameSite=Lax"]
        secure = Paper(secure=True)
        said = Browser(secure).post("/_masthead/visit", {"article": "a"}).header("Set-Cookie")
        assert said is not None
        assert said.endswith("; Secure")

    def test_is_never_cached(self, browser: Browser) -> None:
        answer = browser.post("/_masthead/visit", {"article": "a"})
        assert answer.header("Cache-Control") == "no-store"
        assert answer.header("Content-Type") == "application/json"
        assert answer.header("Content-Length") == str(len(answer.body))

    def test_ignores_fields_and_placements_it_does_not_know(self, browser: Browser) -> None:
        answer = browser.post(
            "/_masthead/visit", {"article": "a", "mood": {"deep": [1]}, "placements": ["ceiling", "banner", "banner"]}
        )
        assert answer.status == 200
        assert list(answer.json["appeals"]) == ["banner"]

    def test_the_token_tells_what_was_shown(self, paper: Paper, browser: Browser) -> None:
        token = browser.visit("ünï-7")["appeals"]["banner"]["token"]
        data = TokenSigner([SECRET], purpose="showing", site=SITE).verify(token)
        assert data is not None
        showing = Showing.decode(data)
        assert (showing.appeal, showing.variant, showing.placement, showing.article, showing.issued_at) == (
            "everybody",
            "a",
            "banner",
            "ünï-7",
            int(paper.now),
        )

    def test_a_token_always_fits_an_address(self, browser: Browser) -> None:
        token = browser.visit("😀" * 200)["appeals"]["banner"]["token"]
        assert len(token) <= 1000

    def test_html_comes_through_whole(self, paper: Paper, browser: Browser) -> None:
        html = '<p title="a\\b">“{reads}”\n\t</p><script>"\u2028{ reads }</script>'
        paper.publish(make_snapshot(make_appeal("odd", variants=(Variant(key="a", weight=1, html=html),)), version="2"))
        assert browser.visit()["appeals"]["end-of-article"]["html"] == html.replace("{reads}", "1")

    def test_the_country_comes_from_the_trusted_header_only(self) -> None:
        appeal = make_appeal("us", audience=(Condition("country_in", ("US",)),))
        trusting = Paper(make_snapshot(appeal), trust_country_header="CF-IPCountry")
        assert Browser(trusting, HTTP_CF_IPCOUNTRY="us").visit()["appeals"]
        assert not Browser(trusting, HTTP_CF_IPCOUNTRY="T1").visit()["appeals"]
        assert not Browser(Paper(make_snapshot(appeal)), HTTP_CF_IPCOUNTRY="US").visit()["appeals"]

    @pytest.mark.parametrize(
        ("headers", "device"),
        [
            ({"HTTP_SEC_CH_UA_MOBILE": "?1"}, "mobile"),
            ({"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Mobile/15E148 Safari"}, "mobile"),
            ({"HTTP_USER_AGENT": "Mozilla/5.0 (iPad; CPU OS 16_0) Mobile/15E148 Safari"}, "tablet"),
            ({"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14; Tab) Chrome/130 Safari"}, "tablet"),
            ({"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14; Pixel) Chrome/130 Mobile Safari"}, "mobile"),
            ({"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140"}, "desktop"),
            ({"HTTP_USER_AGENT": ""}, ""),
        ],
    )
    def test_the_device_is_a_coarse_class(self, headers: dict[str, str], device: str) -> None:
        paper = Paper()
        Browser(paper).paper.ask("POST", "/_masthead/visit", b'{"article":"a","placements":["banner"]}', **headers)
        paper.edge.counts.flush()
        [batch] = paper.sink.batches.values()
        assert {count.device for count in batch.showings} == {device}


class TestMember:
    def test_sees_no_ads_no_appeals_and_everything(self, paper: Paper) -> None:
        answer = with_pass(paper).visit(community_only=True)
        assert answer["member"] == {"name": "Mara", "since": "2025-11-02"}
        assert (answer["ads"], answer["access"], answer["appeals"]) == (False, "full", {})
        assert answer["reads"] == 1

    def test_gets_what_the_pass_says_and_no_more(self, paper: Paper) -> None:
        answer = with_pass(paper, Pass((), int(NOON) + 3600, membership="community")).visit(community_only=True)
        assert answer["member"] == {"name": "", "since": ""}
        assert (answer["ads"], answer["access"], answer["appeals"]) == (True, "teaser", {})

    @pytest.mark.parametrize(("rest", "is_asked"), [(-1, True), (0, True), (1, False), (90, False)])
    def test_who_gave_once_is_no_member_and_has_peace(self, paper: Paper, rest: int, is_asked: bool) -> None:
        today = day_of(datetime.fromtimestamp(NOON, UTC))
        answer = with_pass(paper, Pass((), int(NOON) + 3600, quiet_until=today + rest)).visit(community_only=True)
        assert (answer["member"], answer["ads"], answer["access"]) == (None, True, "teaser")
        assert bool(answer["appeals"]) is is_asked

    @pytest.mark.parametrize("community_only", [True, False])
    def test_without_a_pass_only_community_articles_are_teased(self, browser: Browser, community_only: bool) -> None:
        answer = browser.visit(community_only=community_only)
        assert answer["access"] == ("teaser" if community_only else "full")

    def test_a_pass_ends_in_its_second(self, paper: Paper) -> None:
        browser = with_pass(paper)
        paper.now = NOON + 3599.9
        assert browser.visit()["member"]
        paper.now = NOON + 3600
        assert browser.visit()["member"] is None

    def test_a_foreign_or_altered_pass_is_none(self, paper: Paper) -> None:
        assert with_pass(paper, secret="another paper's").visit()["member"] is None
        browser = with_pass(paper)
        whole = browser.cookies["mh_pass"]
        for place in range(0, len(whole), 7):
            browser.cookies["mh_pass"] = whole[:place] + ("A" if whole[place] != "A" else "B") + whole[place + 1 :]
            assert browser.visit()["member"] is None

    def test_is_verified_once_and_forgeries_are_not_remembered(self, paper: Paper) -> None:
        browser = with_pass(paper)
        browser.read_many(5)
        visits = paper.edge._doors["/_masthead/visit"].answer.__self__  # type: ignore[attr-defined]
        for n in range(50):
            forger = Browser(paper)
            forger.cookies["mh_pass"] = browser.cookies["mh_pass"][:-8] + f"{n:08}"
            forger.visit()
        known = visits._pass_cookie._read.cache_info()
        assert (known.currsize, known.hits) == (1, 4)


class TestConsent:
    def test_where_consent_is_needed_silence_is_none(self) -> None:
        paper = Paper(make_snapshot(DEDICATED, EVERYBODY, needs_consent=True))
        browser = Browser(paper)
        for n in range(6):
            answer = browser.visit(f"article {n}")
            assert (answer["reads"], list(answer["appeals"])) == (0, ["banner"])
        assert browser.cookies == {}
        for n in range(5):
            answer = browser.visit(f"article {n}", storage=True)
        assert (answer["reads"], set(answer["appeals"])) == (5, {"banner", "end-of-article"})
        assert set(browser.cookies) == {"mh_reads"}
        assert browser.visit("privately", storage=True)["reads"] == 6
        assert browser.post("/_masthead/visit", {"article": "7", "storage": True}, HTTP_SEC_GPC="1").json["reads"] == 0
        browser.visit("article 1")
        assert browser.cookies == {}

    def test_refused_storage_keeps_nothing_and_counts_nothing(self, paper: Paper) -> None:
        browser = Browser(paper)
        for article in "abcdefg":
            answer = browser.post(
                "/_masthead/visit", {"article": article, "storage": False, "placements": list(Placement)}
            )
            assert answer.header("Set-Cookie") is None
            assert answer.json["reads"] == 0
            assert not answer.json["dedicated"]
            assert list(answer.json["appeals"]) == ["banner"]

    def test_refusing_later_takes_the_log_away(self, browser: Browser) -> None:
        browser.read_many(3)
        browser.visit(storage=False)
        assert not browser.cookies
        assert browser.visit()["reads"] == 1


class TestSealedLog:
    def spoil(self, browser: Browser, value: str) -> int:
        browser.cookies["mh_reads"] = value
        reads: int = browser.visit("another")["reads"]
        return reads

    def test_every_altered_character_starts_an_empty_log(self, browser: Browser) -> None:
        browser.read_many(4)
        whole = browser.cookies["mh_reads"]
        assert self.spoil(browser, whole) == 5
        for place, character in enumerate(whole):
            for other in {"A", "_", "=", "é"} - {character}:
                assert self.spoil(browser, whole[:place] + other + whole[place + 1 :]) == 1

    def test_a_part_or_more_than_the_whole_starts_an_empty_log(self, browser: Browser) -> None:
        browser.read_many(4)
        whole = browser.cookies["mh_reads"]
        for part in [whole[:place] for place in range(0, len(whole), 3)] + [whole + "A", whole + whole, "A" * 4000]:
            assert self.spoil(browser, part) == 1

    @pytest.mark.parametrize(
        "sealer",
        [
            Sealer(["another secret"], purpose="read-log", site=SITE),
            Sealer([SECRET], purpose="read-log", site="http://other.test"),
            Sealer([SECRET], purpose="showing", site=SITE),
        ],
    )
    def test_another_key_site_or_purpose_starts_an_empty_log(self, browser: Browser, sealer: Sealer) -> None:
        browser.read_many(4)
        data = Sealer([SECRET], purpose="read-log", site=SITE).unseal(browser.cookies["mh_reads"])
        assert data is not None
        assert self.spoil(browser, sealer.seal(data)) == 1

    def test_another_version_starts_an_empty_log(self, browser: Browser) -> None:
        browser.read_many(4)
        sealer = Sealer([SECRET], purpose="read-log", site=SITE)
        data = sealer.unseal(browser.cookies["mh_reads"])
        assert data is not None
        assert self.spoil(browser, sealer.seal(data)) == 5
        assert self.spoil(browser, sealer.seal(b"\x02" + data[1:])) == 1

    @given(st.binary(max_size=80))
    def test_other_contents_under_our_own_seal_start_an_empty_log(self, data: bytes) -> None:
        browser = Browser(Paper())
        if data[:1] != b"\x01":
            assert self.spoil(browser, Sealer([SECRET], purpose="read-log", site=SITE).seal(data)) == 1

    def test_keys_rotate_and_nobody_loses_a_read(self, paper: Paper, browser: Browser) -> None:
        browser.read_many(4)
        browser.paper = Paper(secrets=["a newer secret", SECRET])
        assert browser.visit("another")["reads"] == 5
        browser.paper = Paper(secrets=["a newer secret"])
        assert browser.visit("yet another")["reads"] == 6

    def test_the_log_is_unreadable_on_its_way(self, browser: Browser) -> None:
        browser.visit("a")
        one = browser.cookies.pop("mh_reads")
        browser.visit("a")
        assert one[6:] != browser.cookies["mh_reads"][6:]


class TestCounting:
    def test_is_that_of_a_plain_set_for_any_reader(self) -> None:
        """Readers with heavy-tailed histories, over the real callable with real cookies."""
        random = Random(11)
        for _ in range(30):
            paper = Paper(make_snapshot())
            browser = Browser(paper)
            opened: dict[str, int] = {}
            for _ in range(int(random.paretovariate(0.9) * 3) % 280 + 1):
                paper.now += random.expovariate(1 / (0.4 * DAY))
                article = f"article {int(random.paretovariate(0.8)) % 400}"
                today = int(paper.now) // DAY
                opened[article] = today
                expected = sum(day > today - 30 for day in opened.values())
                assert browser.visit(article)["reads"] == min(expected, 300)

    def test_every_visit_is_counted_and_every_read_once(self, paper: Paper, browser: Browser) -> None:
        for article in ("a", "b", "a", "c", "a"):
            browser.visit(article, section="sport")
        paper.edge.close()
        assert (paper.sink.reads("visit"), paper.sink.reads("read")) == (5, 3)
        keys = {key for batch in paper.sink.batches.values() for key in batch.reads}
        assert {(key.article, key.section, key.hour) for key in keys if key.what is ReadFact.READ} == {
            (article, "sport", int(NOON)) for article in "abc"
        }

    def test_an_article_that_left_the_window_is_a_read_again(self, paper: Paper, browser: Browser) -> None:
        browser.read_many(20)
        whole = len(browser.cookies["mh_reads"])
        paper.now += DAY
        assert browser.visit("article 0")["reads"] == 20
        paper.now += 30 * DAY
        assert browser.visit("article 0")["reads"] == 1
        assert len(browser.cookies["mh_reads"]) < whole - 100
        paper.edge.close()
        assert paper.sink.reads("read") == 21

    def test_a_made_up_section_is_counted_under_none(self, paper: Paper, browser: Browser) -> None:
        browser.visit("a", section="made up")
        paper.edge.close()
        assert {key.section for batch in paper.sink.batches.values() for key in batch.reads} == {""}

    def test_dedicated_readers_and_members_are_told_apart(self, paper: Paper, browser: Browser) -> None:
        browser.read_many(6)
        with_pass(paper).visit("a")
        paper.edge.close()
        flags = {(key.dedicated, key.member): 0 for batch in paper.sink.batches.values() for key in batch.reads}
        for batch in paper.sink.batches.values():
            for key, count in batch.reads.items():
                flags[key.dedicated, key.member] += count * (key.what is ReadFact.VISIT)
        assert flags == {(False, False): 4, (True, False): 2, (False, True): 1}

    def test_racing_tabs_lose_a_read_at_most_and_never_the_log(self, browser: Browser) -> None:
        browser.read_many(3)
        before = browser.cookies["mh_reads"]
        assert browser.visit("from one tab")["reads"] == 4
        browser.cookies["mh_reads"] = before
        assert browser.visit("from the other")["reads"] == 4
        assert browser.visit("from one tab")["reads"] == 5

    def test_a_clock_set_back_loses_nothing(self, paper: Paper, browser: Browser) -> None:
        browser.read_many(3)
        paper.now -= 3 * DAY
        assert browser.visit("earlier")["reads"] == 4
        assert browser.visit("article 1")["reads"] == 4


class TestIndependence:
    def test_the_hot_path_knows_no_django(self) -> None:
        code = (
            "import sys; import masthead.edge.app;"
            "sys.exit(any(name.split('.')[0] in ('django', 'wagtail', 'sqlite3', 'psycopg') for name in sys.modules))"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0

    def test_a_visit_touches_nothing_but_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No file, no socket, no source of appeals and no sink is asked while a visit is answered."""
        paper = Paper()
        browser = Browser(paper)
        browser.read_many(5)
        asked = len(paper.asked)
        touched: list[str] = []
        watching = [True]

        def watch(event: str, _arguments: tuple[object, ...]) -> None:
            if watching[0] and event.split(".", maxsplit=1)[0] in ("open", "socket", "sqlite3", "subprocess", "os"):
                touched.append(event)

        sys.addaudithook(watch)
        try:
            browser.read_many(5, first=3)
        finally:
            watching[0] = False
        assert touched == []
        assert len(paper.asked) == asked
        assert paper.sink.attempts == []
