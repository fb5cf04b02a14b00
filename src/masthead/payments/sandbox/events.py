"""What happened: written down as an event, with a delivery to each webhook endpoint that wants it."""

from __future__ import annotations

from typing import Any

from masthead.payments.sandbox.chaos import disturb
from masthead.payments.sandbox.shapes.machinery import make_event
from masthead.payments.sandbox.store import Book, Document


def strip(value: Any) -> Any:
    """Return a document without the sandbox's own fields."""
    if isinstance(value, dict):
        return {name: strip(inner) for name, inner in value.items() if not name.startswith("_")}
    if isinstance(value, list):
        return [strip(inner) for inner in value]
    return value


def emit(book: Book, kind: str, about: Document, *, changed: Document | None = None) -> Document:
    """Write an event down and queue its deliveries, in the caller's transaction."""
    event = make_event(book, kind, strip(about), changed=changed, request=None)
    endpoints = [
        endpoint
        for endpoint in book.select("webhook_endpoint")
        if endpoint["status"] == "enabled" and {"*", kind} & set(endpoint["enabled_events"])
    ]
    event["pending_webhooks"] = len(endpoints)
    book.save(event)
    for endpoint in endpoints:
        queued = book.connection.execute(
            "INSERT INTO deliveries (event, endpoint, due) VALUES (?, ?, ?)", (event["id"], endpoint["id"], book.wall)
        )
        disturb(book, queued.lastrowid or 0)
    return event
