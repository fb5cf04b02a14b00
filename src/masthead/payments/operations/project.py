"""Projection: what the provider states becomes our rows, under one lock, whoever asks and how often.

Reading the provider takes long, so no lock is held meanwhile. Instead each checkout counts the readings written under
it: a reading during which another was written may be the older of the two, and is taken again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction

from masthead.payments.models import Checkout, CheckoutState
from masthead.payments.operations.announce import announce
from masthead.payments.operations.ledger import write_statement
from masthead.payments.providers.base import Provider, StatedState, Statement, Subject, SubjectKind
from masthead.payments.providers.registry import get_provider
from masthead.payments.queries import get_checkout_of
from masthead.rules.errors import MastheadError

MOST_READINGS: Final = 6


class TooBusy(MastheadError):
    """This payment is changing at the moment. Please try again in a few seconds."""

    code: ClassVar[str] = "too_busy"
    status: ClassVar[int] = 503
    retriable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class _Seen:
    """A checkout as it stood before the provider was read."""

    pk: UUID
    version: int


def settle_checkout(checkout: Checkout, *, now: datetime) -> Checkout:
    """Bring a checkout in step with the provider, reading it at most once where nothing else happens meanwhile.

    For the return page: whether the message of the provider came before, comes after, or never, one subscription,
    one payment and one receipt are what remains. A checkout that is over is not read again. Safe to repeat.
    Raises PaymentsUnavailable, PaymentsRefused, NothingThere, TooBusy.
    """
    checkout.refresh_from_db()
    if checkout.state == CheckoutState.OPEN and checkout.reference:
        subject = Subject(kind=SubjectKind.CHECKOUT, reference=checkout.reference)
        project(checkout.provider, subject, now=now, known=checkout)
        checkout.refresh_from_db()
    elif not checkout.is_announced:
        transaction.on_commit(lambda: announce(checkout.pk))
    return checkout


def project_subscription(provider: str, reference: str, *, now: datetime) -> Checkout | None:
    """Bring our rows in step with one subscription and its last payments. Safe to repeat.

    Returns the checkout that brought it, None for a sale that is not ours. Raises as `settle_checkout` does.
    """
    return project(provider, Subject(kind=SubjectKind.SUBSCRIPTION, reference=reference), now=now)


def project(provider: str, subject: Subject, *, now: datetime, known: Checkout | None = None) -> Checkout | None:
    """Bring our rows in step with one object of the provider. Safe to repeat, and from two processes at once.

    Returns the checkout that it belongs to, None for a sale that is not ours. Raises as `settle_checkout` does.
    """
    service = get_provider(provider)
    checkout = known or get_checkout_of(provider, subject)
    for _ in range(MOST_READINGS):
        seen = _Seen(checkout.pk, checkout.version) if checkout else None
        statement = _read(service, subject)
        if checkout is not None and _is_unpaid_still(checkout, statement):
            return checkout
        checkout, is_written = _write(provider, statement, seen, now=now)
        if checkout is None or is_written:
            return checkout
    raise TooBusy


def _is_unpaid_still(checkout: Checkout, statement: Statement) -> bool:
    """Return whether a page that is open says nothing new: a reader who waits costs no lock and no write."""
    stated = statement.checkout
    return (
        stated is not None
        and stated.state is StatedState.OPEN
        and not statement.payments
        and statement.subscription is None
        and checkout.state == CheckoutState.OPEN
        and checkout.is_announced
    )


def _read(service: Provider, subject: Subject) -> Statement:
    readers: dict[SubjectKind, Callable[[str], Statement]] = {
        SubjectKind.CHECKOUT: service.read_checkout,
        SubjectKind.CUSTOMER: service.read_customer,
        SubjectKind.SUBSCRIPTION: service.read_subscription,
        SubjectKind.PAYMENT: service.read_payment,
    }
    return readers[subject.kind](subject.reference)


@transaction.atomic
def _write(provider: str, statement: Statement, seen: _Seen | None, *, now: datetime) -> tuple[Checkout | None, bool]:
    checkout = _lock(provider, statement.order)
    if checkout is None:
        return None, False
    # Unseen before, a checkout under which nothing was written yet cannot have a newer reading.
    if (seen or _Seen(checkout.pk, 0)) != _Seen(checkout.pk, checkout.version):
        return checkout, False
    write_statement(checkout, statement, now=now)
    transaction.on_commit(lambda: announce(checkout.pk))
    return checkout, True


def _lock(provider: str, order: str) -> Checkout | None:
    try:
        key = UUID(order)
    except ValueError:
        return None
    return Checkout.objects.select_for_update().filter(pk=key, provider=provider).first()
