"""Events, webhook endpoints and the clock."""

from __future__ import annotations

from masthead.payments.sandbox.answering import fetch, list_objects
from masthead.payments.sandbox.clock import CLOCK, describe_clock
from masthead.payments.sandbox.errors import BadParameter, Missing
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.shapes.machinery import make_endpoint
from masthead.payments.sandbox.store import Book, Document, make_id


def read_event(book: Book, _params: Params, reference: str) -> Document:
    """Answer an event."""
    return fetch(book, "event", reference)


def list_events(book: Book, params: Params) -> Document:
    """Answer events, the newest first, of all kinds or of some."""
    kinds = params.words("types")
    return list_objects(book, params, "event", "/v1/events", filters={"type": "$.type"}, among=("$.type", kinds))


def create_endpoint(book: Book, params: Params) -> Document:
    """Have events sent to an address; the answer to this call alone carries the secret."""
    url = params.text("url")
    if not url.startswith(("http://", "https://")):
        raise BadParameter("Invalid URL: must begin with http:// or https://", "url", code="url_invalid")
    secret = "whsec_" + make_id("x")[2:]
    endpoint = make_endpoint(book, url=url, events=params.words("enabled_events"), secret=secret)
    endpoint["metadata"] = params.metadata()
    book.save(endpoint)
    return {**endpoint, "secret": secret}


def read_endpoint(book: Book, _params: Params, reference: str) -> Document:
    """Answer a webhook endpoint."""
    return fetch(book, "webhook_endpoint", reference)


def list_endpoints(book: Book, params: Params) -> Document:
    """Answer webhook endpoints."""
    return list_objects(book, params, "webhook_endpoint", "/v1/webhook_endpoints")


def delete_endpoint(book: Book, _params: Params, reference: str) -> Document:
    """Send no more events to an address."""
    fetch(book, "webhook_endpoint", reference)
    book.delete(reference)
    return {"id": reference, "object": "webhook_endpoint", "deleted": True}


def read_clock(book: Book, _params: Params, reference: str) -> Document:
    """Answer the clock: there is one, for everything."""
    if reference != CLOCK:
        raise Missing("test clock", reference)
    return describe_clock(book)


ROUTES = {
    ("GET", "events"): list_events,
    ("GET", "events/*"): read_event,
    ("POST", "webhook_endpoints"): create_endpoint,
    ("GET", "webhook_endpoints"): list_endpoints,
    ("GET", "webhook_endpoints/*"): read_endpoint,
    ("DELETE", "webhook_endpoints/*"): delete_endpoint,
    ("GET", "test_helpers/test_clocks/*"): read_clock,
}
