"""What is done to jobs: added, claimed, finished, failed, buried, run again."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, QuerySet

from masthead.kit.jobs.models import Job
from masthead.rules.errors import MastheadError

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=1)
ERROR_LENGTH: Final = 8000
DEAD: Final = "dead:"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """What is to be run, and when: `task` is the dotted path of a task, `args` and `kwargs` plain JSON."""

    task: str
    args: list[Any]
    kwargs: dict[str, Any]
    priority: int
    run_after: datetime
    max_attempts: int


def add_job(request: JobRequest, *, now: datetime) -> Job:
    """Add a job in the caller's transaction."""
    job = _as_row(request, now=now)
    job.save(force_insert=True)
    return job


def add_job_once(request: JobRequest, *, unique_key: str, now: datetime) -> None:
    """Add a job unless one of the same key waits or runs already. Safe to repeat."""
    job = _as_row(request, now=now)
    job.unique_key = unique_key
    Job.objects.bulk_create([job], ignore_conflicts=True)


def _as_row(request: JobRequest, *, now: datetime) -> Job:
    return Job(
        task=request.task,
        payload={"args": request.args, "kwargs": request.kwargs},
        priority=request.priority,
        run_after=request.run_after,
        max_attempts=request.max_attempts,
        enqueued_at=now,
    )


def claim_job(worker: str, *, lease: timedelta, now: datetime, least_priority: int | None = None) -> Job | None:
    """Take the most urgent job that is due, and lease it to `worker` until `now + lease`.

    Highest priority first, then the longest due. One statement: two workers never get the same job. Counts as an
    attempt from here on, so that a job that kills its worker is given up in the end.
    """
    table = Job._meta.db_table  # noqa: SLF001  Django's documented way to a table's name
    skip = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    urgent = "" if least_priority is None else "AND priority >= %s"
    # The subquery is a scalar, computed once: PostgreSQL may run an IN (… LIMIT 1) again for every row it looks at.
    statement = f"""
        UPDATE {table} SET leased_until = %s, leased_by = %s, attempts = attempts + 1
        WHERE id = (
            SELECT id FROM {table}
            WHERE dead_at IS NULL AND run_after <= %s AND (leased_until IS NULL OR leased_until <= %s)
                AND attempts < max_attempts {urgent}
            ORDER BY priority DESC, run_after, id LIMIT 1 {skip}
        )
        RETURNING *"""  # noqa: S608  names of our own table only
    values: list[Any] = [now + lease, worker, now, now]
    if least_priority is not None:
        values.append(least_priority)
    return next(iter(list(Job.objects.raw(statement, values))), None)


def extend_leases(workers: list[str], *, lease: timedelta, now: datetime) -> int:
    """Hold on to the jobs that `workers` run, until `now + lease`. Returns how many there are."""
    return Job.objects.filter(leased_by__in=workers, leased_until__isnull=False, dead_at__isnull=True).update(
        leased_until=now + lease
    )


def finish_job(job: Job) -> bool:
    """Remove a job that succeeded; False if its lease was lost and another worker has it now."""
    deleted, _ = _still_held(job).delete()
    return bool(deleted)


def fail_job(job: Job, error: BaseException, *, now: datetime) -> bool:
    """Put a job that raised back with a growing pause, or bury it with its error. True if it was buried.

    Buried after its last attempt, and at once by a MastheadError that says it is not retriable.
    """
    hopeless = isinstance(error, MastheadError) and not error.retriable
    text = "".join(traceback.format_exception(error))[-ERROR_LENGTH:]
    if hopeless or job.attempts >= job.max_attempts:
        _bury(_still_held(job), job, text, now=now)
        return True
    _still_held(job).update(run_after=now + pause_after(job.attempts), last_error=text, leased_until=None, leased_by="")
    return False


@transaction.atomic
def _bury(held: QuerySet[Job], job: Job, text: str, *, now: datetime) -> None:
    # Of work that recurs only the newest failure is kept: an hourly one would leave a row an hour.
    key = f"{DEAD}{job.unique_key}" if job.unique_key else None
    if key is not None:
        Job.objects.filter(unique_key=key).delete()
    held.update(dead_at=now, last_error=text, leased_until=None, leased_by="", unique_key=key)


def _still_held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, leased_by=job.leased_by, attempts=job.attempts, dead_at__isnull=True)


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: 5 s, 15 s, 45 s, … at most an hour."""
    tripled = min(attempts - 1, 8)
    return min(LONGEST_PAUSE, FIRST_PAUSE * int(3**tripled))


def bury_lost_jobs(*, now: datetime) -> int:
    """Give up jobs whose worker vanished during their last attempt. Returns how many."""
    lost = list(Job.objects.filter(dead_at__isnull=True, attempts__gte=F("max_attempts"), leased_until__lte=now))
    for job in lost:
        _bury(_still_held(job), job, "The worker ended while it ran this.", now=now)
    return len(lost)


@transaction.atomic
def revive_dead_jobs(*, now: datetime) -> int:
    """Let every job that was given up run again from its first attempt. Returns how many there are."""
    return Job.objects.filter(dead_at__isnull=False).update(dead_at=None, attempts=0, run_after=now, unique_key=None)
