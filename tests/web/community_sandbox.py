"""A reader with a browser and a card, before the real sandbox on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client

from masthead.kit.testing.jobs import run_jobs
from masthead.payments.sandbox.app import make_app
from masthead.payments.sandbox.delivery import find_due, note_attempt, sign
from masthead.payments.sandbox.serve import RunningSandbox

GOOD_CARD, DECLINED_CARD, ASKING_CARD = "4242424242424242", "4000000000000002", "4000002500003155"
WEBHOOK = "http://site.invalid/payments/webhook/sandbox/"


class Desk:
    """The sandbox. Its messages wait until `deliver` hands them to the site."""

    def __init__(self, running: RunningSandbox) -> None:
        self._running = running

    @property
    def url(self) -> str:
        """The address of the API."""
        return self._running.url

    def pay(self, address: str, *, card: str = GOOD_CARD, name: str = "Alma Brandt", confirms: bool = True) -> str:
        """Pay on the hosted page at `address`; return the path on the site that the reader is sent to, "" if none."""
        page = self.url + urlsplit(address).path.removeprefix("/sandbox")
        fields = {"number": card, "expiry": "12 / 34", "cvc": "123", "name": name, "country": "US"}
        answer = self._send(page, fields)
        if answer.headers.get("Location", "").endswith("/confirm"):
            answer = self._send(f"{page}/confirm", {"answer": "yes" if confirms else "no"})
        target = urlsplit(answer.headers.get("Location", ""))
        return target.path

    def _send(self, page: str, fields: dict[str, str]) -> requests.Response:
        form = BeautifulSoup(requests.get(page, timeout=10, allow_redirects=False).text, "html.parser")
        token = form.select_one("input[name=token]")
        posted = {**fields, "token": str(token["value"]) if token else ""}
        return requests.post(page, posted, timeout=10, allow_redirects=False)

    def turn_clock(self, by: str) -> None:
        """Turn the clock forward by a "day", "month" or "year"."""
        form = BeautifulSoup(requests.get(self.url, timeout=10).text, "html.parser")
        token = form.select_one("input[name=token]")
        assert token is not None
        requests.post(f"{self.url}/clock", {"by": by, "token": str(token["value"])}, timeout=10, allow_redirects=False)

    def deliver(self, *, times: int = 1) -> int:
        """Hand every message that waits to the site, each so many times, and run its jobs; return how many."""
        delivered = 0
        while (given := self._take()) is not None:
            body, signature = given
            for _ in range(times):
                answer = Client().post(
                    "/payments/webhook/sandbox/", body, "application/json", headers={"Stripe-Signature": signature}
                )
                assert answer.status_code == 200, answer.content
            delivered += 1
        run_jobs()
        return delivered

    def _take(self) -> tuple[bytes, str] | None:
        store = self._running.app.store
        with store.transaction() as book:
            delivery = find_due(book)
            if delivery is None:
                return None
            note_attempt(book, delivery, "")
            return delivery.body, sign(delivery.body, delivery.secret, at=int(store.wall()))

    def count_subscriptions(self, *, going_on: bool = True) -> int:
        """Count the subscriptions that the provider will charge again."""
        with self._running.app.store.transaction(writes=False) as book:
            listed = book.select("subscription", most=100)
            return sum(one["status"] == "active" and not (going_on and one["cancel_at_period_end"]) for one in listed)

    def count_calls(self) -> int:
        """Count the calls of the API so far."""
        return self._running.app.calls  # type: ignore[attr-defined]  # set by `open_desk`


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """Run a sandbox of its own while the block runs."""
    app = make_app(
        folder / "sandbox.sqlite3",
        public_url=settings.MASTHEAD_SANDBOX_PUBLIC_URL,
        webhook_url=WEBHOOK,
        webhook_secret=settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET,
        api_key=settings.MASTHEAD_SANDBOX_KEY,
    )
    answer_api = app._answer_api
    app.calls = 0  # type: ignore[attr-defined]

    def count(*given: Any) -> Any:
        app.calls += 1  # type: ignore[attr-defined]
        return answer_api(*given)

    app._answer_api = count  # type: ignore[method-assign]
    running = RunningSandbox(app)
    # Nothing is delivered by itself: a test says when.
    running._deliverer = _Nobody()  # type: ignore[assignment]
    running.start()
    try:
        yield Desk(running)
    finally:
        running.close()


class _Nobody:
    def start(self) -> None:
        """Deliver nothing."""

    def close(self) -> None:
        """Have nothing to end."""


def read_json(answer: Any) -> Any:
    """Return what an answer says in JSON."""
    return json.loads(answer.content)
