"""The sandbox as a WSGI application: the API below `/v1/`, the hosted pages beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from threading import Event
from time import time
from typing import Any, Final

from masthead.payments.sandbox.api.chaos import CHAOS_PATH, answer_chaos
from masthead.payments.sandbox.api.dispatch import ApiAnswer, ApiRequest, make_request_id, respond
from masthead.payments.sandbox.api.sessions import PUBLIC_URL
from masthead.payments.sandbox.chaos import Chaos, Trouble, apply_setting, draw_trouble
from masthead.payments.sandbox.pages.doors import PageRequest, show
from masthead.payments.sandbox.shapes.base import API_VERSION
from masthead.payments.sandbox.shapes.machinery import make_endpoint
from masthead.payments.sandbox.store import Store

StartResponse = Callable[..., Any]
WSGIApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

LARGEST_BODY: Final = 64 * 1024
ENDPOINT: Final = "we_masthead"
# Longer than any client of ours waits.
HANG_SECONDS: Final = 30.0


def hang_up() -> None:
    """Leave the caller without an answer: what is left of dying where the process goes on."""
    raise ConnectionAbortedError


class Sandbox:
    """The application. Several processes may serve the same file; `api=False` serves the hosted pages alone."""

    def __init__(self, store: Store, *, api_key: str, secret: str, api: bool) -> None:
        self.store = store
        self.die: Callable[[], None] = hang_up
        self.closing = Event()
        self._api_key = api_key
        self._secret = secret
        self._api = api

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path: str = environ.get("PATH_INFO", "") or "/"
        body = _read_body(environ)
        if body is None:
            return _send(start_response, 413, [("Content-Type", "text/plain")], b"This request is too large.")
        if path.startswith("/v1/") or path == CHAOS_PATH:
            return self._answer_api(environ, path, body, start_response)
        request = PageRequest(
            method=environ["REQUEST_METHOD"],
            path=path,
            query=environ.get("QUERY_STRING", ""),
            body=body,
            base=environ.get("SCRIPT_NAME", ""),
            is_foreign=environ.get("HTTP_SEC_FETCH_SITE", "same-origin") not in {"same-origin", "none"},
        )
        page = show(self.store, request, secret=self._secret)
        return _send(start_response, page.status, page.headers, page.body)

    def _answer_api(
        self, environ: dict[str, Any], path: str, body: bytes, start_response: StartResponse
    ) -> Iterable[bytes]:
        if not self._api:
            return _send(start_response, 404, [("Content-Type", "text/plain")], b"The API is not here.")
        headers = {
            name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        request = ApiRequest(
            method=environ["REQUEST_METHOD"],
            path=path.removeprefix("/v1/").strip("/"),
            query=environ.get("QUERY_STRING", ""),
            body=body,
            headers=headers,
        )
        given = self._respond(request, is_chaos=path == CHAOS_PATH)
        listed = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-cache, no-store"),
            ("Request-Id", make_request_id()),
            ("Stripe-Version", headers.get("stripe-version", API_VERSION)),
            *given.headers.items(),
        ]
        return _send(start_response, given.status, listed, json.dumps(given.document, indent=2).encode())

    def _respond(self, request: ApiRequest, *, is_chaos: bool) -> ApiAnswer:
        """Carry a request out, unless chaos has other plans."""
        if is_chaos:
            return answer_chaos(self.store, request, api_key=self._api_key)
        trouble = draw_trouble(self.store)
        if trouble is Trouble.DIE_UNDONE:
            return respond(self.store, request, api_key=self._api_key, before_commit=self.die)
        given = respond(self.store, request, api_key=self._api_key)
        if trouble is Trouble.DIE_DONE:
            self.die()
        elif trouble is Trouble.TIMEOUT:
            self.closing.wait(HANG_SECONDS)
        elif trouble is Trouble.FAIL:
            error = {"type": "api_error", "message": "Something went wrong on the sandbox's end, as chaos wanted it."}
            return ApiAnswer(status=500, document={"error": error})
        return given


def make_app(
    path: Path,
    *,
    public_url: str,
    webhook_url: str,
    webhook_secret: str,
    api_key: str,
    webhook_host: str = "",
    api: bool = True,
    chaos: Chaos | None = None,
    wall: Callable[[], float] = time,
) -> Sandbox:
    """Make the application over a SQLite file, which is made when it is missing.

    `public_url` is where a reader's browser reaches the hosted pages, "" for wherever it is served. Events are sent to
    `webhook_url` ("" for nowhere), signed with `webhook_secret`; `webhook_host` is the site's own name where that
    address has another. They are sent by `delivery.Deliverer`, which one process starts. `chaos` is the setting.
    """
    store = Store(path, wall=wall)
    with store.transaction() as book:
        book.set_meta(PUBLIC_URL, public_url.rstrip("/"))
        if chaos is not None:
            apply_setting(book, chaos)
        known = book.get(ENDPOINT)
        endpoint = make_endpoint(
            book, url=webhook_url, events=["*"], secret=webhook_secret, reference=ENDPOINT, host=webhook_host
        )
        endpoint["status"] = "enabled" if webhook_url else "disabled"
        if known is None or {**known, "created": endpoint["created"]} != endpoint:
            book.save(endpoint)
    return Sandbox(store, api_key=api_key, secret=webhook_secret, api=api)


def _read_body(environ: dict[str, Any]) -> bytes | None:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > LARGEST_BODY:
        return None
    read: bytes = environ["wsgi.input"].read(length) if length > 0 else b""
    return read


def _send(start_response: StartResponse, status: int, headers: list[tuple[str, str]], body: bytes) -> Iterable[bytes]:
    start_response(f"{status} {HTTPStatus(status).phrase}", [*headers, ("Content-Length", str(len(body)))])
    return [body]
