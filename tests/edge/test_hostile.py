"""Whatever is sent, edge answers with less than 500 and never raises; no request leaves anything behind but counts."""

from __future__ import annotations

import gc
import io
import json
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.edge.paper import SITE, Paper

from masthead.edge.link import COUNTS_PATH, SNAPSHOT_PATH

DOORS = [
    *("visit", "beacon", "reads", "reads/forget", "tag.js", "hint.js", "tag.css", "keys", "health", "health/alive"),
    *("metrics", "edge/snapshot", "edge/counts", "pass", "", "visit/", "../visit", "%76isit"),
]
METHODS = ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "", "get", "POST\r\nX: y"]
# A server hands header bytes over as Latin-1; a few hand over more.
texts = st.text(st.characters(codec="latin-1"), max_size=300) | st.text(max_size=40)
names = st.sampled_from(
    ["article", "section", "topics", "placements", "language", "storage", "community_only", "token"]
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=300)
    | st.sampled_from(["banner", "letter", "end-of-article", "seen", "clicked", "declined", "\ud800", "\x00", "7"])
)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=8) | st.dictionaries(names, inner, max_size=8))
whole = st.fixed_dictionaries(
    {"article": st.text(min_size=1, max_size=200)},
    optional={
        "section": st.text(max_size=50),
        "topics": st.lists(st.text(max_size=20), max_size=64),
        "placements": st.lists(st.sampled_from(["banner", "letter", "inline", "end-of-article", "x"]), max_size=16),
        "language": st.text(max_size=35),
        "storage": st.booleans(),
        "community_only": st.booleans(),
    },
)
beacons = st.fixed_dictionaries({"token": texts, "what": st.sampled_from(["seen", "clicked", "dismissed", "declined"])})
bodies = st.one_of(
    (whole | beacons | values).map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=400),
    st.tuples(st.sampled_from([b"[", b'{"a":', b'{"article":', b"\xff", b" ", b"1"]), st.integers(1, 9000)).map(
        lambda pair: pair[0] * pair[1]
    ),
    st.tuples((whole | beacons).map(lambda value: json.dumps(value).encode()), st.integers(0, 400)).map(
        lambda pair: pair[0][: pair[1]] + b"\xc3\x28" + pair[0][pair[1] :]
    ),
)
cookies = st.one_of(
    texts,
    st.lists(st.tuples(st.sampled_from(["mh_reads", "mh_pass", "mh_hint", "a"]), texts), max_size=20).map(
        lambda pairs: ";".join(f"{name}={value}" for name, value in pairs)
    ),
    st.integers(0, 4000).map(lambda many: "; ".join(f"c{n}=v" for n in range(many))),
    st.integers(0, 20_000).map(lambda many: "mh_reads=" + "A" * many),
)
headers = st.dictionaries(
    st.sampled_from(
        [
            *("HTTP_ORIGIN", "HTTP_REFERER", "HTTP_HOST", "HTTP_USER_AGENT", "HTTP_SEC_FETCH_SITE", "HTTP_SEC_GPC"),
            *("HTTP_SEC_CH_UA_MOBILE", "HTTP_SEC_CH_UA_PLATFORM", "HTTP_CF_IPCOUNTRY", "HTTP_IF_NONE_MATCH"),
            *("HTTP_AUTHORIZATION", "HTTP_ACCEPT_ENCODING", "HTTP_TRANSFER_ENCODING", "CONTENT_TYPE"),
            *("HTTP_X_FORWARDED_FOR", "REMOTE_ADDR", "QUERY_STRING"),
        ]
    ),
    texts | st.sampled_from([SITE, "same-origin", "1", "?1", "gzip", "*", "Bearer x", "chunked", "http://[", "//x"]),
    max_size=6,
)
requests = st.fixed_dictionaries(
    {
        "REQUEST_METHOD": st.just("POST") | st.just("POST") | st.sampled_from(METHODS) | texts,
        "PATH_INFO": st.just("/_masthead/visit") | st.sampled_from([f"/_masthead/{door}" for door in DOORS]) | texts,
        "headers": st.just({}) | headers,
        "cookies": cookies,
        "body": bodies,
        "length": st.none() | st.none() | st.integers(-2, 20_000).map(str) | texts,
    }
)


def ask(paper: Paper, request: dict[str, Any]) -> int:
    environ = {
        "REQUEST_METHOD": request["REQUEST_METHOD"],
        "PATH_INFO": request["PATH_INFO"],
        "QUERY_STRING": "",
        "HTTP_HOST": "paper.test",
        "HTTP_COOKIE": request["cookies"],
        "CONTENT_LENGTH": str(len(request["body"])) if request["length"] is None else request["length"],
        "wsgi.input": io.BytesIO(request["body"]),
        **request["headers"],
    }
    started: list[tuple[str, list[tuple[str, str]]]] = []
    b"".join(paper.edge(environ, lambda status, headers: started.append((status, headers))))
    [(status, given_headers)] = started
    for name, value in given_headers:
        assert not {"\r", "\n", "\0"} & {*name, *value}
        value.encode("latin-1")
    return int(status[:3])


@pytest.fixture
def hostile(caplog: pytest.LogCaptureFixture) -> Paper:
    caplog.set_level(logging.ERROR)
    return Paper(trust_country_header="CF-IPCountry", serves_edges=True)


def test_no_request_breaks_it(hostile: Paper, caplog: pytest.LogCaptureFixture) -> None:
    # Beacons that are genuine would wait for a thread that writes.
    hostile.edge.counts.start()
    seen: set[int] = set()

    @settings(max_examples=600)
    @given(requests)
    def is_answered(request: dict[str, Any]) -> None:
        status = ask(hostile, request)
        assert status < 500
        seen.add(status)

    is_answered()
    hostile.edge.close()
    assert not caplog.records
    assert {200, 400, 403, 404, 405} <= seen


@pytest.mark.parametrize("path", [SNAPSHOT_PATH, COUNTS_PATH])
def test_the_edges_doors_are_shut(hostile: Paper, path: str) -> None:
    method = "GET" if path == SNAPSHOT_PATH else "POST"
    assert hostile.ask(method, path, HTTP_AUTHORIZATION="Bearer \xff").status == 403


def test_nothing_stays_in_memory(hostile: Paper) -> None:
    def flood(first: int) -> None:
        for n in range(first, first + 2_000):
            fields = {"article": f"made up {n % 50}", "section": f"s{n}", "topics": [f"t{n}"], "language": f"l{n}"}
            request = {
                "REQUEST_METHOD": "POST",
                "PATH_INFO": "/_masthead/visit" if n % 2 else f"/_masthead/{n}",
                "headers": {"HTTP_USER_AGENT": f"agent {n}", "HTTP_CF_IPCOUNTRY": "IL", "HTTP_AUTHORIZATION": f"{n}"},
                "cookies": f"mh_pass={n}.a.b; mh_reads={'A' * (n % 4000)}",
                "body": json.dumps({**fields, "placements": [f"p{n}", "banner"]}).encode(),
                "length": None,
            }
            assert ask(hostile, request) in {200, 404}
        hostile.edge.counts.flush()
        hostile.sink.batches.clear()
        gc.collect()

    flood(0)
    before = len(gc.get_objects())
    flood(2_000)
    flood(4_000)
    assert len(gc.get_objects()) - before < 1_000
    hostile.edge.close()
