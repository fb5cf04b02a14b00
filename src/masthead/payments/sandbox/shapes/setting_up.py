"""New setup intents."""

from __future__ import annotations

from masthead.payments.sandbox.shapes.base import make_base
from masthead.payments.sandbox.store import Book, Document, make_id


def make_setup_intent(book: Book, *, customer: str | None, metadata: dict[str, str]) -> Document:
    """A setup intent that waits for a card."""
    intent = make_base(book, "seti", "setup_intent")
    return {
        **intent,
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{intent['id']}_secret_{make_id('x')[2:]}",
        "customer": customer,
        "description": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "mandate": None,
        "metadata": metadata,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }
