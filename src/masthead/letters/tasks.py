"""The door of the job that delivers."""

from __future__ import annotations

from contextlib import suppress

from django.utils import timezone
from django_tasks import task

from masthead.letters import operations
from masthead.letters.models import Letter

# The letter counts its own attempts and gives up first, with the reason kept beside it.
JOB_ATTEMPTS = 20


@task(max_attempts=JOB_ATTEMPTS)
def deliver_letter(letter_id: int) -> None:
    """Deliver one letter; one whose addressee was erased meanwhile is gone."""
    with suppress(Letter.DoesNotExist):
        operations.deliver(letter_id, now=timezone.now())
