from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from tests.edge.paper import Browser, Paper

from masthead.edge.metrics import BOUNDS, FAMILIES, Meter, Metrics, render

PATH, TOKEN = "/_masthead/metrics", "the watcher's token"
SHOWN = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}
LINE = re.compile(r'([a-z_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\} (\S+)')


def read(text: str) -> dict[str, float]:
    """Read the text format strictly, workers left out; every line has to belong to the family named before it."""
    samples: dict[str, float] = {}
    family = ""
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            family = line.split()[2]
        elif not line.startswith("#"):
            found = LINE.fullmatch(line)
            assert found is not None, line
            name, labels, value = found.groups()
            assert name.startswith(family), line
            kept = re.sub(r',?worker="[^"]*"', "", labels)
            samples[f"{name}{{{kept}}}"] = samples.get(f"{name}{{{kept}}}", 0) + float(value)
    return samples


def ask(paper: Paper) -> dict[str, float]:
    answer = paper.ask("GET", PATH, **SHOWN)
    assert answer.status == 200
    assert answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    return read(answer.body.decode())


@pytest.fixture
def watched() -> Paper:
    return Paper(metrics=Metrics(token=TOKEN))


class TestWhoMayRead:
    def test_nobody_where_no_token_is_set(self) -> None:
        assert Paper().ask("GET", PATH, HTTP_AUTHORIZATION="Bearer ", REMOTE_ADDR="127.0.0.1").status == 404

    @pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer wrong", "Bearer é", f"Basic {TOKEN}", f"Bearer {TOKEN} "])
    def test_nobody_without_the_token(self, watched: Paper, shown: str) -> None:
        answer = watched.ask("GET", PATH, HTTP_AUTHORIZATION=shown, REMOTE_ADDR="127.0.0.1")
        assert answer.status == 403
        assert b"masthead_" not in answer.body

    def test_whoever_shows_it(self, watched: Paper) -> None:
        assert watched.ask("GET", PATH, **SHOWN).status == 200
        assert watched.ask("HEAD", PATH, **SHOWN).body == b""


class TestNumbers:
    def test_requests_stand_by_door_and_class(self, watched: Paper) -> None:
        browser = Browser(watched)
        browser.read_many(3)
        browser.post("/_masthead/visit", b"{")
        watched.ask("GET", "/_masthead/nothing")
        watched.ask("PUT", "/_masthead/visit")
        told = ask(watched)
        assert told['masthead_requests_total{door="visit",status="2xx"}'] == 3
        assert told['masthead_requests_total{door="visit",status="4xx"}'] == 2
        assert told['masthead_requests_total{door="none",status="4xx"}'] == 1
        assert told['masthead_refused_total{code="bad_body"}'] == 1
        assert told['masthead_refused_total{code="wrong_method"}'] == 1
        assert told['masthead_refused_total{code="not_found"}'] == 1

    def test_made_up_addresses_make_no_new_series(self, watched: Paper) -> None:
        watched.ask("GET", "/0")
        before = len(ask(watched))
        for n in range(100):
            watched.ask("GET", f"/{n}")
        assert len(ask(watched)) - before <= 4 + len(BOUNDS)

    def test_the_histogram_adds_up(self) -> None:
        meter = Meter()
        for seconds in (0.00001, 0.0001, 0.003, 9.0):
            meter.note(seconds, "200 OK")
        told = read(render(("1", sample) for sample in meter.tell("visit")))
        assert told['masthead_request_seconds_bucket{door="visit",le="0.0001"}'] == 2
        assert told['masthead_request_seconds_bucket{door="visit",le="0.005"}'] == 3
        assert told['masthead_request_seconds_bucket{door="visit",le="5.0"}'] == 3
        assert told['masthead_request_seconds_bucket{door="visit",le="+Inf"}'] == 4
        assert told['masthead_request_seconds_count{door="visit"}'] == 4
        assert told['masthead_request_seconds_sum{door="visit"}'] == pytest.approx(9.00311)

    def test_the_snapshot_and_what_waits(self, watched: Paper) -> None:
        Browser(watched).visit()
        told = ask(watched)
        assert told["masthead_snapshot_loaded{}"] == 1
        assert told["masthead_snapshot_age_seconds{}"] < 60
        assert told["masthead_counts_waiting{}"] > 0

    def test_age_grows_while_the_source_is_away(self, watched: Paper) -> None:
        watched.snapshot = OSError("away")
        time.sleep(0.02)
        watched.edge.live.refresh()
        assert ask(watched)["masthead_snapshot_age_seconds{}"] >= 0.02

    def test_labels_cannot_break_a_line(self) -> None:
        [line] = [
            line
            for line in render([("1", ("masthead_refused_total", (("code", 'a"\n\\'),), 1))]).splitlines()
            if not line.startswith("#")
        ]
        assert line == r'masthead_refused_total{code="a\"\n\\",worker="1"} 1'

    def test_every_family_says_what_it_is(self) -> None:
        assert all(family.about.endswith(".") for family in FAMILIES.values())


class TestWorkers:
    def test_tell_of_one_another(self, tmp_path: Path) -> None:
        one, other = Metrics(token=TOKEN, folder=tmp_path), Metrics(token=TOKEN, folder=tmp_path)
        other._worker = "other"
        other.meter("visit").note(0.001, "200 OK")
        other.watch("masthead_snapshot_loaded", lambda: True)
        other.share()
        one.meter("visit").note(0.001, "200 OK")
        told = one.answer(SHOWN).body.decode()
        assert told.count("# TYPE masthead_requests_total counter") == 1
        assert f'{{door="visit",status="2xx",worker="{os.getpid()}"}} 1' in told
        assert '{door="visit",status="2xx",worker="other"} 1' in told
        assert 'masthead_snapshot_loaded{worker="other"} 1' in told

    def test_that_are_gone_are_told_no_more(self, tmp_path: Path) -> None:
        one, other = Metrics(token=TOKEN, folder=tmp_path), Metrics(token=TOKEN, folder=tmp_path)
        other._worker = "other"
        other.meter("visit").note(0.001, "200 OK")
        other.share()
        (tmp_path / "torn.json").write_bytes(b'[["masthead')
        past = time.time() - 3600
        os.utime(tmp_path / "other.json", (past, past))
        assert b"other" not in one.answer(SHOWN).body
        one.share()
        assert not (tmp_path / "other.json").exists()

    def test_leave_nothing_behind(self, tmp_path: Path) -> None:
        metrics = Metrics(token=TOKEN, folder=tmp_path)
        metrics.start()
        metrics.share()
        assert list(tmp_path.iterdir())
        metrics.close()
        assert not list(tmp_path.iterdir())
