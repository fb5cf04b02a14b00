"""Edge alone and its site, over real HTTP on loopback."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from tests.edge.paper import DEDICATED, EVERYBODY, NOON, SECRET, SITE, Browser, Paper, Sink, make_snapshot

from masthead.edge.app import Edge
from masthead.edge.counts import Visit
from masthead.edge.http import BadBody
from masthead.edge.link import COUNTS_PATH, SNAPSHOT_PATH, SiteAway, SiteLink, decode_batch, encode_batch
from masthead.kit.sealing import derive_token
from masthead.rules.counting import CountBatch, ReadCount, ReadFact, ShowingCount, ShowingFact

words = st.text(max_size=20).filter(lambda text: text.isprintable())
showings = st.builds(
    ShowingCount,
    hour=st.integers(0, 2**40),
    what=st.sampled_from(ShowingFact),
    appeal=words,
    variant=words,
    placement=words,
    country=words,
    device=words,
)
reads = st.builds(
    ReadCount,
    hour=st.integers(0, 2**40),
    what=st.sampled_from(ReadFact),
    article=words,
    section=words,
    dedicated=st.booleans(),
    member=st.booleans(),
)
counted = st.integers(1, 2**40)
batches = st.builds(
    CountBatch,
    id=st.text(min_size=1, max_size=32, alphabet="0123456789abcdef"),
    showings=st.dictionaries(showings, counted, max_size=5),
    reads=st.dictionaries(reads, counted, max_size=5),
)


class _Silent(WSGIRequestHandler):
    def log_message(self, *_said: object) -> None:
        """Keep the tests quiet."""


@dataclass
class Site:
    """The site's side: a paper with doors for its edges, on a port."""

    sink: Sink
    address: str
    snapshot: list[bytes]

    def link(self, folder: Path, *, secret: str = SECRET) -> SiteLink:
        return SiteLink(self.address, secret=secret, site=SITE, keep_in=folder / "kept.json")


@pytest.fixture
def site() -> Iterator[Site]:
    import msgspec

    sink = Sink()
    snapshot = [msgspec.json.encode(make_snapshot(DEDICATED, EVERYBODY, version="1"))]

    def load(version: str) -> bytes | None:
        return None if version and f'"version":"{version}"'.encode() in snapshot[0] else snapshot[0]

    edge = Edge(
        fallback=None,
        snapshots=load,
        counts=sink,
        secrets=["a newer secret", SECRET],
        site=SITE,
        secure=False,
        serves_edges=True,
    )
    server = WSGIServer(("127.0.0.1", 0), _Silent)
    server.set_app(edge)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Site(sink, f"http://127.0.0.1:{server.server_port}", snapshot)
    server.shutdown()
    thread.join()
    server.server_close()


class TestBatches:
    @given(batches)
    def test_arrive_as_they_left(self, batch: CountBatch) -> None:
        assert decode_batch(encode_batch(batch)) == batch

    @given(st.binary(max_size=60))
    def test_hostile_bytes_are_refused(self, data: bytes) -> None:
        with pytest.raises(BadBody):
            decode_batch(data)

    @pytest.mark.parametrize("count", [b"0", b"-1", b"1.5", b'"1"'])
    def test_count_something(self, count: bytes) -> None:
        with pytest.raises(BadBody):
            decode_batch(
                b'{"id":"a","showings":[],"reads":[[{"hour":1,"what":"read","article":"7","section":"","dedicated":false,"member":false},%b]]}'
                % count
            )


class TestEdgeAlone:
    def test_answers_from_the_sites_appeals_and_hands_in_its_counts(self, site: Site, tmp_path: Path) -> None:
        link = site.link(tmp_path)
        paper = Paper()
        paper.edge = Edge(
            fallback=None,
            snapshots=link.load_snapshot,
            counts=link,
            secrets=[SECRET],
            site=SITE,
            secure=False,
            clock=lambda: NOON,
        )
        assert paper.edge.live.refresh()
        assert paper.edge.live.current.version == "1"
        assert Browser(paper).visit(article="7")["reads"] == 1
        assert paper.edge.counts.flush()
        assert site.sink.reads("visit") == 1

    def test_fetches_a_snapshot_once(self, site: Site, tmp_path: Path) -> None:
        link = site.link(tmp_path)
        assert link.load_snapshot("") == site.snapshot[0]
        assert link.load_snapshot("1") is None
        site.snapshot[0] = site.snapshot[0].replace(b'"version":"1"', b'"version":"2"')
        assert link.load_snapshot("1") == site.snapshot[0]

    def test_starts_with_the_kept_snapshot_while_the_site_is_away(self, site: Site, tmp_path: Path) -> None:
        site.link(tmp_path).load_snapshot("")
        away = SiteLink("http://127.0.0.1:1", secret=SECRET, site=SITE, keep_in=tmp_path / "kept.json")
        assert away.load_snapshot("") == site.snapshot[0]
        with pytest.raises(SiteAway):
            away.load_snapshot("1")

    def test_without_one_it_says_that_the_site_is_away(self, tmp_path: Path) -> None:
        away = SiteLink("http://127.0.0.1:1", secret=SECRET, site=SITE, keep_in=tmp_path / "kept.json")
        with pytest.raises(SiteAway, match="does not answer"):
            away.load_snapshot("")

    def test_a_batch_whose_answer_was_lost_counts_once(self, site: Site, tmp_path: Path) -> None:
        from masthead.edge.counts import Counts

        counts = Counts(site.link(tmp_path))
        counts.add(Visit(int(NOON), "7", "sport", False, False, True))
        site.sink.fault, site.sink.is_lost_after_writing = OSError("the answer is lost"), True
        assert not counts.flush()
        site.sink.fault = None
        assert counts.flush()
        assert len(site.sink.attempts) == 2
        assert (site.sink.reads("visit"), site.sink.reads("read")) == (1, 1)

    def test_is_known_by_an_earlier_secret(self, site: Site, tmp_path: Path) -> None:
        assert site.link(tmp_path, secret="a newer secret").load_snapshot("")
        assert site.link(tmp_path, secret=SECRET).load_snapshot("")

    def test_has_nothing_of_django_in_it(self, tmp_path: Path) -> None:
        looks = (
            "import sys, masthead.config.edge_wsgi as edge; edge.application.close();"
            "print([name for name in sys.modules if name.split('.')[0] in ('django', 'wagtail', 'psycopg', 'sqlite3')])"
        )
        said = subprocess.run(
            [sys.executable, "-c", looks],
            env={"MASTHEAD_DATA": str(tmp_path), "MASTHEAD_EDGE_SITE": "http://127.0.0.1:1", "PYTHONPATH": "src"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.strip() == "[]"


class TestStrangers:
    @pytest.mark.parametrize("token", ["", "x", derive_token("guessed", purpose="edge", site=SITE), "é"])
    def test_get_neither_appeals_in_nor_counts_out(self, site: Site, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}".encode()}
        assert requests.get(site.address + SNAPSHOT_PATH, headers=headers, timeout=5).status_code == 403
        assert requests.post(site.address + COUNTS_PATH, data=b"{}", headers=headers, timeout=5).status_code == 403
        assert not site.sink.attempts

    def test_find_no_such_doors_where_none_are_opened(self) -> None:
        assert Paper().ask("GET", SNAPSHOT_PATH).status == 404
