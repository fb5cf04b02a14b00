"""Work that recurs: `@every(seconds=3600)` above a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django_tasks.base import Task

from masthead.kit.jobs.models import Recurrence
from masthead.kit.jobs.operations import JobRequest, add_job_once

AnyTask = TypeVar("AnyTask", bound=Task[..., Any])


@dataclass(frozen=True, slots=True)
class Period:
    """How often a task is run, and how far into each period."""

    task: Task[..., Any]
    seconds: int
    offset_seconds: int


_PERIODS: dict[str, Period] = {}


def every(*, seconds: int, offset_seconds: int = 0) -> Callable[[AnyTask], AnyTask]:
    """Let a task without arguments run once in every period of so many seconds, however many workers there are.

    Periods are counted from midnight UTC of 1 January 1970: `seconds=86400, offset_seconds=3 * 3600` is every day at
    three. Periods that passed while no worker ran are made up for by one run. While a run still waits or is being
    tried again, the next one is left out.
    """
    if seconds < 1 or not 0 <= offset_seconds < seconds:
        raise ValueError("A period lasts at least a second, and the offset lies within it.")

    def remember(task: AnyTask) -> AnyTask:
        _PERIODS[task.module_path] = Period(task, seconds, offset_seconds)
        return task

    return remember


def list_periods() -> dict[str, Period]:
    """Return everything that recurs, by the path of its task."""
    return dict(_PERIODS)


def get_next_start(period: Period, *, now: datetime) -> datetime:
    """Return when the next period begins: strictly after `now`."""
    passed = int(now.timestamp()) - period.offset_seconds
    return datetime.fromtimestamp((passed // period.seconds + 1) * period.seconds + period.offset_seconds, tz=UTC)


def enqueue_due(*, now: datetime) -> int:
    """Enqueue every recurring task whose time has come. Returns how many. Safe to call from many workers at once."""
    known = dict(Recurrence.objects.filter(key__in=_PERIODS).values_list("key", "next_at"))
    due = 0
    for key, period in _PERIODS.items():
        next_start = get_next_start(period, now=now)
        if key not in known:
            Recurrence.objects.bulk_create([Recurrence(key=key, next_at=next_start)], ignore_conflicts=True)
        # The second condition follows a period that was made shorter in a new version of the code.
        elif known[key] <= now or known[key] > next_start + timedelta(seconds=1):
            due += _start(key, period, seen=known[key], next_start=next_start, now=now)
    return due


@transaction.atomic
def _start(key: str, period: Period, *, seen: datetime, next_start: datetime, now: datetime) -> int:
    moved = Recurrence.objects.filter(key=key, next_at=seen).update(next_at=next_start)
    if not moved or seen > now:
        return 0
    request = JobRequest(
        task=key,
        args=[],
        kwargs={},
        priority=period.task.priority,
        run_after=now,
        max_attempts=getattr(period.task, "max_attempts", 3),
    )
    add_job_once(request, unique_key=f"every:{key}", now=now)
    return 1
