"""The door of the job that delivers."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from masthead.letters import operations

# The letter counts its own attempts and gives up first, with the reason kept beside it.
JOB_ATTEMPTS = 20


@task(max_attempts=JOB_ATTEMPTS)
def deliver_letter(letter_id: int) -> None:
    """Deliver one letter."""
    operations.deliver(letter_id, now=timezone.now())
