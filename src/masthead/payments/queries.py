"""What is asked of the rows of money."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from masthead.payments.models import (
    Burst,
    CardPause,
    Checkout,
    CheckoutState,
    EventOutcome,
    FailedAttempt,
    Payment,
    ProviderEvent,
    ReconciliationRun,
    RunState,
    Subscription,
)
from masthead.payments.providers.base import Subject, SubjectKind


def get_checkout_of(provider: str, subject: Subject) -> Checkout | None:
    """Return the checkout that an object of the provider belongs to, as far as rows of ours tell. One query."""
    checkouts = Checkout.objects.filter(provider=provider)
    match subject.kind:
        case SubjectKind.CHECKOUT:
            return checkouts.filter(reference=subject.reference).first()
        case SubjectKind.CUSTOMER:
            theirs = checkouts.filter(subscription__customer=subject.reference, subscription__provider=provider)
            return theirs.order_by("-subscription__started_at").first()
        case SubjectKind.SUBSCRIPTION:
            return checkouts.filter(subscription__reference=subject.reference, subscription__provider=provider).first()
        case SubjectKind.PAYMENT:
            return checkouts.filter(payments__reference=subject.reference, payments__provider=provider).first()


def get_checkout(provider: str, order: str) -> Checkout | None:
    """Return the checkout whose key an order of the provider bears, None for a key that is none of ours."""
    try:
        key = UUID(order)
    except ValueError:
        return None
    return Checkout.objects.filter(pk=key, provider=provider).first()


def get_checkout_of_subscription(subscription: Subscription) -> Checkout | None:
    """Return the checkout that brought a subscription."""
    return Checkout.objects.filter(subscription=subscription).order_by("created_at").first()


def count_failures(subjects: list[str], *, since: datetime) -> dict[str, int]:
    """Count the failed attempts of each subject from the hour of `since` on; a subject without any is left out."""
    counted = FailedAttempt.objects.filter(subject__in=subjects, hour__gte=since).values("subject")
    return {row["subject"]: row["total"] for row in counted.annotate(total=Coalesce(Sum("failures"), 0))}


def has_paid(person_id: int) -> bool:
    """Return whether a payment of this person stands: one that was not sent back entirely."""
    return Payment.objects.filter(person_id=person_id, refunded_minor__lt=F("amount_minor")).exists()


def get_card_pause() -> CardPause | None:
    """Return the pause of new cards, if there is one."""
    return CardPause.objects.filter(ended_at=None).first()


def list_bursts(*, most: int = 20) -> list[Burst]:
    """Return the bursts that are over, the last first."""
    return list(Burst.objects.filter(ended_at__isnull=False)[:most])


def get_open_burst() -> Burst | None:
    """Return the burst of attempts that goes on, if one does."""
    return Burst.objects.filter(ended_at=None).first()


def is_event_known(provider: str, reference: str) -> bool:
    """Return whether the inbox has the message already."""
    return ProviderEvent.objects.filter(provider=provider, reference=reference).exists()


def list_waiting_events(provider: str, *, received_before: datetime) -> Iterator[int]:
    """List the messages that wait, the first received first."""
    waiting = ProviderEvent.objects.filter(
        provider=provider, outcome=EventOutcome.WAITING, received_at__lte=received_before
    )
    return waiting.order_by("received_at", "pk").values_list("pk", flat=True).iterator()


def list_waiting_beside(event: ProviderEvent) -> list[int]:
    """Return the other messages about the same object that wait to be followed; declined cards are each counted."""
    beside = ProviderEvent.objects.filter(
        provider=event.provider,
        subject=event.subject,
        subject_reference=event.subject_reference,
        outcome=EventOutcome.WAITING,
        is_failure=False,
    )
    return list(beside.exclude(pk=event.pk).values_list("pk", flat=True))


def list_unsettled_checkouts(provider: str, *, expired_before: datetime | None) -> Iterator[Checkout]:
    """List the open checkouts that the reader was sent off with; with a moment, those that expired before it only."""
    unsettled = Checkout.objects.filter(provider=provider, state=CheckoutState.OPEN).exclude(reference="")
    if expired_before is not None:
        unsettled = unsettled.filter(expires_at__lte=expired_before)
    return unsettled.order_by("created_at").iterator()


def list_unannounced() -> Iterator[UUID]:
    """List the checkouts whose last change was not announced to the end."""
    return Checkout.objects.filter(is_announced=False).order_by("pk").values_list("pk", flat=True).iterator()


def list_payments(subscription: Subscription, *, most: int = 24) -> list[Payment]:
    """Return the payments of a subscription, the one that covers longest first."""
    return list(subscription.payments.order_by("-covers_until", "-pk")[:most])


def get_last_message_at(provider: str) -> datetime | None:
    """Return when the newest message of the provider happened."""
    newest = ProviderEvent.objects.filter(provider=provider).order_by("-happened_at").first()
    return newest.happened_at if newest else None


def get_last_complete_run(provider: str) -> ReconciliationRun | None:
    """Return the last reconciliation that came to its end."""
    return ReconciliationRun.objects.filter(provider=provider, state=RunState.DONE).first()


def get_broken_runs(provider: str, *, after: ReconciliationRun) -> list[ReconciliationRun]:
    """Return the reconciliations after another one that did not come to their end."""
    broken = ReconciliationRun.objects.filter(provider=provider, state__in=[RunState.FAILED, RunState.BROKEN_OFF])
    return list(broken.filter(started_at__gt=after.started_at))
