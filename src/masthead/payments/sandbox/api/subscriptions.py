"""Subscriptions and their invoices."""

from __future__ import annotations

from masthead.payments.sandbox.answering import fetch, list_objects
from masthead.payments.sandbox.api.catalogue import take_price
from masthead.payments.sandbox.billing import end_subscription, save_subscription
from masthead.payments.sandbox.errors import ApiError, BadParameter
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.store import Book, Document

OVER = ("canceled", "incomplete_expired")
LIVE = ("incomplete", "active", "past_due", "trialing", "unpaid", "paused")


def read_subscription(book: Book, _params: Params, reference: str) -> Document:
    """Answer a subscription."""
    return fetch(book, "subscription", reference)


def update_subscription(book: Book, params: Params, reference: str) -> Document:
    """Change what a subscription costs from the next period on, whether it ends then, its card or its metadata."""
    subscription = fetch(book, "subscription", reference)
    if subscription["status"] in OVER:
        raise ApiError("A canceled subscription can only update its cancellation_details and metadata.")
    changed: Document = {}
    if "items" in params:
        params.text("proration_behavior", among=("none",))
        changed["items"] = {"data": [dict(item) for item in subscription["items"]["data"]]}
        _change_items(book, subscription, params.rows("items"))
    if "cancel_at_period_end" in params:
        changed["cancel_at_period_end"] = subscription["cancel_at_period_end"]
        _set_ending(book, subscription, ending=params.flag("cancel_at_period_end"))
    if "default_payment_method" in params:
        changed["default_payment_method"] = subscription["default_payment_method"]
        method = fetch(book, "payment_method", params.text("default_payment_method"))
        subscription["default_payment_method"] = method["id"]
    subscription["metadata"] = params.metadata(subscription["metadata"])
    save_subscription(book, subscription)
    emit(book, "customer.subscription.updated", subscription, changed=changed)
    return subscription


def _change_items(book: Book, subscription: Document, rows: list[Params]) -> None:
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
    if price["recurring"]["interval"] != item["price"]["recurring"]["interval"]:
        raise BadParameter("The sandbox cannot change the interval yet.", "items[0][price_data][recurring]")
    item["price"] = price


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
