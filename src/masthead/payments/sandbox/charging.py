"""Charging cards and sending money back."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from masthead.payments.sandbox.cards import BY_LAST4, get_decline
from masthead.payments.sandbox.errors import ApiError
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.shapes.paying import make_charge, make_outcome, make_refund
from masthead.payments.sandbox.store import Book, Document

# So long after its charge a disputed card is disputed.
DISPUTE_SECONDS: Final = 60


class Outcome(StrEnum):
    """What became of an attempt to pay."""

    PAID = "paid"
    ASKS = "asks"
    DECLINED = "declined"


def charge_intent(
    book: Book, intent: Document, method: Document, *, off_session: bool = False, confirmed: bool = False
) -> Outcome:
    """Charge a card for an intent, and write down what came of it.

    A card may ask for its holder's confirmation first, unless the holder is not there (`off_session`).
    """
    card = BY_LAST4[method["card"]["last4"]]
    intent["payment_method"] = method["id"]
    if card.confirms and not confirmed and not off_session:
        intent["status"] = "requires_action"
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        book.save(intent)
        emit(book, "payment_intent.requires_action", intent)
        return Outcome.ASKS
    decline_code = "generic_decline" if card.fails_later and off_session else card.decline_code
    if decline_code:
        decline_intent(book, intent, method, decline_code)
        return Outcome.DECLINED
    charge = make_charge(book, intent, method)
    book.save(charge, due=book.now + DISPUTE_SECONDS if card.is_disputed else None)
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "status": "succeeded",
    }
    book.save(intent)
    emit(book, "charge.succeeded", charge)
    emit(book, "payment_intent.succeeded", intent)
    return Outcome.PAID


def decline_intent(book: Book, intent: Document, method: Document, decline_code: str) -> None:
    """Write down that a charge failed; the intent waits for another card."""
    error = get_decline(decline_code)
    charge = make_charge(book, intent, method)
    charge |= {
        "amount_captured": 0,
        "balance_transaction": None,
        "captured": False,
        "failure_code": error.error_code,
        "failure_message": str(error),
        "outcome": make_outcome("issuer_declined", str(error), reason=decline_code),
        "paid": False,
        "status": "failed",
    }
    book.save(charge)
    intent |= {
        "last_payment_error": {**error.describe(), "charge": charge["id"], "payment_method": method},
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    book.save(intent)
    emit(book, "charge.failed", charge)
    emit(book, "payment_intent.payment_failed", intent)


def refund_charge(
    book: Book, charge: Document, *, amount: int | None, reason: str | None, metadata: dict[str, str]
) -> Document:
    """Send a charge back, whole or in part. Raises ApiError for more than is left of it."""
    if charge["disputed"]:
        raise ApiError(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        raise ApiError(
            f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})",
            code="amount_too_large",
            param="amount",
        )
    before = charge["amount_refunded"]
    charge["amount_refunded"] = before + wanted
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    refund = make_refund(book, charge, amount=wanted, reason=reason, metadata=metadata)
    book.save(refund)
    disputed = BY_LAST4[charge["payment_method_details"]["card"]["last4"]].is_disputed
    book.save(charge, due=max(book.now, charge["created"] + DISPUTE_SECONDS) if disputed else None)
    emit(book, "refund.created", refund)
    emit(book, "charge.refunded", charge, changed={"amount_refunded": before})
    return refund
