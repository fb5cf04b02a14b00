"""Write down what a provider states: the checkout, its subscription, its payments, their receipts.

Called under the lock of the checkout. Every write is a statement of fact: written twice, nothing changes.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Final

from django.db import models

from masthead.accounts.operations import get_or_create_person
from masthead.payments.letters import queue_receipt
from masthead.payments.models import Checkout, CheckoutState, Payment, Subscription, SubscriptionStatus
from masthead.payments.operations import shield
from masthead.payments.providers.base import (
    StatedPayment,
    StatedState,
    StatedStatus,
    StatedSubscription,
    Statement,
)
from masthead.payments.queries import list_payments

logger = logging.getLogger(__name__)

NAME_LENGTH: Final = 120
CARD_LENGTH: Final = 40


def write_statement(checkout: Checkout, statement: Statement, *, now: datetime) -> None:
    """Bring the rows of a checkout in step with what the provider states of it.

    A first payment below what was ordered is recorded and marked, and neither completes the checkout nor gives the
    subscription any paid time: the price is ours to set, not that of whoever reached the provider.
    """
    stated = statement.subscription
    if stated and checkout.subscription and checkout.subscription.reference != stated.reference:
        logger.warning("checkout %s has a second subscription at the provider: %s", checkout.pk, stated.reference)
        return
    changed = _note_checkout(checkout, statement)
    if statement.payments or _is_tried(checkout, statement):
        changed |= _find_person(checkout)
    if stated is not None:
        # A checkout is stated with its first invoice alone: told late, it knows nothing of what was settled since.
        changed |= _write_subscription(checkout, stated, knows_settled=statement.checkout is None)
    changed |= _write_payments(checkout, statement.payments, now=now)
    if checkout.subscription is not None:
        changed |= _count_paid_time(checkout.subscription, is_free_at_first=checkout.first_minor == 0)
    changed |= _conclude(checkout, statement, now=now)
    checkout.version += 1
    if changed:
        checkout.is_announced = False
    checkout.save()


def _note_checkout(checkout: Checkout, statement: Statement) -> bool:
    # Where the address was erased, the name stays so too.
    changed = _set(checkout, name=checkout.name or (statement.name[:NAME_LENGTH] if checkout.email else ""))
    if statement.checkout is not None:
        changed |= _set(
            checkout,
            reference=checkout.reference or statement.checkout.reference,
            expires_at=checkout.expires_at or statement.checkout.expires_at,
        )
    return changed


def _find_person(checkout: Checkout) -> bool:
    """Find or make the person who paid. A checkout whose address was erased stays nobody's."""
    if checkout.person_id is not None or not checkout.email:
        return False
    person, _ = get_or_create_person(email=checkout.email, name=checkout.name, language=checkout.language)
    return _set(checkout, person=person)


def _write_subscription(checkout: Checkout, stated: StatedSubscription, *, knows_settled: bool) -> bool:
    row = checkout.subscription or Subscription(
        provider=checkout.provider,
        reference=stated.reference,
        product=checkout.product,
        product_name=checkout.product_name,
        is_underpaid=stated.amount.currency != checkout.currency or stated.amount.minor < checkout.amount_minor,
    )
    settled_until = stated.settled_until if knows_settled or row.settled_until is None else row.settled_until
    changed = _set(
        row,
        customer=(stated.customer or row.customer) if checkout.email else "",
        person_id=row.person_id or checkout.person_id,
        amount_minor=stated.amount.minor,
        currency=stated.amount.currency,
        interval=stated.interval,
        **_describe_plans(row, stated),
        settled_until=settled_until or row.settled_until,
        resumes_at=stated.resumes_at,
        card_label=stated.card_label[:CARD_LENGTH] if checkout.email else "",
        card_expires_on=stated.card_expires_on if checkout.email else None,
        status=SubscriptionStatus(stated.status.value),
        cancel_at_period_end=stated.cancel_at_period_end,
        started_at=stated.started_at,
        ended_at=stated.ended_at,
    )
    if changed:
        row.save()
    checkout.subscription = row
    return changed


def _describe_plans(row: Subscription, stated: StatedSubscription) -> dict[str, Any]:
    """Return the fields of the present plan and of the planned one."""
    planned = stated.next_plan
    return {
        "product": stated.product or row.product,
        "product_name": stated.product_name or row.product_name,
        "next_product": (planned.product or row.product) if planned else "",
        "next_product_name": (planned.product_name or row.product_name) if planned else "",
        "next_amount_minor": planned.amount.minor if planned else None,
        "next_interval": planned.interval if planned else "",
        "next_at": stated.next_at,
    }


def _is_tried(checkout: Checkout, statement: Statement) -> bool:
    """Return whether the days to try have begun that were ordered: nothing is paid for them."""
    stated = statement.subscription
    is_running = stated is not None and stated.status is StatedStatus.ACTIVE and stated.settled_until is not None
    return checkout.first_minor == 0 and is_running


def _write_payments(checkout: Checkout, stated: tuple[StatedPayment, ...], *, now: datetime) -> bool:
    if not stated:
        return False
    references = [payment.reference for payment in stated]
    known = {row.reference: row for row in Payment.objects.filter(provider=checkout.provider, reference__in=references)}
    changed = False
    for payment in sorted(stated, key=lambda one: one.paid_at):
        row = known.get(payment.reference)
        if row is None:
            _record_payment(checkout, payment, now=now)
            changed = True
        elif row.checkout_id == checkout.pk:
            changed |= _note_refund(row, payment)
    return changed


def _record_payment(checkout: Checkout, stated: StatedPayment, *, now: datetime) -> None:
    asked = checkout.first
    is_underpaid = stated.is_first and (stated.amount.currency != asked.currency or stated.amount.minor < asked.minor)
    subscription = checkout.subscription
    row = Payment.objects.create(
        provider=checkout.provider,
        reference=stated.reference,
        person_id=checkout.person_id,
        checkout=checkout,
        subscription=subscription,
        product=subscription.product if subscription else checkout.product,
        product_name=subscription.product_name if subscription else checkout.product_name,
        amount_minor=stated.amount.minor,
        refunded_minor=min(stated.refunded.minor, stated.amount.minor) if stated.refunded else 0,
        currency=stated.amount.currency,
        country=stated.country[:2],
        paid_at=stated.paid_at,
        refunded_at=stated.refunded_at,
        covers_until=stated.covers_until,
        token=checkout.token,
        is_underpaid=is_underpaid,
    )
    if is_underpaid:
        logger.warning("payment %s of checkout %s is below what was ordered: %s", row.pk, checkout.pk, row.amount)
    if is_underpaid and subscription is not None:
        subscription.is_underpaid = True
    queue_receipt(row, now=now)


def _note_refund(row: Payment, stated: StatedPayment) -> bool:
    values: dict[str, Any] = {"covers_until": stated.covers_until or row.covers_until}
    if stated.refunded is not None:
        values |= {
            "refunded_minor": min(stated.refunded.minor, row.amount_minor),
            "refunded_at": stated.refunded_at,
        }
    changed = _set(row, **values)
    if changed:
        row.is_announced = False
        row.save()
    return changed


def _count_paid_time(row: Subscription, *, is_free_at_first: bool) -> bool:
    """Set `paid_until`: the end of the last period that was settled and whose payment did not go back.

    Where all that paid for it did, the end of what remains paid.
    """
    payments = [payment for payment in list_payments(row) if payment.covers_until and not payment.is_underpaid]
    paid_until: datetime | None = None
    if (payments or is_free_at_first) and not row.is_underpaid:
        sent_back = [end for payment, end in _list_ends(payments) if _is_sent_back(payment)]
        remains = max((end for payment, end in _list_ends(payments) if not _is_sent_back(payment)), default=None)
        settled = row.settled_until or max((end for _, end in _list_ends(payments)), default=None)
        paid_until = settled
        if settled is not None and any(end >= settled for end in sent_back):
            # A payment too old to be stated anew may still tell of an end that was cut short since.
            paid_until = min(remains, settled) if remains else None
    changed = _set(row, paid_until=paid_until)
    if changed or row.is_underpaid:
        row.save()
    return changed


def _list_ends(payments: list[Payment]) -> list[tuple[Payment, datetime]]:
    return [(payment, payment.covers_until) for payment in payments if payment.covers_until is not None]


def _is_sent_back(payment: Payment) -> bool:
    return payment.refunded_minor >= payment.amount_minor


def _conclude(checkout: Checkout, statement: Statement, *, now: datetime) -> bool:
    if checkout.state == CheckoutState.COMPLETED:
        return False
    is_paid = Payment.objects.filter(checkout=checkout)
    state = CheckoutState(checkout.state)
    completed_at = None
    if is_paid.filter(is_underpaid=True).exists() or (checkout.subscription and checkout.subscription.is_underpaid):
        state = CheckoutState.FAILED
    elif is_paid.exists() or _is_tried(checkout, statement):
        state, completed_at = CheckoutState.COMPLETED, now
        shield.forgive(checkout, paid_at=now)
    elif statement.checkout and statement.checkout.state is StatedState.EXPIRED:
        state = CheckoutState.EXPIRED
    is_over = state != CheckoutState.OPEN
    kept = {"network": "", "account": ""} if is_over else {}
    return _set(checkout, state=state, completed_at=completed_at, **kept)


def _set(row: models.Model, **values: Any) -> bool:
    """Set fields of a row; returns whether any of them was different."""
    changed = False
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = True
    return changed
