from __future__ import annotations

import threading
import time

import pytest
from tests.edge.paper import Sink

from masthead.edge.counts import Counts, ShowingKey, Visit
from masthead.rules.counting import ShowingFact

HOUR = 1_773_057_600
SEEN: ShowingKey = (HOUR, ShowingFact.SEEN, "spring", "a", "banner", "US", "mobile")


def visit(article: str = "7", hour: int = HOUR, *, is_read: bool = False) -> Visit:
    return Visit(hour, article, "sport", False, False, is_read, "US", "mobile", (("spring", "a", "banner"),))


class TestCounts:
    def test_are_summed_before_they_are_written(self) -> None:
        sink = Sink()
        counts = Counts(sink)
        for n in range(10):
            counts.add(visit(is_read=n < 4))
        assert counts.count_waiting() == 3
        assert sink.attempts == []
        assert counts.flush()
        [batch] = sink.batches.values()
        assert sorted((key.what.value, n) for key, n in batch.reads.items()) == [("read", 4), ("visit", 10)]
        assert list(batch.showings.values()) == [10]
        assert counts.count_waiting() == 0

    def test_write_nothing_when_there_is_nothing(self) -> None:
        sink = Sink()
        assert Counts(sink).flush()
        assert sink.attempts == []

    def test_a_failed_batch_comes_again_under_its_id_before_any_other(self) -> None:
        sink = Sink(fault=OSError("gone"))
        counts = Counts(sink)
        counts.add(visit("a", is_read=True))
        assert not counts.flush()
        counts.add(visit("b", is_read=True))
        assert not counts.flush()
        sink.fault = None
        assert counts.flush()
        assert counts.flush()
        assert len(set(sink.attempts)) == 2
        assert sink.attempts[:3] == [sink.attempts[0]] * 3
        assert sink.reads("visit") == 2

    def test_name_so_many_articles_an_hour_and_no_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("masthead.edge.counts.MAX_ARTICLES_AN_HOUR", 3)
        sink = Sink()
        counts = Counts(sink)
        for n in range(10):
            counts.add(visit(str(n)))
        counts.add(visit("2"))
        counts.add(visit("new hour", HOUR + 3600))
        counts.flush()
        [batch] = sink.batches.values()
        assert {key.article: n for key, n in batch.reads.items()} == {"0": 1, "1": 1, "2": 2, "": 7, "new hour": 1}

    def test_remember_so_many_beacons_and_no_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("masthead.edge.counts.MAX_REMEMBERED", 10)
        counts = Counts(Sink(), patience_seconds=5)
        counts.start()
        for n in range(100):
            assert counts.add_beacon(b"%d" % n, SEEN)
            assert len(counts._remembered) + len(counts._remembered_before) <= 20
        counts.close()

    def test_are_written_every_second(self) -> None:
        sink = Sink()
        counts = Counts(sink)
        counts.start()
        counts.add(visit())
        deadline = time.monotonic() + 10
        while not sink.batches and time.monotonic() < deadline:
            time.sleep(0.02)
        counts.close()
        assert sink.reads("visit") == 1

    def test_are_written_on_closing(self) -> None:
        sink = Sink()
        counts = Counts(sink)
        counts.start()
        counts.add(visit())
        counts.close()
        assert sink.reads("visit") == 1
        assert not counts.add_beacon(b"late", SEEN)

    def test_closing_tries_again_where_the_sink_comes_back(self) -> None:
        sink = Sink(fault=OSError("gone"))
        counts = Counts(sink)
        counts.start()
        counts.add(visit())
        threading.Timer(0.4, lambda: setattr(sink, "fault", None)).start()
        counts.close()
        assert sink.reads("visit") == 1

    def test_closing_says_what_is_lost(self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
        monkeypatch.setattr("masthead.edge.counts._CLOSE_SECONDS", 0.2)
        counts = Counts(Sink(fault=OSError("gone")))
        counts.add(visit())
        counts.close()
        assert "2 sums could not be written and are lost" in caplog.text

    def test_many_threads_lose_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("masthead.edge.counts._PAUSE_SECONDS", 0.002)
        sink = Sink()
        counts = Counts(sink, patience_seconds=30)
        counts.start()
        trouble = threading.Event()

        def stumble() -> None:
            while not trouble.wait(0.01):
                sink.fault = OSError("now and then") if sink.fault is None else None
                sink.is_lost_after_writing = not sink.is_lost_after_writing

        def add(worker: int) -> None:
            for n in range(2000):
                counts.add(visit(str(n % 5), is_read=n % 2 == 0))
                if n % 100 == 0:
                    assert counts.add_beacon(b"%d %d" % (worker, n), (*SEEN[:1], ShowingFact.CLICKED, *SEEN[2:]))

        threads = [threading.Thread(target=add, args=(worker,)) for worker in range(6)]
        stumbling = threading.Thread(target=stumble)
        for thread in (*threads, stumbling):
            thread.start()
        for thread in threads:
            thread.join()
        trouble.set()
        stumbling.join()
        sink.fault = None
        counts.close()
        assert (sink.reads("visit"), sink.reads("read")) == (12_000, 6_000)
        assert sink.showings() == {("shown", "spring"): 12_000, ("clicked", "spring"): 120}
