from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.edge.paper import NOON, SECRET, SITE, Browser, Paper

from masthead.kit.sealing import PassSigner, Sealer, TokenSigner
from masthead.rules.showings import Showing

VISIT, BEACON = "/_masthead/visit", "/_masthead/beacon"
GOOD = b'{"article":"7"}'


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b'{"article":"7","x":"' + b"y" * (8192 - 22) + b'"}', 200),
            (b'{"article":"7","x":"' + b"y" * (8193 - 22) + b'"}', 413),
            (b"", 400),
            (b"{", 400),
            (b"null", 400),
            (b"\xff\xfe", 400),
            (b'{"article":"\xff"}', 400),
            (b'{"article":"7","x":"\xff"}', 400),
            (b'{"article":"\\ud800"}', 400),
            (b"[" * 8000, 400),
            (b'{"x":' + b"[" * 8000, 400),
            (b'{"article":"7","x":' + b'{"x":' * 1100 + b"1" + b"}" * 1101, 400),
            (b'{"article":""}', 400),
            (json.dumps({"article": "é" * 200}).encode(), 200),
            (json.dumps({"article": "é" * 201}).encode(), 400),
            (b'{"article":7}', 400),
            (b'{"article":null}', 400),
            (b'{"article":"7","topics":"elections"}', 400),
            (b'{"article":"7","topics":[1]}', 400),
            (b'{"article":"7","topics":[' + b",".join([b'"t"'] * 65) + b"]}", 400),
            (b'{"article":"7","placements":{}}', 400),
            (b'{"article":"7","community_only":1}', 400),
            (b'{"article":"7","storage":null}', 400),
            (b'{"article":"7","language":"' + b"e" * 36 + b'"}', 400),
            (b'{"article":"7"}{"article":"8"}', 400),
            (b'{"article":"\\u0000"}', 200),
            (b'{"article":"7","x":1e999}', 200),
            (b'{"article":"7","x":' + b"9" * 5000 + b"}", 200),
        ],
    )
    def test_get_the_right_status(self, body: bytes, status: int) -> None:
        answer = Paper().ask("POST", VISIT, body)
        assert answer.status == status
        if status != 200:
            assert set(answer.json) == {"error", "message"}
            assert answer.header("Cache-Control") == "no-store"

    @pytest.mark.parametrize(
        ("said", "status"),
        [
            ("", 411),
            ("-1", 400),
            ("+15", 400),
            ("15.0", 400),
            ("¹⁵", 400),
            ("0x0f", 400),
            ("8193", 413),
            ("9" * 10_000, 413),
            ("16", 400),
            ("14", 400),
            ("15", 200),
        ],
    )
    def test_say_how_long_they_are(self, said: str, status: int) -> None:
        assert Paper().ask("POST", VISIT, GOOD, CONTENT_LENGTH=said).status == status

    def test_may_come_in_chunks(self) -> None:
        paper = Paper()
        chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
        assert paper.ask("POST", VISIT, GOOD, **chunked).status == 200
        assert paper.ask("POST", VISIT, GOOD + b" " * 9000, **chunked).status == 413

    def test_a_reader_who_hangs_up_is_no_fault_of_ours(self) -> None:
        class Gone(io.BytesIO):
            def read(self, _size: int | None = -1) -> bytes:
                raise OSError("the line broke")

        assert Paper().ask("POST", VISIT, GOOD, **{"wsgi.input": Gone()}).status == 400


class TestOrigins:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 200),
            ({"HTTP_ORIGIN": SITE, "HTTP_SEC_FETCH_SITE": "same-origin"}, 200),
            ({"HTTP_ORIGIN": "http://127.0.0.1:8000", "HTTP_HOST": "127.0.0.1:8000"}, 200),
            ({"HTTP_ORIGIN": "https://paper.test", "HTTP_HOST": "edge.internal:9000"}, 200),
            ({"HTTP_ORIGIN": "https://evil.test"}, 403),
            ({"HTTP_ORIGIN": "http://paper.test.evil.test"}, 403),
            ({"HTTP_ORIGIN": "http://paper.test:81"}, 403),
            ({"HTTP_ORIGIN": "null"}, 403),
            ({"HTTP_ORIGIN": ""}, 403),
            ({"HTTP_ORIGIN": "", "HTTP_HOST": ""}, 403),
            ({"HTTP_SEC_FETCH_SITE": "cross-site"}, 403),
            ({"HTTP_SEC_FETCH_SITE": "same-site"}, 403),
            ({"HTTP_SEC_FETCH_SITE": "none"}, 403),
            ({"HTTP_SEC_FETCH_SITE": ""}, 403),
        ],
    )
    @pytest.mark.parametrize("path", [VISIT, BEACON])
    def test_only_the_own_one_is_heard(self, path: str, headers: dict[str, str], status: int) -> None:
        token = TokenSigner([SECRET], purpose="showing", site=SITE).sign(
            Showing("x", "a", "banner", "7", int(NOON), b"12345678").encode()
        )
        paper = Paper()
        paper.edge.start()
        body = GOOD if path == VISIT else json.dumps({"token": token, "what": "seen"}).encode()
        answer = paper.ask("POST", path, body, **headers)
        paper.edge.close()
        assert answer.status == (204 if path == BEACON and status == 200 else status)
        assert (status == 200) == bool(paper.sink.batches)


class TestCookies:
    def test_too_many_are_refused(self) -> None:
        paper = Paper()
        many = "; ".join(f"cookie{n}=value" for n in range(5000))
        assert paper.ask("POST", VISIT, GOOD, HTTP_COOKIE=many).status == 431
        assert paper.ask("POST", VISIT, GOOD, HTTP_COOKIE="x" * 16_384).status == 200

    def test_ours_is_found_among_others(self, browser: Browser) -> None:
        browser.read_many(2)
        ours = browser.cookies["mh_reads"]
        for around in (
            f"a=1; mh_reads={ours}; b=2",
            f"xmh_reads=1;mh_reads={ours}",
            f'mh_reads="{ours}"',
            f"not_mh_reads=7; mh_reads={ours}; mh_reads=second",
            f"é=ü; mh_reads={ours}",
        ):
            answer = browser.paper.ask("POST", VISIT, GOOD, HTTP_COOKIE=around)
            assert answer.json["reads"] == 3, around

    def test_odd_ones_are_no_cookie(self) -> None:
        for odd in (
            "mh_reads",
            "mh_reads=",
            "mh_reads=é",
            "mh_reads=;",
            ";;=;mh_reads",
            "mh_pass=\0",
            "=",
            "mh_pass=..",
        ):
            answer = Paper().ask("POST", VISIT, GOOD, HTTP_COOKIE=odd)
            assert (answer.status, answer.json["reads"]) == (200, 1), odd


class TestAddresses:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", VISIT, 405),
            ("OPTIONS", VISIT, 405),
            ("DELETE", BEACON, 405),
            ("POST", "/_masthead/tag.js", 405),
            ("get", "/_masthead/tag.js", 405),
            ("GET", "/_masthead/", 404),
            ("GET", "/_masthead/visit/", 404),
            ("GET", "/_masthead/../tag.js", 404),
            ("GET", "/_masthead/tag.js\0", 404),
            ("GET", "/", 404),
            ("GET", "", 404),
        ],
    )
    def test_that_are_not_ours_are_refused(self, method: str, path: str, status: int) -> None:
        answer = Paper().ask(method, path)
        assert answer.status == status
        if status == 405:
            assert answer.header("Allow") in ("POST", "GET, HEAD")

    def test_everything_else_goes_to_the_site_behind(self) -> None:
        asked: list[str] = []

        def site(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            asked.append(environ["PATH_INFO"])
            start_response("200 OK", [])
            return [b"the site"]

        paper = Paper(fallback=site)
        for path in ("/", "/_masthead/pass", "/_masthead/community/7/", "/_masthead/nothing", "/visit"):
            assert paper.ask("GET", path).body == b"the site"
        assert len(asked) == 5
        assert paper.ask("GET", "/_masthead/health").status == 200
        assert len(asked) == 5

    def test_ready_is_not_alive(self) -> None:
        paper = Paper()
        answer = paper.ask("GET", "/_masthead/health")
        assert (answer.status, answer.json["ready"], answer.json["snapshot"]) == (200, True, "1")
        paper = Paper(snapshots=lambda _version: b"broken")
        assert paper.ask("GET", "/_masthead/health").status == 503
        assert paper.ask("GET", "/_masthead/health/alive").json == {"alive": True}
        assert Browser(paper).visit()["reads"] == 1

    def test_the_public_keys_verify_a_pass(self) -> None:
        keys = Paper(secrets=["newer", SECRET]).ask("GET", "/_masthead/keys").json["keys"]
        signed, _, signature = PassSigner([SECRET], site=SITE).sign(b"data").rpartition(".")
        [key] = [key for key in keys if key["kid"] == signed.partition(".")[0]]
        assert len(keys) == 2
        from base64 import urlsafe_b64decode

        raw, mark = (urlsafe_b64decode(text + "=" * (-len(text) % 4)) for text in (key["x"], signature))
        Ed25519PublicKey.from_public_bytes(raw).verify(mark, signed.encode())

    def test_what_nobody_foresaw_is_noted_and_told_without_its_inside(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        paper = Paper()
        monkeypatch.setattr(paper.edge.live.current.chooser, "pick", lambda *_: 1 / 0)
        answer = paper.ask("POST", VISIT, GOOD)
        assert (answer.status, answer.json["error"]) == (500, "broken")
        assert b"Zero" not in answer.body
        assert "ZeroDivisionError" in caplog.text


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "kind"), [("tag.js", "text/javascript"), ("hint.js", "text/javascript"), ("tag.css", "text/css")]
    )
    def test_are_served_with_a_tag_and_known_again(self, name: str, kind: str) -> None:
        paper = Paper()
        path = f"/_masthead/{name}"
        plain = paper.ask("GET", path)
        assert plain.body == files("masthead.edge").joinpath("static", "edge", name).read_bytes()
        assert plain.header("Content-Type") == f"{kind}; charset=utf-8"
        assert plain.header("Vary") == "Accept-Encoding"
        assert (plain.header("Cache-Control") or "").startswith("public, max-age=")
        tag = plain.header("ETag")
        zipped = paper.ask("GET", path, HTTP_ACCEPT_ENCODING="br, gzip;q=0.8")
        assert zipped.header("Content-Encoding") == "gzip"
        assert gzip.decompress(zipped.body) == plain.body
        assert zipped.header("ETag") != tag
        for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = paper.ask("GET", path, HTTP_IF_NONE_MATCH=known)
            assert (again.status, again.body, again.header("ETag")) == (304, b"", tag)
        assert paper.ask("GET", path, HTTP_IF_NONE_MATCH='"other"').status == 200
        head = paper.ask("HEAD", path)
        assert (head.status, head.body, head.header("Content-Length")) == (200, b"", str(len(plain.body)))

    @pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0", "deflate, gzip;q=0, br"])
    def test_are_plain_for_who_takes_no_gzip(self, accepted: str) -> None:
        assert Paper().ask("GET", "/_masthead/tag.js", HTTP_ACCEPT_ENCODING=accepted).header("Content-Encoding") is None

    def test_the_tag_is_small_and_needs_nothing(self) -> None:
        source = files("masthead.edge").joinpath("static", "edge", "tag.js").read_text()
        assert len(gzip.compress(source.encode(), 9)) <= 4096
        for forbidden in ("eval", "new Function", "import ", "require(", "document.write", "cssText"):
            assert forbidden not in source


text = st.text(max_size=30) | st.sampled_from(["", "*", "gzip", "same-origin", SITE, "null", "?1", "chunked", "15"])
latin = text.map(lambda chars: chars.encode("utf-8", "replace").decode("latin-1"))
sealed = st.binary(max_size=90).map(lambda data: Sealer([SECRET], purpose="read-log", site=SITE).seal(b"\x01" + data))
cookies = st.lists(
    st.tuples(st.sampled_from(["mh_reads", "mh_pass", "mh_hint", "x", ""]), latin | sealed), max_size=4
).map(lambda pairs: "; ".join(f"{name}={value}" for name, value in pairs))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "article": st.text(min_size=1, max_size=210) | values,
        "section": st.text(max_size=20) | values,
        "topics": st.lists(st.text(max_size=5), max_size=70) | values,
        "placements": st.lists(st.sampled_from(["banner", "end-of-article", "x"]), max_size=5) | values,
        "community_only": st.booleans() | values,
        "storage": st.booleans() | values,
        "language": st.text(max_size=40) | values,
        "token": st.binary(max_size=60).map(
            lambda data: TokenSigner([SECRET], purpose="showing", site=SITE).sign(b"\x01" + data)
        )
        | values,
        "what": st.sampled_from(["seen", "clicked", "dismissed", "declined"]) | values,
        "more": values,
    },
)
bodies = st.binary(max_size=200) | fields.map(lambda drawn: json.dumps(drawn).encode())
paths = st.sampled_from(
    [VISIT, BEACON, VISIT, BEACON, "/_masthead/tag.js", "/_masthead/keys", "/_masthead/health", "/_masthead/x", "/"]
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_COOKIE": cookies | latin,
        "HTTP_ORIGIN": latin,
        "HTTP_HOST": latin,
        "HTTP_SEC_FETCH_SITE": latin,
        "HTTP_USER_AGENT": latin,
        "HTTP_SEC_CH_UA_MOBILE": latin,
        "HTTP_CF_IPCOUNTRY": latin,
        "HTTP_IF_NONE_MATCH": latin,
        "HTTP_ACCEPT_ENCODING": latin,
        "HTTP_TRANSFER_ENCODING": latin,
        "CONTENT_LENGTH": latin,
    },
)


@pytest.fixture(scope="module")
def besieged() -> Iterable[Paper]:
    paper = Paper(trust_country_header="CF-IPCountry")
    paper.edge.start()
    yield paper
    paper.edge.close()


class TestSiege:
    @given(st.sampled_from(["POST", "POST", "POST", "GET", "HEAD", "PUT", "é"]), paths, bodies, headers)
    @settings(max_examples=400)
    def test_nothing_a_stranger_sends_breaks_it(
        self, besieged: Paper, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> None:
        answer = besieged.ask(method, path, body, **headers)
        assert answer.status < 500
        assert b"Traceback" not in answer.body
        if answer.status >= 400 and method != "HEAD":
            assert set(answer.json) == {"error", "message"}
