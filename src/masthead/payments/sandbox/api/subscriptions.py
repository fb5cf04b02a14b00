"""Subscriptions and their invoices."""

from __future__ import annotations

from masthead.payments.sandbox.answering import fetch, list_objects
from masthead.payments.sandbox.api.catalogue import take_price
from masthead.payments.sandbox.billing import PAUSED_INVOICES, end_subscription, save_subscription
from masthead.payments.sandbox.changing import change_after_trial, change_price
from masthead.payments.sandbox.errors import ApiError, BadParameter
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.store import Book, Document

OVER = ("canceled", "incomplete_expired")
CHANGEABLE = ("active", "past_due", "trialing")
LIVE = ("incomplete", "active", "past_due", "trialing", "unpaid", "paused")


def read_subscription(book: Book, _params: Params, reference: str) -> Document:
    """Answer a subscription."""
    return fetch(book, "subscription", reference)


def update_subscription(book: Book, params: Params, reference: str) -> Document:
    """Change what a subscription costs, whether it ends or pauses, its card or its metadata."""
    subscription = fetch(book, "subscription", reference)
    if subscription["status"] in OVER:
        raise ApiError("A canceled subscription can only update its cancellation_details and metadata.")
    changed: Document = {}
    if "items" in params:
        changed["items"] = {"data": [dict(item) for item in subscription["items"]["data"]]}
        _change_items(book, subscription, params)
    if "cancel_at_period_end" in params:
        changed["cancel_at_period_end"] = subscription["cancel_at_period_end"]
        _set_ending(book, subscription, ending=params.flag("cancel_at_period_end"))
    if "pause_collection" in params:
        changed["pause_collection"] = subscription["pause_collection"]
        _set_pause(book, subscription, params)
    if "default_payment_method" in params:
        changed["default_payment_method"] = subscription["default_payment_method"]
        chosen = params.optional("default_payment_method")
        subscription["default_payment_method"] = fetch(book, "payment_method", chosen)["id"] if chosen else None
    subscription["metadata"] = params.metadata(subscription["metadata"])
    save_subscription(book, subscription)
    emit(book, "customer.subscription.updated", subscription, changed=changed)
    return subscription


def _change_items(book: Book, subscription: Document, params: Params) -> None:
    rows = params.rows("items")
    [item] = subscription["items"]["data"]
    if len(rows) != 1 or rows[0].text("id") != item["id"]:
        raise BadParameter("The sandbox changes the one item of a subscription.", "items")
    row = rows[0]
    price = (
        fetch(book, "price", row.text("price"))
        if "price" in row
        else take_price(book, row.inner("price_data"), recurring=True)
    )
    if price["currency"] != subscription["currency"]:
        raise BadParameter("The currency of a subscription cannot be changed.", "items[0][price_data][currency]")
    if price["recurring"] is None:
        raise BadParameter("This price must be recurring.", "items[0][price]")
    if subscription["status"] not in CHANGEABLE:
        raise ApiError(f"The sandbox does not change the price of a subscription that is {subscription['status']}.")
    # Stripe's own default, `create_prorations`, leaves items for a later invoice: the sandbox cannot do that.
    behavior = params.text("proration_behavior", among=("none", "always_invoice"))
    payment = params.text("payment_behavior", "allow_incomplete", among=("allow_incomplete", "error_if_incomplete"))
    if "trial_end" in params:
        trial_end = params.number("trial_end")
        if trial_end <= book.now or behavior != "none":
            raise BadParameter("The sandbox lets a trial end later, without prorations.", "trial_end")
        change_after_trial(book, subscription, price, trial_end=trial_end)
        return
    change_price(
        book,
        subscription,
        price,
        prorates=behavior == "always_invoice",
        moment=params.number("proration_date", book.now),
        must_be_paid=payment == "error_if_incomplete",
    )


def _set_pause(book: Book, subscription: Document, params: Params) -> None:
    if params.takes_empty("pause_collection"):
        subscription["pause_collection"] = None
        return
    pause = params.inner("pause_collection")
    behavior = pause.text("behavior", among=tuple(PAUSED_INVOICES))
    resumes_at = pause.number("resumes_at") if "resumes_at" in pause else None
    if resumes_at is not None and resumes_at <= book.now:
        raise BadParameter("The `resumes_at` timestamp must be in the future.", "pause_collection[resumes_at]")
    subscription["pause_collection"] = {"behavior": behavior, "resumes_at": resumes_at}


def _set_ending(book: Book, subscription: Document, *, ending: bool) -> None:
    end = subscription["items"]["data"][0]["current_period_end"]
    subscription |= {
        "cancel_at_period_end": ending,
        "cancel_at": end if ending else None,
        "canceled_at": book.now if ending else None,
    }
    subscription["cancellation_details"]["reason"] = "cancellation_requested" if ending else None


def cancel_subscription(book: Book, _params: Params, reference: str) -> Document:
    """End a subscription at once."""
    subscription = fetch(book, "subscription", reference)
    if subscription["status"] in OVER:
        raise ApiError(f"No such subscription: '{reference}'", http_status=404, code="resource_missing", param="id")
    end_subscription(book, subscription, reason="cancellation_requested")
    return subscription


def list_subscriptions(book: Book, params: Params) -> Document:
    """Answer subscriptions, the newest first; those that are over only when asked for."""
    status = params.text("status", "", among=("", "all", "ended", *LIVE, *OVER))
    statuses = {"": LIVE, "all": (), "ended": OVER}.get(status, (status,))
    filters = {"customer": "$.customer"}
    return list_objects(
        book, params, "subscription", "/v1/subscriptions", filters=filters, among=("$.status", statuses)
    )


def read_invoice(book: Book, _params: Params, reference: str) -> Document:
    """Answer an invoice."""
    return fetch(book, "invoice", reference)


def list_invoices(book: Book, params: Params) -> Document:
    """Answer invoices, the newest first."""
    filters = {
        "customer": "$.customer",
        "status": "$.status",
        "subscription": "$.parent.subscription_details.subscription",
    }
    return list_objects(book, params, "invoice", "/v1/invoices", filters=filters)


def list_invoice_payments(book: Book, params: Params) -> Document:
    """Answer what ties invoices to the intents that pay them."""
    intents: list[str] = []
    if "payment" in params:
        payment = params.inner("payment")
        payment.text("type", among=("payment_intent",))
        intents.append(payment.text("payment_intent"))
    filters = {"invoice": "$.invoice", "status": "$.status"}
    return list_objects(
        book,
        params,
        "invoice_payment",
        "/v1/invoice_payments",
        filters=filters,
        among=("$.payment.payment_intent", intents),
    )


ROUTES = {
    ("GET", "subscriptions"): list_subscriptions,
    ("GET", "subscriptions/*"): read_subscription,
    ("POST", "subscriptions/*"): update_subscription,
    ("DELETE", "subscriptions/*"): cancel_subscription,
    ("GET", "invoices"): list_invoices,
    ("GET", "invoices/*"): read_invoice,
    ("GET", "invoice_payments"): list_invoice_payments,
}
