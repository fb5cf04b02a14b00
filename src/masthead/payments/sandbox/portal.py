"""The billing portal: a customer's new card, for everything that they pay for."""

from __future__ import annotations

from masthead.payments.sandbox.billing import need, save_subscription
from masthead.payments.sandbox.charging import Outcome
from masthead.payments.sandbox.checkout import Entry
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.setting_up import decline_setup, set_up
from masthead.payments.sandbox.shapes.paying import make_billing, make_payment_method
from masthead.payments.sandbox.shapes.setting_up import make_setup_intent
from masthead.payments.sandbox.store import Book, Document

OPEN_SECONDS = 3600
LIVE = ("active", "past_due", "trialing")


def is_closed(book: Book, session: Document) -> bool:
    """Return whether the hour of a portal session is over."""
    return bool(book.now >= session["created"] + OPEN_SECONDS)


def list_live(book: Book, customer: str) -> list[Document]:
    """Return what a customer pays for, the newest first."""
    subscriptions = book.select("subscription", "AND json_extract(body, '$.customer') = ?", (customer,))
    return [subscription for subscription in subscriptions if subscription["status"] in LIVE]


def list_invoices(book: Book, customer: str) -> list[Document]:
    """Return a customer's invoices, the newest first."""
    return book.select("invoice", "AND json_extract(body, '$.customer') = ?", (customer,), most=24)


def change_card(book: Book, session: Document, entry: Entry) -> Outcome:
    """Set a new card up; once it is, everything that the customer pays for is paid with it."""
    customer = need(book, session["customer"])
    billing = make_billing(email=entry.email, name=entry.name, country=entry.country)
    method = book.save(make_payment_method(book, entry.card, customer=customer["id"], billing=billing))
    intent = book.save(make_setup_intent(book, customer=customer["id"], metadata={}))
    emit(book, "setup_intent.created", intent)
    session |= {"_method": method["id"], "_setup_intent": intent["id"]}
    return _conclude(book, session, set_up(book, intent, method))


def answer_question(book: Book, session: Document, *, approved: bool) -> Outcome:
    """Take the answer of a card's holder who was asked to confirm."""
    intent, method = need(book, session["_setup_intent"]), need(book, session["_method"])
    if approved:
        return _conclude(book, session, set_up(book, intent, method, confirmed=True))
    return _conclude(book, session, decline_setup(book, intent, method, "authentication_required"))


def _conclude(book: Book, session: Document, outcome: Outcome) -> Outcome:
    session["_asks"] = outcome is Outcome.ASKS
    book.save(session)
    if outcome is not Outcome.PAID:
        return outcome
    customer = need(book, session["customer"])
    before = dict(customer["invoice_settings"])
    customer["invoice_settings"]["default_payment_method"] = session["_method"]
    book.save(customer)
    emit(book, "customer.updated", customer, changed={"invoice_settings": before})
    for subscription in list_live(book, customer["id"]):
        if subscription["default_payment_method"] is None:
            # The customer's card pays for it, and that has changed.
            continue
        changed = {"default_payment_method": subscription["default_payment_method"]}
        subscription["default_payment_method"] = session["_method"]
        save_subscription(book, subscription)
        emit(book, "customer.subscription.updated", subscription, changed=changed)
    return outcome
