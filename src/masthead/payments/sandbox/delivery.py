"""Webhooks: events sent over HTTP with a signature, again and again until the other side takes them."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import threading
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from masthead.payments.sandbox.clock import tick
from masthead.payments.sandbox.store import Book, Store

logger = logging.getLogger(__name__)

# Seconds until the next attempt, after each one that failed. Then it is given up, as Stripe does after three days.
PAUSES: Final = (1, 2, 5, 15, 60, 300, 1800)
TIMEOUT_SECONDS: Final = 10
POLL_SECONDS: Final = 0.1
TICK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one endpoint."""

    id: int
    event: str
    url: str
    host: str
    secret: str
    body: bytes
    attempts: int


def sign(body: bytes, secret: str, *, at: int) -> str:
    """Return the signature header of a message."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def post(delivery: Delivery, *, at: int) -> str:
    """Send one message; returns "" if it was taken, else what went wrong."""
    parts = urlsplit(delivery.url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": sign(delivery.body, delivery.secret, at=at),
        "User-Agent": "Stripe/1.0 (Masthead sandbox)",
        "Host": delivery.host or parts.netloc,
    }
    try:
        connection.request("POST", parts.path or "/", delivery.body, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    return "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"


class Deliverer:
    """Sends what is due, in the order in which it happened, and lets time pass."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-deliveries", daemon=True)
        self._last_tick = 0.0

    def start(self) -> None:
        """Deliver from now on, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the delivery that is on its way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if not self.deliver_next():
                    self._pass_time()
                    self._stop.wait(POLL_SECONDS)
            except Exception:
                logger.exception("the sandbox could not deliver")
                self._stop.wait(TICK_SECONDS)

    def _pass_time(self) -> None:
        wall = self.store.wall()
        if wall - self._last_tick >= TICK_SECONDS:
            self._last_tick = wall
            tick(self.store)

    def deliver_next(self) -> bool:
        """Send the delivery that is due first; returns whether there was one."""
        with self.store.transaction(writes=False) as book:
            delivery = find_due(book)
        if delivery is None:
            return False
        wrong = post(delivery, at=int(self.store.wall()))
        with self.store.transaction() as book:
            note_attempt(book, delivery, wrong)
        return True


def find_due(book: Book) -> Delivery | None:
    """Return the delivery that is due first. One whose event or endpoint is gone is dropped on the way."""
    row = book.connection.execute(
        "SELECT id, event, endpoint, attempts FROM deliveries"
        " WHERE due IS NOT NULL AND due <= ? ORDER BY due, id LIMIT 1",
        (book.wall,),
    ).fetchone()
    if row is None:
        return None
    number, reference, to, attempts = row
    event, endpoint = book.get(reference), book.get(to)
    return Delivery(
        id=number,
        event=reference,
        url=endpoint["url"] if endpoint else "",
        host=endpoint["_host"] if endpoint else "",
        secret=endpoint["_secret"] if endpoint else "",
        body=json.dumps(event).encode(),
        attempts=attempts + 1,
    )


def note_attempt(book: Book, delivery: Delivery, wrong: str) -> None:
    """Write down what came of an attempt: done, to be tried again, or given up."""
    if not wrong:
        due, delivered = None, book.wall
    elif delivery.attempts <= len(PAUSES) and delivery.url:
        due, delivered = book.wall + PAUSES[delivery.attempts - 1], None
    else:
        due, delivered = None, None
    book.connection.execute(
        "UPDATE deliveries SET attempts = ?, due = ?, delivered = ?, answer = ? WHERE id = ?",
        (delivery.attempts, due, delivered, wrong or "taken", delivery.id),
    )
