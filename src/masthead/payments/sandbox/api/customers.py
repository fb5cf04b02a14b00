"""Customers."""

from __future__ import annotations

from masthead.payments.sandbox.answering import fetch, list_objects
from masthead.payments.sandbox.billing import end_subscription
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.shapes.buying import make_customer
from masthead.payments.sandbox.store import Book, Document


def create_customer(book: Book, params: Params) -> Document:
    """Make a customer."""
    customer = make_customer(book, email=params.optional("email"), name=params.optional("name"), country=None)
    customer["metadata"] = params.metadata()
    book.save(customer)
    emit(book, "customer.created", customer)
    return customer


def read_customer(book: Book, _params: Params, reference: str) -> Document:
    """Answer a customer."""
    return fetch(book, "customer", reference)


def update_customer(book: Book, params: Params, reference: str) -> Document:
    """Change a customer."""
    customer = fetch(book, "customer", reference)
    for name in ("email", "name", "description"):
        if name in params:
            customer[name] = params.optional(name)
    if "invoice_settings" in params:
        method = fetch(book, "payment_method", params.inner("invoice_settings").text("default_payment_method"))
        customer["invoice_settings"]["default_payment_method"] = method["id"]
    customer["metadata"] = params.metadata(customer["metadata"])
    book.save(customer)
    emit(book, "customer.updated", customer)
    return customer


def delete_customer(book: Book, _params: Params, reference: str) -> Document:
    """Forget a customer; what they pay for ends at once."""
    customer = fetch(book, "customer", reference)
    subscriptions = book.select("subscription", "AND json_extract(body, '$.customer') = ?", (reference,))
    for subscription in subscriptions:
        if subscription["status"] not in {"canceled", "incomplete_expired"}:
            end_subscription(book, subscription, reason="cancellation_requested")
    book.delete(reference)
    emit(book, "customer.deleted", customer)
    return {"id": reference, "object": "customer", "deleted": True}


def list_customers(book: Book, params: Params) -> Document:
    """Answer customers, the newest first."""
    return list_objects(book, params, "customer", "/v1/customers", filters={"email": "$.email"})


ROUTES = {
    ("POST", "customers"): create_customer,
    ("GET", "customers"): list_customers,
    ("GET", "customers/*"): read_customer,
    ("POST", "customers/*"): update_customer,
    ("DELETE", "customers/*"): delete_customer,
}
