from __future__ import annotations

import itertools
import json
import threading
import time

import msgspec
import pytest
from tests.edge.paper import EVERYBODY, Browser, Paper, make_appeal, make_snapshot

from masthead.edge.live import Live
from masthead.rules.audience import Placement
from masthead.rules.choosing import BadSnapshot, Variant

GOOD = msgspec.to_builtins(make_snapshot(EVERYBODY, version="9"))


class TestSnapshot:
    def test_is_asked_for_with_the_version_that_is_held(self) -> None:
        paper = Paper()
        paper.edge.live.refresh()
        paper.snapshot = None
        paper.edge.live.refresh()
        assert paper.asked == ["", "1", "1"]

    def test_a_newer_one_takes_over(self, paper: Paper, browser: Browser) -> None:
        paper.publish(make_snapshot(make_appeal("newer", Placement.INLINE), version="2"))
        assert list(browser.visit()["appeals"]) == ["inline"]

    def test_is_taken_over_within_two_seconds(self, paper: Paper, browser: Browser) -> None:
        paper.snapshot = msgspec.json.encode(make_snapshot(version="2"))
        until = time.monotonic() + 10
        while browser.visit()["appeals"] and time.monotonic() < until:
            time.sleep(0.02)
        assert paper.edge.live.current.version == "2"

    @pytest.mark.parametrize(
        "broken",
        [
            OSError("the database is away"),
            b"",
            b"{",
            b"[]",
            b"\xff",
            b"[" * 100_000,
            json.dumps({**GOOD, "window_days": 0}).encode(),
            json.dumps({**GOOD, "window_days": 256}).encode(),
            json.dumps({**GOOD, "appeals": GOOD["appeals"] * 2}).encode(),
            json.dumps({**GOOD, "appeals": [{**GOOD["appeals"][0], "starts_at": "2026-01-01T00:00:00"}]}).encode(),
            json.dumps({**GOOD, "appeals": [{**GOOD["appeals"][0], "placements": ["ceiling"]}]}).encode(),
        ],
    )
    def test_the_last_good_one_stays_when_loading_fails(
        self, paper: Paper, browser: Browser, broken: bytes | Exception
    ) -> None:
        paper.snapshot = broken
        assert not paper.edge.live.refresh()
        assert browser.visit()["appeals"]["banner"]["appeal"] == "everybody"
        paper.snapshot = json.dumps(GOOD).encode()
        assert paper.edge.live.refresh()
        assert paper.edge.live.current.version == "9"

    def test_trouble_is_said_once(self, paper: Paper, caplog: pytest.LogCaptureFixture) -> None:
        paper.snapshot = OSError("the database is away")
        for _ in range(3):
            paper.edge.live.refresh()
        assert caplog.text.count("No newer appeals can be loaded") == 1
        assert [record.levelname for record in caplog.records] == ["WARNING"]

    def test_anything_bad_is_one_error(self) -> None:
        with pytest.raises(BadSnapshot):
            Live.load(b"{}")

    def test_swapping_under_load_never_mixes_two(self, paper: Paper) -> None:
        """Each answer is wholly of one snapshot: what both its appeals say is the same."""

        def snapshot(number: int) -> bytes:
            appeals = (
                make_appeal(place, place, variants=(Variant(key=f"v{number}", weight=1, html=f"{number}"),))
                for place in (Placement.END_OF_ARTICLE, Placement.INLINE, Placement.BANNER)
            )
            return msgspec.json.encode(make_snapshot(*appeals, version=str(number)))

        paper.snapshot = snapshot(0)
        paper.edge.live.refresh()
        done = threading.Event()
        mixed: list[object] = []
        answered = itertools.count()

        def read() -> None:
            browser = Browser(paper)
            while not done.is_set():
                appeals = browser.visit(str(next(answered)))["appeals"].values()
                told = {(appeal["html"], appeal["variant"][1:]) for appeal in appeals}
                if len(appeals) != 3 or len(told) != 1 or {len(set(pair)) for pair in told} != {1}:
                    mixed.append(told)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(1, 120):
            paper.snapshot = snapshot(number)
            paper.edge.live.refresh()
            time.sleep(0.005)
        done.set()
        for thread in threads:
            thread.join()
        assert mixed == []
        assert next(answered) > 100
