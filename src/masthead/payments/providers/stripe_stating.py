"""What objects of Stripe state, in the plain values of a provider."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import stripe

from masthead.payments.providers.base import (
    Plan,
    StatedPayment,
    StatedState,
    StatedStatus,
    StatedSubscription,
)
from masthead.payments.providers.stripe_words import (
    AMOUNT,
    INTERVAL,
    NEXT,
    NEXT_AT,
    ORDER,
    PRODUCT,
    PRODUCT_NAME,
    STATUSES,
    as_moment,
    from_stripe,
    id_of,
    moment_of,
    to_stripe,
)
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

if TYPE_CHECKING:
    from stripe.params import SubscriptionUpdateParamsItem


def order_of(metadata: Any) -> str:
    """Return the key of our order, "" for a sale that is not ours."""
    return str((metadata.to_dict() if metadata is not None else {}).get(ORDER) or "")


def state_of(session: stripe.checkout.Session) -> StatedState:
    """Return where a session stands."""
    if session.status == "complete":
        return StatedState.WAITING if session.payment_status == "unpaid" else StatedState.PAID
    return StatedState.EXPIRED if session.status == "expired" else StatedState.OPEN


def state_subscription(subscription: stripe.Subscription, invoices: Iterable[stripe.Invoice]) -> StatedSubscription:
    """State a subscription; `invoices` are the last ones of it."""
    # Listed the newest first: of two that were made in one second the one listed first is the newer.
    settled = sorted((one for one in reversed(list(invoices)) if one.status == "paid"), key=lambda one: one.created)
    item = subscription.items.data[0]
    status = STATUSES.get(subscription.status, StatedStatus.INCOMPLETE)
    paused = subscription.pause_collection is not None and status is StatedStatus.ACTIVE
    metadata = subscription.metadata.to_dict()
    now, later = plan_now(metadata, item), plan_later(metadata, item)
    card = card_of(subscription)
    ended_at = moment_of(subscription.ended_at, subscription.canceled_at, subscription.created)
    return StatedSubscription(
        reference=subscription.id,
        customer=id_of(subscription.customer),
        amount=now.amount,
        interval=now.interval,
        status=StatedStatus.PAUSED if paused else status,
        settled_until=end_of(settled[-1]) if settled else None,
        cancel_at_period_end=subscription.cancel_at_period_end or subscription.cancel_at is not None,
        started_at=moment_of(subscription.start_date, subscription.created),
        ended_at=ended_at if status is StatedStatus.ENDED else None,
        product=now.product,
        product_name=now.product_name,
        next_plan=later,
        next_at=as_moment(int(metadata[NEXT_AT])) if later else None,
        resumes_at=as_moment(subscription.pause_collection.resumes_at) if subscription.pause_collection else None,
        card_label=f"{card.brand.capitalize()} {card.last4}" if card else "",
        card_expires_on=last_day_of(card.exp_year, card.exp_month) if card else None,
    )


def plan_now(metadata: Mapping[str, str], item: stripe.SubscriptionItem) -> Plan:
    """Return what is paid for in the present period: a change that was planned holds from the next one on."""
    is_later = NEXT_AT in metadata and item.current_period_start < int(metadata[NEXT_AT])
    lead = "" if is_later or NEXT_AT not in metadata else NEXT
    plan = Plan(
        product=metadata.get(lead + PRODUCT, ""),
        product_name=metadata.get(lead + PRODUCT_NAME, ""),
        amount=from_stripe(item.price.unit_amount or 0, item.price.currency),
        interval=interval_of(item),
    )
    if not is_later:
        return plan
    amount = from_stripe(int(metadata[AMOUNT]), item.price.currency)
    return replace(plan, amount=amount, interval=Interval(metadata[INTERVAL]))


def plan_later(metadata: Mapping[str, str], item: stripe.SubscriptionItem) -> Plan | None:
    """Return what is paid for from the next period on, None where that is the same."""
    if NEXT_AT not in metadata or item.current_period_start >= int(metadata[NEXT_AT]):
        return None
    return Plan(
        product=metadata.get(NEXT + PRODUCT, ""),
        product_name=metadata.get(NEXT + PRODUCT_NAME, ""),
        amount=from_stripe(item.price.unit_amount or 0, item.price.currency),
        interval=interval_of(item),
    )


def as_metadata(plan: Plan, *, later: Plan | None = None, at: int = 0) -> dict[str, str]:
    """Return what is written beside a subscription of its plan, and of one that is planned from a Unix time on.

    Stripe has the price of the next period alone: while one is planned, that of the present stands here.
    """
    now = {PRODUCT: plan.product, PRODUCT_NAME: plan.product_name}
    if later is None:
        return now | dict.fromkeys((AMOUNT, INTERVAL, NEXT + PRODUCT, NEXT + PRODUCT_NAME, NEXT_AT), "")
    return now | {
        AMOUNT: str(to_stripe(plan.amount)),
        INTERVAL: plan.interval.value,
        NEXT + PRODUCT: later.product,
        NEXT + PRODUCT_NAME: later.product_name,
        NEXT_AT: str(at),
    }


def describe_item(item: str, product: str, amount: Money, interval: Interval) -> SubscriptionUpdateParamsItem:
    """Return what an item of a subscription shall cost."""
    return {
        "id": item,
        "price_data": {
            "currency": amount.currency.lower(),
            "product": product,
            "unit_amount": to_stripe(amount),
            "recurring": {"interval": "year" if interval is Interval.YEAR else "month"},
        },
    }


def interval_of(item: stripe.SubscriptionItem) -> Interval:
    """Return how often an item is charged."""
    return Interval.YEAR if item.price.recurring and item.price.recurring.interval == "year" else Interval.MONTH


def card_of(subscription: stripe.Subscription) -> stripe.PaymentMethod.Card | None:
    """Return the card that is charged next, None where it is no card or was not expanded."""
    customer = subscription.customer
    settings = customer.invoice_settings if isinstance(customer, stripe.Customer) else None
    for method in (subscription.default_payment_method, settings.default_payment_method if settings else None):
        if isinstance(method, stripe.PaymentMethod):
            return method.card or None
    return None


def last_day_of(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def end_of(invoice: stripe.Invoice) -> datetime:
    """Return the end of the period that an invoice is for (its own `period_end` is that of the period before).

    A credit for time that was given up is for no period.
    """
    return moment_of(
        max((line.period.end for line in invoice.lines.data if line.amount >= 0), default=invoice.period_end)
    )


def country_of(invoice: stripe.Invoice) -> str:
    """Return the country of the customer's address, "" where none is known."""
    return (invoice.customer_address.country if invoice.customer_address else None) or ""


def state_payments(invoice: stripe.Invoice) -> Iterator[StatedPayment]:
    """State the payments that arrived for an invoice whose `payments` are expanded."""
    listed = getattr(invoice, "payments", None)
    for paid in listed.data if listed else []:
        if paid.status != "paid" or not paid.amount_paid:
            continue
        yield StatedPayment(
            reference=id_of(getattr(paid.payment, "payment_intent", None) or getattr(paid.payment, "charge", None)),
            amount=from_stripe(paid.amount_paid, paid.currency),
            refunded=None,
            refunded_at=None,
            country=country_of(invoice),
            paid_at=moment_of(paid.status_transitions.paid_at, invoice.status_transitions.paid_at, paid.created),
            covers_until=end_of(invoice) if invoice.status == "paid" else None,
            is_first=invoice.billing_reason == "subscription_create",
        )


def state_payment(intent: stripe.PaymentIntent) -> tuple[StatedPayment, ...]:
    """State the payment of an intent whose charge and refunds are expanded; nothing where no money arrived."""
    charge = intent.latest_charge
    if intent.status != "succeeded" or not isinstance(charge, stripe.Charge):
        return ()
    refunds = getattr(charge, "refunds", None)
    back = [refund.created for refund in (refunds.data if refunds else []) if refund.status != "failed"]
    address = charge.billing_details.address
    return (
        StatedPayment(
            reference=intent.id,
            amount=from_stripe(intent.amount_received or intent.amount, intent.currency),
            refunded=from_stripe(charge.amount_refunded, charge.currency),
            refunded_at=as_moment(max(back, default=charge.created)) if charge.amount_refunded else None,
            country=(address.country if address else None) or "",
            paid_at=moment_of(charge.created),
            covers_until=None,
            is_first=True,
        ),
    )
