"""Jobs of belonging."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from masthead.community import operations


@task()
def end_surplus_subscription(surplus_id: int) -> None:
    """Ask the provider to end a second subscription."""
    operations.end_surplus(surplus_id, now=timezone.now())
