"""One request to the API, from its head to the JSON of its answer."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from masthead.payments.sandbox.answering import answer
from masthead.payments.sandbox.api import (
    catalogue,
    customers,
    disputes,
    machinery,
    offers,
    payments,
    portal,
    sessions,
    subscriptions,
)
from masthead.payments.sandbox.clock import CLOCK, advance, describe_clock
from masthead.payments.sandbox.errors import ApiError, CardDeclined, NoSuchRoute
from masthead.payments.sandbox.params import Params, parse_form
from masthead.payments.sandbox.store import Book, Document, Store, make_id

Handler = Callable[..., Document]
ROUTES: Final[dict[tuple[str, str], Handler]] = {
    route: handler
    for module in (catalogue, customers, disputes, machinery, offers, payments, portal, sessions, subscriptions)
    for route, handler in module.ROUTES.items()
}
ADVANCE: Final = f"test_helpers/test_clocks/{CLOCK}/advance"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """A request: `path` without `/v1/`, header names in lower case."""

    method: str
    path: str
    query: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """What goes back."""

    status: int
    document: Any
    headers: dict[str, str] = field(default_factory=dict)


def respond(
    store: Store, request: ApiRequest, *, api_key: str, before_commit: Callable[[], None] | None = None
) -> ApiAnswer:
    """Carry a request out, in one transaction, once for each idempotency key.

    `before_commit` is called when all is done and nothing is kept yet.
    """
    try:
        check_key(request.headers.get("authorization", ""), api_key)
        if (request.method, request.path) == ("POST", ADVANCE):
            return _turn_clock(store, request)
        with store.transaction(writes=request.method != "GET") as book:
            given = _answer_once(book, request)
            if before_commit is not None:
                before_commit()
            return given
    except ApiError as error:
        return ApiAnswer(status=error.http_status, document={"error": error.describe()})


def check_key(header: str, api_key: str) -> None:
    """Raise ApiError unless the header carries the key, as a bearer or as a user's name."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given).decode().partition(":")[0]
        except ValueError:
            given = ""
    if not given:
        raise ApiError("You did not provide an API key.", http_status=401)
    if not secrets.compare_digest(given.encode(), api_key.encode()):
        raise ApiError(f"Invalid API Key provided: {given[:7]}…", http_status=401)


def _answer_once(book: Book, request: ApiRequest) -> ApiAnswer:
    key = request.headers.get("idempotency-key", "")
    if request.method == "GET" or not key:
        return _carry_out(book, request)
    asked = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    row = book.connection.execute("SELECT request, status, body FROM answers WHERE key = ?", (key,)).fetchone()
    if row is None:
        given = _carry_out(book, request)
        book.connection.execute(
            "INSERT INTO answers (key, request, status, body, created) VALUES (?, ?, ?, ?, ?)",
            (key, asked, given.status, json.dumps(given.document), book.wall),
        )
        return given
    if row[0] != asked:
        raise ApiError(
            f"Keys for idempotent requests can only be used with the parameters they were first used with ({key}).",
            kind="idempotency_error",
        )
    return ApiAnswer(status=row[1], document=json.loads(row[2]), headers={"Idempotent-Replayed": "true"})


def _carry_out(book: Book, request: ApiRequest) -> ApiAnswer:
    handler, references = find_route(request.method, request.path)
    params, expand = read_params(request)
    try:
        document = handler(book, params, *references)
    except CardDeclined as error:
        # What a declined card leaves behind is kept, unlike any other error's.
        return ApiAnswer(status=error.http_status, document={"error": error.describe()})
    params.refuse_rest()
    return ApiAnswer(status=200, document=answer(book, document, expand))


def read_params(request: ApiRequest) -> tuple[Params, list[str]]:
    """Return the parameters of a request, and which fields it wants expanded."""
    try:
        text = request.query if request.method in {"GET", "DELETE"} else request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise ApiError("The request is not UTF-8.") from None
    params = Params(parse_form(text))
    return params, params.words("expand")


def find_route(method: str, path: str) -> tuple[Handler, list[str]]:
    """Return what answers a path, and the identifiers in it. Raises NoSuchRoute."""
    parts = path.strip("/").split("/")
    for (wanted, pattern), handler in ROUTES.items():
        marks = pattern.split("/")
        if wanted == method and len(marks) == len(parts):
            pairs = list(zip(marks, parts, strict=True))
            if all(mark in ("*", part) for mark, part in pairs):
                return handler, [part for mark, part in pairs if mark == "*"]
    raise NoSuchRoute(method, f"/v1/{path}")


def _turn_clock(store: Store, request: ApiRequest) -> ApiAnswer:
    params, _ = read_params(request)
    target = params.number("frozen_time")
    params.refuse_rest()
    advance(store, target)
    with store.transaction(writes=False) as book:
        return ApiAnswer(status=200, document=describe_clock(book))


def make_request_id() -> str:
    """Return an identifier for a request."""
    return make_id("req")
