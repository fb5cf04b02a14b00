"""Billing portal sessions."""

from __future__ import annotations

from masthead.payments.sandbox.answering import fetch
from masthead.payments.sandbox.api.sessions import PUBLIC_URL, take_url
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.shapes.portal import make_portal_session
from masthead.payments.sandbox.store import Book, Document


def create_portal_session(book: Book, params: Params) -> Document:
    """Open a hosted page on which a customer sees their invoices and changes their card."""
    customer = fetch(book, "customer", params.text("customer"))
    session = make_portal_session(
        book,
        customer=customer["id"],
        return_url=take_url(params, "return_url"),
        locale=params.optional("locale"),
        base=book.get_meta(PUBLIC_URL),
    )
    return book.save(session)


ROUTES = {("POST", "billing_portal/sessions"): create_portal_session}
