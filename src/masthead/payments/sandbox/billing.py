"""Subscriptions over time: begun, renewed, failed, tried again, ended."""

from __future__ import annotations

from typing import Final

from masthead.payments.sandbox.calendar import get_period
from masthead.payments.sandbox.charging import Outcome, charge_intent
from masthead.payments.sandbox.errors import ApiError
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.offers import end_discounts, find_discount, redeem
from masthead.payments.sandbox.shapes.billing import make_subscription
from masthead.payments.sandbox.shapes.invoicing import Line, make_invoice, make_invoice_payment
from masthead.payments.sandbox.shapes.paying import make_intent
from masthead.payments.sandbox.store import Book, Document

DAY: Final = 86_400
# A renewal that failed is tried again so many days after each failure; then the subscription ends.
RETRY_DAYS: Final = (3, 5, 6)
PAUSED_INVOICES: Final = {"void": "void", "mark_uncollectible": "uncollectible", "keep_as_draft": "draft"}
INCOMPLETE_SECONDS: Final = 23 * 3600


def need(book: Book, reference: str) -> Document:
    """Return an object that must be there."""
    document = book.get(reference)
    if document is None:
        raise ApiError(f"The sandbox has lost {reference}.", http_status=500, kind="api_error")
    return document


def get_method(book: Book, subscription: Document) -> Document:
    """Return the card that pays for a subscription: its own, else its customer's."""
    own = subscription["default_payment_method"]
    return need(book, own or need(book, subscription["customer"])["invoice_settings"]["default_payment_method"])


def get_due(subscription: Document) -> int | None:
    """Return when a subscription wants attention next: None once it is over."""
    match subscription["status"]:
        case "incomplete":
            return int(subscription["created"]) + INCOMPLETE_SECONDS
        case "active" | "trialing":
            end = int(subscription["items"]["data"][0]["current_period_end"])
            resumes_at = (subscription["pause_collection"] or {}).get("resumes_at")
            return min(end, resumes_at or end)
        case "past_due":
            return int(subscription["_retry_at"])
        case _:
            return None


def save_subscription(book: Book, subscription: Document) -> None:
    """Keep a subscription with the moment of its next attention."""
    book.save(subscription, due=get_due(subscription))


def begin_subscription(
    book: Book, *, customer: Document, method: Document, price: Document, session: Document
) -> Document:
    """Make the subscription of a checkout session with its first invoice, which waits to be paid."""
    recurring = price["recurring"]
    period = get_period(book.now, 0, recurring["interval"], recurring["interval_count"])
    trial_days = session["_trial_days"]
    if trial_days:
        period = (book.now, book.now + trial_days * DAY)
    subscription = make_subscription(
        book, customer=customer["id"], method=method["id"], price=price, period=period, metadata=session["_bequest"]
    )
    redeem(book, session, subscription)
    if trial_days:
        subscription |= {"trial_start": period[0], "trial_end": period[1], "billing_cycle_anchor": period[1]}
        line = Line(price=price, amount=0, period=period, description="Free trial")
    else:
        line = make_period_line(book, subscription, price, period)
    open_invoice(book, subscription, reason="subscription_create", lines=[line])
    save_subscription(book, subscription)
    emit(book, "customer.subscription.created", subscription)
    return subscription


def make_period_line(book: Book, subscription: Document, price: Document, period: tuple[int, int]) -> Line:
    """Charge a whole period, less the discount that holds now; the change of a price credits what is left of that."""
    amount = price["unit_amount"]
    discount, off = find_discount(book, subscription, amount)
    subscription["_net"] = amount - off
    return Line(price=price, amount=amount, period=period, discount=discount, off=off)


def open_invoice(book: Book, subscription: Document, *, reason: str, lines: list[Line]) -> Document:
    """Make an invoice and, where something is due, the intent that is to pay it."""
    customer = need(book, subscription["customer"])
    invoice = make_invoice(book, subscription=subscription, customer=customer, reason=reason, lines=lines)
    customer |= {
        "balance": invoice["ending_balance"],
        "next_invoice_sequence": customer["next_invoice_sequence"] + 1,
    }
    book.save(customer)
    subscription["latest_invoice"] = invoice["id"]
    intent = _make_intent(book, invoice) if invoice["amount_due"] else None
    invoice["_intent"] = intent["id"] if intent else None
    book.save(invoice)
    emit(book, "invoice.created", invoice)
    emit(book, "invoice.finalized", invoice)
    if intent:
        book.save(make_invoice_payment(book, invoice, intent))
        emit(book, "payment_intent.created", intent)
    return invoice


def _make_intent(book: Book, invoice: Document) -> Document:
    begins = invoice["billing_reason"] == "subscription_create"
    intent = make_intent(
        book,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        metadata={},
        description="Subscription creation" if begins else "Subscription update",
    )
    return book.save(intent)


def pay_invoice(
    book: Book, subscription: Document, method: Document, *, off_session: bool = False, confirmed: bool = False
) -> Outcome:
    """Try to pay the latest invoice of a subscription, and let the subscription follow."""
    invoice = need(book, subscription["latest_invoice"])
    if invoice["_intent"] is None:
        invoice["attempted"] = True
        _note_paid(book, subscription, invoice)
        return Outcome.PAID
    intent = need(book, invoice["_intent"])
    outcome = charge_intent(book, intent, method, off_session=off_session, confirmed=confirmed)
    if outcome is Outcome.ASKS:
        return outcome
    invoice["attempted"] = True
    invoice["attempt_count"] += 1
    if outcome is Outcome.PAID:
        _note_paid(book, subscription, invoice)
    else:
        note_failure(book, subscription, invoice)
    return outcome


def _note_paid(book: Book, subscription: Document, invoice: Document) -> None:
    amount = invoice["amount_due"]
    invoice |= {
        "amount_paid": amount,
        "amount_remaining": 0,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
    }
    invoice["status_transitions"]["paid_at"] = book.now
    for tie in book.select("invoice_payment", "AND json_extract(body, '$.invoice') = ?", (invoice["id"],)):
        tie |= {"amount_paid": amount, "status": "paid"}
        tie["status_transitions"]["paid_at"] = book.now
        book.save(tie)
    before = subscription["status"]
    on_trial = subscription["trial_end"] is not None and book.now < subscription["trial_end"]
    subscription |= {"status": "trialing" if on_trial else "active", "_failures": 0}
    if not on_trial:
        end_discounts(book, subscription)
    book.save(invoice)
    save_subscription(book, subscription)
    emit(book, "invoice.paid", invoice)
    emit(book, "invoice.payment_succeeded", invoice)
    emit(book, "customer.subscription.updated", subscription, changed={"status": before})


def note_failure(book: Book, subscription: Document, invoice: Document) -> None:
    """Let a subscription follow a failed attempt: it is tried again later, until it is given up."""
    before = subscription["status"]
    if before != "incomplete":
        failures = subscription["_failures"]
        if failures >= len(RETRY_DAYS):
            invoice |= {"auto_advance": False, "next_payment_attempt": None}
            book.save(invoice)
            emit(book, "invoice.payment_failed", invoice)
            end_subscription(book, subscription, reason="payment_failed")
            return
        subscription |= {
            "status": "past_due",
            "_failures": failures + 1,
            "_retry_at": book.now + RETRY_DAYS[failures] * DAY,
        }
        invoice["next_payment_attempt"] = subscription["_retry_at"]
    book.save(invoice)
    save_subscription(book, subscription)
    emit(book, "invoice.payment_failed", invoice)
    if subscription["status"] != before:
        emit(book, "customer.subscription.updated", subscription, changed={"status": before})


def renew_subscription(book: Book, subscription: Document) -> None:
    """Begin the next period and charge for it."""
    item = subscription["items"]["data"][0]
    recurring = item["price"]["recurring"]
    number = subscription["_periods"]
    period = get_period(
        subscription["billing_cycle_anchor"], number, recurring["interval"], recurring["interval_count"]
    )
    item |= {"current_period_start": period[0], "current_period_end": period[1]}
    subscription["_periods"] = number + 1
    line = make_period_line(book, subscription, item["price"], period)
    if subscription["pause_collection"]:
        _pass_over(book, subscription, line)
        return
    open_invoice(book, subscription, reason="subscription_cycle", lines=[line])
    save_subscription(book, subscription)
    emit(book, "customer.subscription.updated", subscription, changed={"latest_invoice": None})
    pay_invoice(book, subscription, get_method(book, subscription), off_session=True)


def _pass_over(book: Book, subscription: Document, line: Line) -> None:
    """Make the invoice of a period in which nothing is collected."""
    customer = need(book, subscription["customer"])
    # A paused period is not paid, so the customer's credit is not touched either.
    unpaid = {**customer, "balance": 0}
    invoice = make_invoice(book, subscription=subscription, customer=unpaid, reason="subscription_cycle", lines=[line])
    behavior = subscription["pause_collection"]["behavior"]
    invoice |= {"status": PAUSED_INVOICES[behavior], "auto_advance": False, "_intent": None}
    moment = {"void": "voided_at", "mark_uncollectible": "marked_uncollectible_at"}.get(behavior)
    if moment:
        invoice["status_transitions"][moment] = book.now
    customer["next_invoice_sequence"] += 1
    subscription["latest_invoice"] = invoice["id"]
    book.save(customer)
    book.save(invoice)
    save_subscription(book, subscription)
    emit(book, "invoice.created", invoice)
    if behavior != "keep_as_draft":
        emit(book, "invoice.voided" if behavior == "void" else "invoice.marked_uncollectible", invoice)
    emit(book, "customer.subscription.updated", subscription, changed={"latest_invoice": None})


def resume_collection(book: Book, subscription: Document) -> None:
    """Collect again from the next period on."""
    before = subscription["pause_collection"]
    subscription["pause_collection"] = None
    save_subscription(book, subscription)
    emit(book, "customer.subscription.updated", subscription, changed={"pause_collection": before})


def end_subscription(book: Book, subscription: Document, *, reason: str) -> None:
    """End a subscription at this moment; what was paid is not touched, what is owed is not asked for any more."""
    subscription |= {
        "status": "canceled",
        "canceled_at": subscription["canceled_at"] or book.now,
        "ended_at": book.now,
        "cancellation_details": {"comment": None, "feedback": None, "reason": reason},
    }
    save_subscription(book, subscription)
    emit(book, "customer.subscription.deleted", subscription)


def attend_subscription(book: Book, subscription: Document) -> None:
    """Do what is due on a subscription at `book.now`."""
    match subscription["status"]:
        case "incomplete":
            subscription |= {"status": "incomplete_expired", "ended_at": book.now}
            invoice = need(book, subscription["latest_invoice"])
            invoice["status"] = "void"
            book.save(invoice)
            save_subscription(book, subscription)
            emit(book, "customer.subscription.updated", subscription, changed={"status": "incomplete"})
        case "past_due":
            pay_invoice(book, subscription, get_method(book, subscription), off_session=True)
        case _ if ((subscription["pause_collection"] or {}).get("resumes_at") or book.now + 1) <= book.now:
            resume_collection(book, subscription)
        case _ if subscription["cancel_at_period_end"]:
            end_subscription(book, subscription, reason="cancellation_requested")
        case "trialing":
            subscription["_periods"] = 0
            renew_subscription(book, subscription)
        case _:
            renew_subscription(book, subscription)
