"""Work that recurs."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from masthead.insight.operations import forget_batches, forget_told
from masthead.kit.jobs.schedule import every


@every(seconds=3600, offset_seconds=600)
@task()
def forget_old_batches() -> None:
    """Forget the ids of batches, and the marks of showings, that are too old to come again."""
    now = timezone.now()
    forget_batches(now=now)
    forget_told(now=now)
