"""The doors of payments' jobs."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from masthead.kit.jobs.schedule import every
from masthead.payments import operations
from masthead.payments.conf import RECENT
from masthead.payments.models import ReconciliationRun, RunState

# Over more than a day of pauses: longer than a provider is away.
EVENT_ATTEMPTS = 30


@task(max_attempts=EVENT_ATTEMPTS)
def project_event(event_id: int) -> None:
    """Follow one message of a provider."""
    operations.project_event(event_id, now=timezone.now())


@task(max_attempts=5)
def close_page(checkout_id: str) -> None:
    """Close a payment page on which too many cards were tried."""
    operations.close_page(UUID(checkout_id))


@every(seconds=600)
@task(max_attempts=1)
def reconcile_recent() -> None:
    """See whether a burst of attempts is over, and bring in what was missed in the last hours."""
    now = timezone.now()
    operations.end_bursts(now=now)
    operations.reconcile(settings.MASTHEAD_PAYMENTS, since=now - RECENT, now=now)


@task(max_attempts=3)
def carry_out_run(run_id: int) -> None:
    """Carry out a reconciliation that somebody asked for; one that was given up meanwhile is left alone."""
    run = ReconciliationRun.objects.filter(pk=run_id, state=RunState.RUNNING).first()
    if run is not None:
        operations.carry_out_run(run, now=timezone.now())


@every(seconds=86_400, offset_seconds=3 * 3600)
@task(max_attempts=3)
def reconcile_nightly() -> None:
    """Compare the ledger with the provider, mend what was lost, and forget what the shield counted."""
    now = timezone.now()
    operations.forget_old_failures(now=now)
    operations.forget_spent_proofs(now=now)
    provider = settings.MASTHEAD_PAYMENTS
    operations.reconcile_books(provider, since=operations.get_default_since(provider), now=now)
