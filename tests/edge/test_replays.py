"""A token told to one process after another is counted once, and what is told in vain is counted never."""

from __future__ import annotations

import threading

import pytest
from tests.edge.paper import SITE, Browser, Paper

from masthead.edge.link import decode_batch, encode_batch
from masthead.kit.sealing import Sealer
from masthead.rules.counting import CountBatch, ShowingCount, ShowingFact


def replay(edges: list[Paper], token: str, what: str) -> list[int]:
    """Tell the same of one token to each edge at once, without cookies, as a script would; return the statuses."""
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda edge=edge: statuses.append(Browser(edge).tell(what, token))) for edge in edges
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_three_edges_count_a_replayed_token_once() -> None:
    edges = [Paper() for _ in range(3)]
    for edge in edges:
        edge.edge.counts._sink = edges[0].sink
        edge.edge.start()
    token = Browser(edges[0]).visit()["appeals"]["banner"]["token"]
    for what in ("seen", "clicked", "seen"):
        assert replay([*edges, *edges], token, what) == [204] * 6
    for edge in edges:
        edge.edge.close()
    told = edges[0].sink.showings()
    assert (told["seen", "everybody"], told["clicked", "everybody"]) == (1, 1)


@pytest.mark.parametrize("secret", ["another paper's secret", "the paper's own secre"])
def test_a_forged_token_counts_nothing(paper: Paper, secret: str) -> None:
    genuine = Browser(paper).visit()["appeals"]["banner"]["token"]
    forged = Sealer([secret], purpose="showing", site=SITE).seal(b"x" * 40)
    for token in (forged, genuine[:-2], genuine + "A", genuine[::-1]):
        assert Browser(paper).tell("seen", token) == 403
    paper.edge.counts.flush()
    assert paper.sink.showings()["seen", "everybody"] == 0


def test_marks_go_to_the_site_as_they_are() -> None:
    count = ShowingCount(
        hour=0, what=ShowingFact.SEEN, appeal="1", variant="a", placement="banner", country="", device=""
    )
    batch = CountBatch(id="b", showings={}, reads={}, told={"0123456789abcdefseen": count})
    assert decode_batch(encode_batch(batch)) == batch
    assert decode_batch(b'{"id":"b","showings":[],"reads":[]}').told == {}
