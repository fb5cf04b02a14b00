"""Real workers, killed and raced."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.apps.jobs_world.world import World, open_database


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_database(tmp_path) as url:
        world = World(tmp_path, url)
        try:
            yield world
        finally:
            world.end()


def test_runs_a_job_again_that_was_killed_half_way(world: World) -> None:
    world.python("sleep.enqueue('a', 1.5)")
    killed = world.start_worker("--lease", "1")
    world.wait(lambda: world.told("start", "a"))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert world.count_jobs() == 1
    heir = world.start_worker("--lease", "1")
    world.wait(lambda: world.told("end", "a"))
    world.wait(lambda: not world.count_jobs())
    assert [line[1] for line in world.told("start", "a")] == [str(killed.pid), str(heir.pid)]


def test_runs_a_long_job_once_though_its_lease_is_short(world: World) -> None:
    world.python("sleep.enqueue('long', 3)")
    for _ in range(2):
        world.start_worker("--lease", "1")
    world.wait(lambda: world.told("end", "long"))
    world.wait(lambda: not world.count_jobs())
    assert len(world.told("start", "long")) == 1


def test_never_runs_one_job_in_two_workers(world: World) -> None:
    world.python("for number in range(150): sleep.enqueue(str(number), 0.002)")
    for _ in range(3):
        world.start_worker("--lanes", "2")
    world.wait(lambda: not world.count_jobs())
    started = [line[3] for line in map(str.split, world.log.read_text().splitlines()) if line[2] == "start"]
    jobs = [name for name in started if name != "tick"]
    assert sorted(jobs, key=int) == [str(number) for number in range(150)]
    pids = {line.split()[1] for line in world.log.read_text().splitlines()}
    assert len(pids) > 1, "the others had nothing to do, so this proved nothing"


def test_finishes_the_running_job_on_sigterm(world: World) -> None:
    world.python("sleep.enqueue('running', 1); sleep.enqueue('waiting', 0)")
    worker = world.start_worker()
    world.wait(lambda: world.told("start", "running"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    assert world.told("end", "running")
    assert not world.told("start", "waiting")
    assert world.count_jobs() == 1


def test_starts_soon_and_lets_urgent_jobs_pass_a_slow_one(world: World) -> None:
    world.start_worker()
    world.wait(lambda: world.told("start", "tick"))
    world.python("sleep.enqueue('slow', 4); tell('asked', 'slow')")
    world.wait(lambda: world.told("start", "slow"))
    world.python("sleep.using(priority=90).enqueue('urgent', 0); tell('asked', 'urgent')")
    world.wait(lambda: world.told("start", "urgent"))
    assert not world.told("end", "slow")
    for name in ("slow", "urgent"):
        waited = float(world.told("start", name)[0][0]) - float(world.told("asked", name)[0][0])
        assert waited < 1.0, "0.3 s where nothing else runs"


def test_drains_and_exits(world: World) -> None:
    world.python("sleep.enqueue('a', 0); sleep.enqueue('b', 0)")
    assert world.start_worker("--once").wait(timeout=20) == 0
    assert world.told("end", "a")
    assert world.told("end", "b")
    assert world.count_jobs() == 0


def test_runs_recurring_work_once_a_period_in_all_workers(world: World) -> None:
    for _ in range(2):
        world.start_worker()
    world.wait(lambda: len(world.told("start", "tick")) >= 4)
    moments = [float(line[0]) for line in world.told("start", "tick")]
    assert len(moments) <= moments[-1] - moments[0] + 2
