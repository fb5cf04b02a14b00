"""Background work, done on the spot."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from masthead.kit.jobs.worker import Worker


def run_jobs(*, now: datetime | None = None) -> int:
    """Run every job that is due at `now` (the present, if not given) in this process; return how many there were.

    Work that recurs is left out, so that one app's tests run no other's.
    """
    clock = timezone.now if now is None else lambda: now
    return Worker(clock=clock, name="tests").drain(recurring=False)
