"""Payment intents, charges, refunds and cards."""

from __future__ import annotations

from masthead.payments.sandbox.answering import fetch, list_objects
from masthead.payments.sandbox.billing import need
from masthead.payments.sandbox.charging import refund_charge
from masthead.payments.sandbox.errors import ApiError, BadParameter
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.store import Book, Document


def read_intent(book: Book, _params: Params, reference: str) -> Document:
    """Answer a payment intent."""
    return fetch(book, "payment_intent", reference)


def list_intents(book: Book, params: Params) -> Document:
    """Answer payment intents, the newest first."""
    return list_objects(book, params, "payment_intent", "/v1/payment_intents", filters={"customer": "$.customer"})


def read_charge(book: Book, _params: Params, reference: str) -> Document:
    """Answer a charge."""
    return fetch(book, "charge", reference)


def list_charges(book: Book, params: Params) -> Document:
    """Answer charges, the newest first."""
    filters = {"customer": "$.customer", "payment_intent": "$.payment_intent"}
    return list_objects(book, params, "charge", "/v1/charges", filters=filters)


def read_method(book: Book, _params: Params, reference: str) -> Document:
    """Answer a card."""
    return fetch(book, "payment_method", reference)


def create_refund(book: Book, params: Params) -> Document:
    """Send a payment back, whole or in part."""
    if "charge" in params:
        charge = fetch(book, "charge", params.text("charge"))
    elif "payment_intent" in params:
        intent = fetch(book, "payment_intent", params.text("payment_intent"))
        if intent["status"] != "succeeded":
            raise ApiError("This PaymentIntent does not have a successful charge to refund.")
        charge = need(book, intent["latest_charge"])
    else:
        raise BadParameter("One of charge or payment_intent is needed.", "charge", code="parameter_missing")
    amount = params.number("amount") if "amount" in params else None
    reason = params.optional("reason")
    return refund_charge(book, charge, amount=amount, reason=reason, metadata=params.metadata())


def read_refund(book: Book, _params: Params, reference: str) -> Document:
    """Answer a refund."""
    return fetch(book, "refund", reference)


def list_refunds(book: Book, params: Params) -> Document:
    """Answer refunds, the newest first."""
    filters = {"charge": "$.charge", "payment_intent": "$.payment_intent"}
    return list_objects(book, params, "refund", "/v1/refunds", filters=filters)


def read_setup_intent(book: Book, _params: Params, reference: str) -> Document:
    """Answer a setup intent."""
    return fetch(book, "setup_intent", reference)


def list_setup_intents(book: Book, params: Params) -> Document:
    """Answer setup intents, the newest first."""
    filters = {"customer": "$.customer", "payment_method": "$.payment_method"}
    return list_objects(book, params, "setup_intent", "/v1/setup_intents", filters=filters)


def list_methods(book: Book, params: Params) -> Document:
    """Answer a customer's cards, the newest first."""
    filters = {"customer": "$.customer", "type": "$.type"}
    return list_objects(book, params, "payment_method", "/v1/payment_methods", filters=filters)


ROUTES = {
    ("GET", "setup_intents"): list_setup_intents,
    ("GET", "setup_intents/*"): read_setup_intent,
    ("GET", "payment_methods"): list_methods,
    ("GET", "payment_intents"): list_intents,
    ("GET", "payment_intents/*"): read_intent,
    ("GET", "charges"): list_charges,
    ("GET", "charges/*"): read_charge,
    ("GET", "payment_methods/*"): read_method,
    ("POST", "refunds"): create_refund,
    ("GET", "refunds"): list_refunds,
    ("GET", "refunds/*"): read_refund,
}
