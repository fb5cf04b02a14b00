"""The words of Stripe and ours for the same things: plain values, without the SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from masthead.payments.providers.base import Hint, StatedStatus, Subject, SubjectKind
from masthead.rules.money import BadAmount, Money

# The key under which our order stands in the metadata of everything that it brings. What lacks it is no sale of ours.
ORDER: Final = "masthead_checkout"
# Beside a subscription: what it is for; where a change is planned, what the present period costs, what comes and when.
PRODUCT: Final = "masthead_product"
PRODUCT_NAME: Final = "masthead_product_name"
AMOUNT: Final = "masthead_amount"
INTERVAL: Final = "masthead_interval"
NEXT: Final = "next_"
NEXT_AT: Final = "next_masthead_at"

# Where Stripe's minor unit is not that of ISO 4217: of the first two it wants hundredths, the third it takes whole.
FACTORS: Final = {"ISK": 100, "UGX": 100}
DIVISORS: Final = {"MGA": 100}

# The languages of the hosted page; in any other it goes by the reader's browser.
LOCALES: Final = frozenset(
    """
    bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv
    th tr vi zh zh-HK zh-TW
    """.split()  # noqa: SIM905  a list this long reads better as words
)
STATUSES: Final = {
    "incomplete": StatedStatus.INCOMPLETE,
    "incomplete_expired": StatedStatus.ENDED,
    "trialing": StatedStatus.ACTIVE,
    "active": StatedStatus.ACTIVE,
    "past_due": StatedStatus.PAST_DUE,
    "unpaid": StatedStatus.PAST_DUE,
    "canceled": StatedStatus.ENDED,
    "paused": StatedStatus.PAUSED,
}
# Which object's identifier in a message leads to what must be read again.
FAILURE: Final = "payment_intent.payment_failed"
SETUP_FAILURE: Final = "setup_intent.setup_failed"
INVOICE_FAILURE: Final = "invoice.payment_failed"
EVENTS: Final = {
    "checkout.session.completed": SubjectKind.CHECKOUT,
    "checkout.session.async_payment_succeeded": SubjectKind.CHECKOUT,
    "checkout.session.async_payment_failed": SubjectKind.CHECKOUT,
    "checkout.session.expired": SubjectKind.CHECKOUT,
    "customer.subscription.created": SubjectKind.SUBSCRIPTION,
    "customer.subscription.updated": SubjectKind.SUBSCRIPTION,
    "customer.subscription.deleted": SubjectKind.SUBSCRIPTION,
    "customer.subscription.paused": SubjectKind.SUBSCRIPTION,
    "customer.subscription.resumed": SubjectKind.SUBSCRIPTION,
    "invoice.paid": SubjectKind.SUBSCRIPTION,
    INVOICE_FAILURE: SubjectKind.SUBSCRIPTION,
    "invoice.payment_action_required": SubjectKind.SUBSCRIPTION,
    FAILURE: SubjectKind.PAYMENT,
    SETUP_FAILURE: SubjectKind.PAYMENT,
    # A new card of the customer's pays from then on, and banks renew cards on their own.
    "customer.updated": SubjectKind.CUSTOMER,
    "payment_method.updated": SubjectKind.CUSTOMER,
    "payment_method.automatically_updated": SubjectKind.CUSTOMER,
    "charge.refunded": SubjectKind.PAYMENT,
    "refund.updated": SubjectKind.PAYMENT,
    "refund.failed": SubjectKind.PAYMENT,
    "charge.dispute.created": SubjectKind.PAYMENT,
    "charge.dispute.updated": SubjectKind.PAYMENT,
    "charge.dispute.funds_withdrawn": SubjectKind.PAYMENT,
    "charge.dispute.funds_reinstated": SubjectKind.PAYMENT,
    "charge.dispute.closed": SubjectKind.PAYMENT,
}
# While a dispute stands like this, its sum is gone from the account; an inquiry (warning_…) takes nothing yet.
TAKING: Final = frozenset({"needs_response", "under_review", "lost"})


def to_stripe(amount: Money) -> int:
    """Return the amount in Stripe's minor units. Raises BadAmount for one that cannot be charged so exactly."""
    if not amount.is_chargeable:
        raise BadAmount(f"{amount} cannot be charged so exactly.")
    return amount.minor * FACTORS.get(amount.currency, 1) // DIVISORS.get(amount.currency, 1)


def from_stripe(minor: int, currency: str) -> Money:
    """Return an amount in Stripe's minor units as money."""
    code = currency.upper()
    return Money(minor * DIVISORS.get(code, 1) // FACTORS.get(code, 1), code)


def as_moment(seconds: int | None) -> datetime | None:
    """Return the moment of a Unix time."""
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)


def moment_of(*candidates: int | None) -> datetime:
    """Return the moment of the first Unix time that is there."""
    return datetime.fromtimestamp(next(seconds for seconds in candidates if seconds is not None), tz=UTC)


def id_of(field: Any) -> str:
    """Return the identifier of an object that may have been expanded."""
    return field if isinstance(field, str) else str(getattr(field, "id", None) or "")


def hint_of(reference: str, kind: str, created: int, about: Mapping[str, Any]) -> Hint:
    """Turn an event into a hint: of its object, only the identifiers that lead to what must be read are taken."""
    parent = (about.get("parent") or {}).get("subscription_details") or {}
    subject_kind = EVENTS.get(kind)
    subject = None
    if subject_kind is not None:
        key = about.get("id")
        if about.get("object") == "invoice":
            key = id_of(parent.get("subscription"))
        elif about.get("object") in {"charge", "refund", "dispute"}:
            key = id_of(about.get("payment_intent"))
        elif about.get("object") == "payment_method":
            key = id_of(about.get("customer"))
        subject = Subject(kind=subject_kind, reference=str(key)) if key else None
    hint = Hint(reference=reference, kind=kind, happened_at=moment_of(created), subject=subject)
    if kind in {FAILURE, SETUP_FAILURE}:
        order = str((about.get("metadata") or {}).get(ORDER) or "")
        # A payment of a subscription names no order: its invoice does, and has a message of its own.
        return replace(hint, subject=subject if order else None, is_failure=True, order=order, card=card_of(about))
    if kind == INVOICE_FAILURE and about.get("billing_reason") == "subscription_create":
        order = str((parent.get("metadata") or {}).get(ORDER) or "")
        return replace(hint, subject=subject if order else None, is_failure=True, order=order)
    return hint


def card_of(intent: Mapping[str, Any]) -> str:
    """Return the fingerprint of the card with which a payment failed, else its brand and last digits, else ""."""
    error = intent.get("last_payment_error") or intent.get("last_setup_error") or {}
    method = error.get("payment_method") or {}
    card = method.get("card") or {}
    return str(card.get("fingerprint") or " ".join(filter(None, (card.get("brand"), card.get("last4")))))
