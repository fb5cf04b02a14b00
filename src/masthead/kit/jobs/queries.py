"""What is asked about jobs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q, QuerySet

from masthead.kit.jobs.models import Job


def is_work_due(*, now: datetime, least_priority: int | None = None) -> bool:
    """Return whether a job could be claimed now. Only reads, so an idle worker takes no lock."""
    due = Job.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lte=now),
        dead_at__isnull=True,
        run_after__lte=now,
        attempts__lt=F("max_attempts"),
    )
    if least_priority is not None:
        due = due.filter(priority__gte=least_priority)
    return due.exists()


def list_dead_jobs() -> QuerySet[Job]:
    """Return the jobs that were given up, newest first."""
    return Job.objects.filter(dead_at__isnull=False).order_by("-dead_at")


def count_waiting_jobs() -> int:
    """Return how many jobs wait or run."""
    return Job.objects.filter(dead_at__isnull=True).count()
