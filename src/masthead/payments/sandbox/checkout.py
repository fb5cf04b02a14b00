"""A checkout session from the card form to the end."""

from __future__ import annotations

from dataclasses import dataclass

from masthead.payments.sandbox.billing import begin_subscription, need, pay_invoice, save_subscription
from masthead.payments.sandbox.cards import Card
from masthead.payments.sandbox.charging import Outcome, charge_intent, decline_intent
from masthead.payments.sandbox.errors import ApiError
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.offers import check_offer, get_off, redeem
from masthead.payments.sandbox.setting_up import decline_setup, set_up
from masthead.payments.sandbox.shapes.buying import make_customer
from masthead.payments.sandbox.shapes.paying import make_billing, make_intent, make_payment_method
from masthead.payments.sandbox.shapes.setting_up import make_setup_intent
from masthead.payments.sandbox.store import Book, Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a reader entered on the card form."""

    card: Card
    email: str
    name: str
    country: str


def submit(book: Book, session: Document, entry: Entry) -> Outcome:
    """Try to pay an open session with a card; a declined one leaves it open for another card."""
    _refuse_closed(session)
    customer = _find_customer(book, session, entry)
    billing = make_billing(email=entry.email, name=entry.name, country=entry.country)
    reference = customer["id"] if customer else None
    method = make_payment_method(book, entry.card, customer=reference, billing=billing)
    book.save(method)
    session["_method"] = method["id"]
    session["customer_details"] = {
        "address": billing["address"],
        "business_name": None,
        "email": entry.email,
        "individual_name": None,
        "name": entry.name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    outcome = _pay(book, session, customer, method, confirmed=False)
    return _conclude(book, session, outcome)


def answer_confirmation(book: Book, session: Document, *, approved: bool) -> Outcome:
    """Take the answer of a card's holder who was asked to confirm."""
    _refuse_closed(session)
    if not session.get("_asks"):
        raise ApiError("Nothing is waiting to be confirmed.")
    method = need(book, session["_method"])
    if approved:
        outcome = _pay(book, session, None, method, confirmed=True)
    else:
        if not session["amount_total"]:
            decline_setup(book, need(book, session["_setup_intent"]), method, "authentication_required")
        else:
            decline_intent(book, _get_intent(book, session), method, "authentication_required")
        outcome = Outcome.DECLINED
    return _conclude(book, session, outcome)


def use_offer(book: Book, session: Document, coupon: str, code: str | None) -> None:
    """Let an open session cost less; without a coupon, the full price again. Raises ApiError for one that has ended."""
    _refuse_closed(session)
    subtotal = session["amount_subtotal"]
    off = get_off(check_offer(book, coupon, code, currency=session["currency"]), subtotal) if coupon else 0
    if coupon and session.get("_subscription"):
        raise ApiError("The payment has begun already.")
    session |= {
        "_coupon": coupon,
        "amount_total": 0 if session["_trial_days"] else subtotal - off,
        "discounts": [{"coupon": None if code else coupon, "promotion_code": code}] if coupon else [],
        "total_details": {**session["total_details"], "amount_discount": off},
    }
    [item] = session["_line_items"]
    item |= {"amount_discount": off, "amount_total": item["amount_subtotal"] - off}
    book.save(session, due=session["expires_at"])


def expire(book: Book, session: Document) -> None:
    """Close a session that was not paid."""
    session |= {"status": "expired", "url": None, "_asks": False}
    book.save(session)
    emit(book, "checkout.session.expired", session)


def _refuse_closed(session: Document) -> None:
    if session["status"] != "open":
        raise ApiError("This payment page is closed.", code="session_closed")


def _find_customer(book: Book, session: Document, entry: Entry) -> Document | None:
    if session["customer"]:
        return need(book, session["customer"])
    if session["mode"] != "subscription":
        return None
    if session["_customer"]:
        return need(book, session["_customer"])
    customer = make_customer(book, email=entry.email, name=entry.name, country=entry.country)
    session["_customer"] = customer["id"]
    book.save(customer)
    emit(book, "customer.created", customer)
    return customer


def _pay(book: Book, session: Document, customer: Document | None, method: Document, *, confirmed: bool) -> Outcome:
    if not session["amount_total"]:
        outcome = set_up(book, _get_setup_intent(book, session, customer), method, confirmed=confirmed)
        if outcome is not Outcome.PAID or session["mode"] != "subscription":
            return outcome
        customer = customer or need(book, session["_customer"] or session["customer"])
    if session["mode"] == "payment":
        intent = _get_intent(book, session)
        return charge_intent(book, intent, method, confirmed=confirmed)
    if session.get("_subscription"):
        subscription = need(book, session["_subscription"])
        subscription["default_payment_method"] = method["id"]
        save_subscription(book, subscription)
    else:
        if customer is None:
            raise ApiError("A subscription needs a customer.")
        subscription = begin_subscription(
            book,
            customer=customer,
            method=method,
            price=need(book, session["_price"]),
            session=session,
        )
        session["_subscription"] = subscription["id"]
    return pay_invoice(book, subscription, method, confirmed=confirmed)


def _get_setup_intent(book: Book, session: Document, customer: Document | None) -> Document:
    if session["_setup_intent"]:
        return need(book, session["_setup_intent"])
    intent = make_setup_intent(book, customer=customer["id"] if customer else None, metadata=session["_bequest"])
    session["_setup_intent"] = intent["id"]
    book.save(intent)
    emit(book, "setup_intent.created", intent)
    return intent


def _get_intent(book: Book, session: Document) -> Document:
    if session["mode"] == "subscription":
        invoice = need(book, need(book, session["_subscription"])["latest_invoice"])
        return need(book, invoice["_intent"])
    if session["payment_intent"]:
        # An offer may have been taken, or may have ended, since the last attempt.
        return need(book, session["payment_intent"]) | {"amount": session["amount_total"]}
    intent = make_intent(
        book,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=session["customer"],
        metadata=session["_bequest"],
        description=None,
    )
    book.save(intent)
    session["payment_intent"] = intent["id"]
    emit(book, "payment_intent.created", intent)
    return intent


def _conclude(book: Book, session: Document, outcome: Outcome) -> Outcome:
    session["_asks"] = outcome is Outcome.ASKS
    if outcome is not Outcome.PAID:
        book.save(session, due=session["expires_at"])
        return outcome
    free = not session["amount_total"]
    session |= {"status": "complete", "payment_status": "no_payment_required" if free else "paid", "url": None}
    if session["mode"] == "setup":
        session["setup_intent"] = session["_setup_intent"]
    if session["mode"] == "payment":
        redeem(book, session, None)
    if session["mode"] == "subscription":
        subscription = need(book, session["_subscription"])
        session |= {
            "customer": subscription["customer"],
            "subscription": subscription["id"],
            "invoice": subscription["latest_invoice"],
        }
    book.save(session)
    emit(book, "checkout.session.completed", session)
    return outcome
