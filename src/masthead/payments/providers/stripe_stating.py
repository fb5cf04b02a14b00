"""What objects of Stripe state, in the plain values of a provider."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import stripe

from masthead.payments.providers.base import (
    CheckoutOrder,
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
from masthead.rules.discounts import Discount
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

if TYPE_CHECKING:
    from stripe.params import CouponCreateParams, SubscriptionUpdateParamsItem


def order_of(metadata: Any) -> str:
    """Return the key of our order, "" for a sale that is not ours."""
    return str((metadata.to_dict() if metadata is not None else {}).get(ORDER) or "")


def state_of(session: stripe.checkout.Session) -> StatedState:
    """Return where a session stands."""
    if session.status == "complete":
        return StatedState.WAITING if session.payment_status == "unpaid" else StatedState.PAID
    return StatedState.EXPIRED if session.status == "expired" else StatedState.OPEN


def state_subscription(
    subscription: stripe.Subscription, invoices: list[stripe.Invoice]
) -> tuple[StatedSubscription, tuple[StatedPayment, ...]]:
    """State a subscription and its payments; `invoices` are its last ones, newest first, with `payments` expanded."""
    settled_until, covers = count_settled(invoices)
    item = subscription.items.data[0]
    status = STATUSES.get(subscription.status, StatedStatus.INCOMPLETE)
    paused = subscription.pause_collection is not None and status is StatedStatus.ACTIVE
    metadata = subscription.metadata.to_dict()
    now, later = plan_now(metadata, item), plan_later(metadata, item)
    card = card_of(subscription)
    ended_at = moment_of(subscription.ended_at, subscription.canceled_at, subscription.created)
    stated = StatedSubscription(
        reference=subscription.id,
        customer=id_of(subscription.customer),
        amount=now.amount,
        interval=now.interval,
        status=StatedStatus.PAUSED if paused else status,
        settled_until=settled_until,
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
    return stated, tuple(payment for invoice in invoices for payment in state_payments(invoice, covers))


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


def describe_coupon(order: CheckoutOrder, discount: Discount) -> CouponCreateParams:
    """Return the coupon of one order."""
    coupon: CouponCreateParams = {
        "max_redemptions": 1,
        "name": order.product_name[:40],
        "metadata": {ORDER: order.key},
    }
    if discount.off is not None:
        coupon |= {"amount_off": to_stripe(discount.off), "currency": discount.off.currency.lower()}
    else:
        coupon["percent_off"] = discount.share / 100
    if discount.months is None:
        coupon["duration"] = "forever"
    else:
        coupon |= {"duration": "repeating", "duration_in_months": discount.months}
    return coupon


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


def is_price_charged(subscription: stripe.Subscription) -> bool:
    """Return whether the present period was charged at the price that stands now; the latest invoice is expanded.

    Only then is the credit of a change at once exact: Stripe reckons it by the price that stands, and one that was
    changed without proration, or follows a trial, was never charged.
    """
    item, invoice = subscription.items.data[0], subscription.latest_invoice
    if subscription.status != "active" or not isinstance(invoice, stripe.Invoice) or invoice.status != "paid":
        return False
    charged = [line.pricing.price_details for line in invoice.lines.data if line.pricing and line.amount >= 0]
    return any(details is not None and id_of(details.price) == item.price.id for details in charged)


def count_settled(invoices: list[stripe.Invoice]) -> tuple[datetime | None, dict[str, datetime]]:
    """Return the end of the period settled last, and until when each payment pays, by its reference.

    A change credits what a payment bought, and the credit pays for later periods: so that payment pays until the end
    of the last period in which anything of it was used, be that sooner or later than its own. `invoices` come newest
    first: of two that were made in one second, too, the first is the newer. A void one pays for nothing.
    """
    settled_until: datetime | None = None
    covers: dict[str, datetime] = {}
    behind: set[str] = set()
    for invoice in reversed(invoices):
        end = end_of(invoice)
        if invoice.status != "paid" or end is None:
            continue
        left = min(invoice.ending_balance or 0, 0)
        is_credited = any(line.amount < 0 for line in invoice.lines.data) or invoice.starting_balance < left
        used = {reference_of(paid) for paid in list_paid(invoice)} | (behind if is_credited else set())
        covers |= dict.fromkeys(used, end)
        behind = used | (behind if left < 0 else set())
        settled_until = end
    return settled_until, covers


def end_of(invoice: stripe.Invoice) -> datetime | None:
    """Return the end of the period that an invoice is for (its own `period_end` is that of the period before).

    A credit for time that was given up is for no period: None where there is nothing else.
    """
    return as_moment(max((line.period.end for line in invoice.lines.data if line.amount >= 0), default=None))


def country_of(invoice: stripe.Invoice) -> str:
    """Return the country of the customer's address, "" where none is known."""
    return (invoice.customer_address.country if invoice.customer_address else None) or ""


def list_paid(invoice: stripe.Invoice) -> list[stripe.InvoicePayment]:
    """Return the payments of an invoice in which money arrived."""
    listed = getattr(invoice, "payments", None)
    return [paid for paid in (listed.data if listed else []) if paid.status == "paid" and paid.amount_paid]


def reference_of(paid: stripe.InvoicePayment) -> str:
    """Return the reference of a payment of an invoice."""
    return id_of(getattr(paid.payment, "payment_intent", None) or getattr(paid.payment, "charge", None))


def state_payments(invoice: stripe.Invoice, covers: Mapping[str, datetime]) -> Iterator[StatedPayment]:
    """State the payments that arrived for an invoice whose `payments` are expanded."""
    for paid in list_paid(invoice):
        yield StatedPayment(
            reference=reference_of(paid),
            amount=from_stripe(paid.amount_paid or 0, paid.currency),
            refunded=None,
            refunded_at=None,
            country=country_of(invoice),
            paid_at=moment_of(paid.status_transitions.paid_at, invoice.status_transitions.paid_at, paid.created),
            covers_until=covers.get(reference_of(paid)),
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
