"""Setting a card up for later, without charging it."""

from __future__ import annotations

from masthead.payments.sandbox.cards import BY_LAST4, get_decline
from masthead.payments.sandbox.charging import Outcome
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.store import Book, Document


def set_up(book: Book, intent: Document, method: Document, *, confirmed: bool = False) -> Outcome:
    """Set a card up for an intent, and write down what came of it."""
    card = BY_LAST4[method["card"]["last4"]]
    if card.confirms and not confirmed:
        intent |= {
            "next_action": {"type": "use_stripe_sdk", "use_stripe_sdk": {}},
            "payment_method": method["id"],
            "status": "requires_action",
        }
        book.save(intent)
        emit(book, "setup_intent.requires_action", intent)
        return Outcome.ASKS
    if card.decline_code:
        return decline_setup(book, intent, method, card.decline_code)
    intent |= {
        "last_setup_error": None,
        "next_action": None,
        "payment_method": method["id"],
        "status": "succeeded",
    }
    book.save(intent)
    emit(book, "setup_intent.succeeded", intent)
    emit(book, "payment_method.attached", method)
    return Outcome.PAID


def decline_setup(book: Book, intent: Document, method: Document, decline_code: str) -> Outcome:
    """Write down that a card was refused; the intent waits for another."""
    intent |= {
        "last_setup_error": {**get_decline(decline_code).describe(), "payment_method": method},
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    book.save(intent)
    emit(book, "setup_intent.setup_failed", intent)
    return Outcome.DECLINED
