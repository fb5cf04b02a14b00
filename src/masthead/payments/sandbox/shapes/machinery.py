"""New events, webhook endpoints, and the clock."""

from __future__ import annotations

from masthead.payments.sandbox.shapes.base import API_VERSION
from masthead.payments.sandbox.store import Book, Document, make_id


def make_event(book: Book, kind: str, about: Document, *, changed: Document | None, request: str | None) -> Document:
    """An event: what happened to an object, and the object as it was then. Made in real time, unlike its object."""
    data: Document = {"object": about}
    if changed:
        data["previous_attributes"] = changed
    return {
        "id": make_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": int(book.wall),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": request, "idempotency_key": None},
        "type": kind,
    }


def make_endpoint(
    book: Book, *, url: str, events: list[str], secret: str, reference: str = "", host: str = ""
) -> Document:
    """A webhook endpoint; `host` is the name it is called by, where that is not the one in its address."""
    return {
        "id": reference or make_id("we"),
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "created": book.now,
        "description": None,
        "enabled_events": events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
        "_secret": secret,
        "_host": host,
    }


def make_clock(book: Book, reference: str) -> Document:
    """The one clock of the sandbox, in the shape of a test clock."""
    return {
        "id": reference,
        "object": "test_helpers.test_clock",
        "created": int(book.wall),
        "deletes_after": int(book.wall) + 30 * 86_400,
        "frozen_time": book.now,
        "livemode": False,
        "name": "The sandbox's clock",
        "status": "ready",
        "status_details": {},
    }
