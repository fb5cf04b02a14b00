"""New billing portal sessions."""

from __future__ import annotations

from masthead.payments.sandbox.shapes.base import make_base
from masthead.payments.sandbox.store import Book, Document

CONFIGURATION = "bpc_sandbox"


def make_portal_session(book: Book, *, customer: str, return_url: str, locale: str | None, base: str) -> Document:
    """A session of the billing portal."""
    session = make_base(book, "bps", "billing_portal.session")
    return {
        **session,
        "configuration": CONFIGURATION,
        "customer": customer,
        "flow": None,
        "locale": locale,
        "on_behalf_of": None,
        "return_url": return_url,
        "url": f"{base}/portal/{session['id']}",
        "_asks": False,
        "_method": "",
        "_setup_intent": "",
    }
