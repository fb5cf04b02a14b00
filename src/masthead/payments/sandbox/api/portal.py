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
    if "flow_data" in params:
        session["flow"] = _take_flow(params.inner("flow_data"))
        session["url"] += "/card"
    return book.save(session)


def _take_flow(params: Params) -> Document:
    """Take the one errand of a session: a new card, and back to the site where that is asked for."""
    kind = params.text("type", among=("payment_method_update",))
    after = params.inner("after_completion")
    what = after.text("type", "portal_homepage", among=("portal_homepage", "redirect"))
    back = {"return_url": take_url(after.inner("redirect"), "return_url")} if what == "redirect" else None
    return {
        "after_completion": {"hosted_confirmation": None, "redirect": back, "type": what},
        "subscription_cancel": None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": kind,
    }


ROUTES = {("POST", "billing_portal/sessions"): create_portal_session}
