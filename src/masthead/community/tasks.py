"""Jobs of belonging."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from masthead.community import operations
from masthead.community.care import erasing
from masthead.kit.jobs.schedule import every


@task()
def end_surplus_subscription(surplus_id: int) -> None:
    """Ask the provider to end a second subscription."""
    operations.end_surplus(surplus_id, now=timezone.now())


@every(seconds=6 * 3600, offset_seconds=1800)
@task()
def write_by_the_calendar() -> None:
    """End what was given until now; write the letters whose day has come."""
    now = timezone.now()
    operations.end_granted(now=now)
    operations.remind_of_renewals(now=now)
    operations.tell_of_failed_payments(now=now)
    operations.warn_of_expiring_cards(now=now)
    operations.tell_of_ends(now=now)
    operations.invite_back(now=now)
    operations.send_statements(now=now)


@task()
def erase_person(erasure_id: int) -> None:
    """Forget a person."""
    erasing.erase(erasure_id, now=timezone.now())


@every(seconds=900, offset_seconds=420)
@task()
def go_on_erasing() -> None:
    """Go on with what an erasure still waits for: a provider that did not answer, the last letter on its way."""
    erasing.erase_open(now=timezone.now())
