from __future__ import annotations

import io
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django_tasks.exceptions import InvalidTaskError
from tests.apps.jobs_world import samples

from masthead.kit.jobs import schedule
from masthead.kit.jobs.later import run_later
from masthead.kit.jobs.models import Job, Recurrence
from masthead.kit.jobs.operations import bury_lost_jobs, claim_job, extend_leases, finish_job, pause_after
from masthead.kit.jobs.queries import is_work_due
from masthead.kit.jobs.schedule import enqueue_due, every, get_next_start
from masthead.kit.testing.jobs import run_jobs

pytestmark = pytest.mark.django_db

# Late enough that whatever a test enqueues at the true present is due.
NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _begin(page_tree: None) -> None:
    """Begin without the jobs of the search index, which the page tree has left."""
    Job.objects.all().delete()
    samples.calls.clear()


def run_at(now: datetime) -> int:
    return run_jobs(now=now)


class TestEnqueue:
    def test_runs_once_and_leaves_no_row(self) -> None:
        samples.note.enqueue("a")
        assert run_at(NOON) == 1
        assert run_at(NOON) == 0
        assert samples.calls == ["a"]
        assert not Job.objects.exists()

    def test_drops_the_job_of_a_transaction_that_is_rolled_back(self) -> None:
        def fail_after_enqueueing() -> None:
            with transaction.atomic():
                samples.note.enqueue("never")
                raise KeyError

        with pytest.raises(KeyError):
            fail_after_enqueueing()
        assert run_at(NOON) == 0
        assert samples.calls == []

    def test_runs_the_most_urgent_first_then_the_longest_due(self) -> None:
        samples.note.using(run_after=NOON - timedelta(hours=1)).enqueue("second")
        samples.note.using(run_after=NOON - timedelta(hours=2)).enqueue("first")
        samples.note.using(priority=5, run_after=NOON).enqueue("urgent")
        samples.note.using(priority=-5, run_after=NOON - timedelta(days=9)).enqueue("idle")
        run_at(NOON)
        assert samples.calls == ["urgent", "first", "second", "idle"]

    def test_waits_for_the_moment_asked_for(self) -> None:
        samples.note.using(run_after=NOON).enqueue("a")
        assert not is_work_due(now=NOON - timedelta(seconds=1))
        assert run_at(NOON - timedelta(seconds=1)) == 0
        assert is_work_due(now=NOON)
        assert run_at(NOON) == 1

    def test_runs_coroutines(self) -> None:
        samples.note_later.enqueue("a")
        run_at(NOON)
        assert samples.calls == ["a"]

    def test_refuses_what_is_no_json(self) -> None:
        with pytest.raises(TypeError):
            samples.note.enqueue(object())  # type: ignore[arg-type]  # the mistake under test

    def test_refuses_an_impossible_priority(self) -> None:
        with pytest.raises(InvalidTaskError):
            samples.note.using(priority=101)

    def test_takes_a_task_by_its_name(self) -> None:
        run_later("tests.apps.jobs_world.samples.note", "named", priority=7)
        assert Job.objects.get().priority == 7
        run_at(NOON)
        assert samples.calls == ["named"]


class TestClaim:
    def test_gives_a_job_to_one_worker_only(self) -> None:
        samples.note.enqueue("a")
        assert claim_job("one", lease=LEASE, now=NOON) is not None
        assert claim_job("two", lease=LEASE, now=NOON) is None
        assert not is_work_due(now=NOON)

    def test_gives_it_away_again_when_the_lease_has_passed(self) -> None:
        samples.note.enqueue("a")
        first = claim_job("one", lease=LEASE, now=NOON)
        second = claim_job("two", lease=LEASE, now=NOON + LEASE)
        assert first is not None
        assert second is not None
        assert (second.pk, second.attempts) == (first.pk, 2)
        assert not finish_job(first), "a worker that lost its lease must not end the other's run"
        assert finish_job(second)

    def test_keeps_a_lease_that_is_extended(self) -> None:
        samples.note.enqueue("a")
        claim_job("one", lease=LEASE, now=NOON)
        assert extend_leases(["one"], lease=LEASE, now=NOON + LEASE / 2) == 1
        assert claim_job("two", lease=LEASE, now=NOON + LEASE) is None

    def test_leaves_lesser_jobs_to_other_lanes(self) -> None:
        samples.note.using(priority=49).enqueue("lesser")
        assert claim_job("one", lease=LEASE, now=NOON, least_priority=50) is None
        samples.note.using(priority=50).enqueue("urgent")
        job = claim_job("one", lease=LEASE, now=NOON, least_priority=50)
        assert job is not None
        assert job.payload["args"] == ["urgent"]


class TestFailure:
    def test_tries_again_with_growing_pauses(self) -> None:
        samples.note_attempt.enqueue()
        now = NOON
        for attempt in (1, 2):
            assert run_at(now) == 1
            job = Job.objects.get()
            assert job.run_after == now + pause_after(attempt)
            assert "the wire is cut" in job.last_error
            assert run_at(job.run_after - timedelta(seconds=1)) == 0
            now = job.run_after
        assert run_at(now) == 1
        assert samples.calls == [1, 2, 3]
        assert not Job.objects.exists()

    def test_pauses_between_five_seconds_and_an_hour(self) -> None:
        pauses = [pause_after(attempt).total_seconds() for attempt in range(1, 12)]
        assert pauses[:4] == [5, 15, 45, 135]
        assert pauses == sorted(pauses)
        assert pauses[-1] == 3600

    @pytest.mark.parametrize(("how", "attempts"), [("not yet", 3), ("broken", 3), ("refused", 1)])
    def test_buries_it_with_its_error(self, how: str, attempts: int) -> None:
        samples.fail.enqueue(how)
        for hours in range(5):
            run_at(NOON + timedelta(hours=hours))
        job = Job.objects.get()
        assert samples.calls == [how] * attempts
        assert job.dead_at is not None
        assert job.attempts == attempts
        assert "Traceback" in job.last_error

    def test_keeps_a_job_whose_task_is_gone(self) -> None:
        Job.objects.create(task="tests.apps.jobs_world.samples.gone", payload={"args": [], "kwargs": {}})
        run_at(NOON)
        assert "gone" in Job.objects.get().last_error

    def test_gives_up_a_job_that_kills_its_worker_every_time(self) -> None:
        samples.fail.enqueue("killed")
        now = NOON
        for _ in range(3):
            assert claim_job("one", lease=LEASE, now=now) is not None
            assert bury_lost_jobs(now=now) == 0
            now += LEASE
        assert claim_job("one", lease=LEASE, now=now) is None
        assert bury_lost_jobs(now=now) == 1
        assert Job.objects.get().dead_at == now

    def test_lists_the_dead_and_lets_them_run_again(self) -> None:
        samples.fail.enqueue("refused")
        run_at(NOON)
        said = io.StringIO()
        call_command("jobs", "--dead", stdout=said)
        assert "samples.fail" in said.getvalue()
        assert "This is not possible, now or ever." in said.getvalue()
        call_command("jobs", "--retry", stdout=said)
        assert run_at(NOON) == 1


class TestRecurrence:
    @pytest.fixture(autouse=True)
    def _alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(schedule, "_PERIODS", {})
        every(seconds=3600, offset_seconds=600)(samples.note_attempt)

    def test_begins_each_period_at_its_offset(self) -> None:
        period = schedule.list_periods()[samples.note_attempt.module_path]
        assert get_next_start(period, now=NOON) == NOON + timedelta(minutes=10)
        assert get_next_start(period, now=NOON + timedelta(minutes=10)) == NOON + timedelta(minutes=70)

    def test_enqueues_once_in_each_period(self) -> None:
        counts = [enqueue_due(now=NOON + timedelta(minutes=minutes)) for minutes in (0, 9, 10, 10, 30, 70)]
        assert counts == [0, 0, 1, 0, 0, 1]

    def test_enqueues_once_though_two_workers_saw_it_due(self) -> None:
        enqueue_due(now=NOON)
        key, period = next(iter(schedule.list_periods().items()))
        seen: Any = Recurrence.objects.get().next_at
        later = NOON + timedelta(minutes=11)
        started = [
            schedule._start(key, period, seen=seen, next_start=get_next_start(period, now=later), now=later)
            for _ in range(2)
        ]
        assert started == [1, 0]

    def test_makes_up_for_missed_periods_with_one_run(self) -> None:
        enqueue_due(now=NOON)
        assert enqueue_due(now=NOON + timedelta(days=3)) == 1
        assert enqueue_due(now=NOON + timedelta(days=3)) == 0

    def test_does_not_pile_up_behind_a_run_that_waits(self) -> None:
        for hours in range(4):
            enqueue_due(now=NOON + timedelta(hours=hours))
        assert Job.objects.count() == 1

    def test_keeps_only_the_newest_failure_of_each(self) -> None:
        schedule._PERIODS.clear()
        every(seconds=3600)(samples.fail)  # it takes an argument, so every run of it fails
        for hours in range(4):
            now = NOON + timedelta(hours=hours)
            enqueue_due(now=now)
            Job.objects.filter(dead_at=None).update(attempts=2)
            run_at(now)
        assert [job.dead_at for job in Job.objects.all()] == [now]
        call_command("jobs", "--retry", stdout=io.StringIO())
        assert Job.objects.get().unique_key is None

    def test_follows_a_period_that_was_made_shorter(self) -> None:
        enqueue_due(now=NOON)
        schedule._PERIODS.clear()
        every(seconds=60)(samples.note_attempt)
        enqueue_due(now=NOON)
        assert Recurrence.objects.get().next_at == NOON + timedelta(minutes=1)

    @pytest.mark.parametrize(("seconds", "offset"), [(0, 0), (10, 10), (10, -1)])
    def test_refuses_nonsense(self, seconds: int, offset: int) -> None:
        with pytest.raises(ValueError, match="period"):
            every(seconds=seconds, offset_seconds=offset)


def test_drains_fast_enough() -> None:
    """A floor with much room, against a query too many: 200 jobs take well under a second where this was written."""
    for number in range(200):
        samples.note.enqueue(str(number))
    start = time.monotonic()
    assert run_at(NOON) == 200
    assert time.monotonic() - start < 5
