"""What the tests of payments share: a reader with a card, an order, and the site's end of the wire."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import requests

from masthead.payments import operations
from masthead.payments.models import Checkout, Payment, Subscription
from masthead.payments.operations import Order
from masthead.payments.providers.base import Provider
from masthead.payments.sandbox.delivery import sign
from masthead.payments.sandbox.serve import RunningSandbox
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

GOOD_CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0002"
CONFIRMED_CARD = "4000 0025 0000 3155"
POOR_CARD = "4000 0000 0000 9995"
FAILING_CARD = "4000 0000 0000 0341"
DISPUTED_CARD = "4000 0000 0000 0259"
SITE = "https://paper.example"


def now() -> datetime:
    """Return the present; the sandbox signs with the real time."""
    return datetime.now(tz=UTC)


def make_order(**told: Any) -> Order:
    """Return an order of $12 a month, but for what is told otherwise."""
    return Order(
        **{
            "email": "alma@example.org",
            "person_id": None,
            "product": "community",
            "product_name": "Community",
            "amount": Money(1200, "USD"),
            "interval": Interval.MONTH,
            "token": "a mark of the showing",
            "language": "en",
            "return_url": f"{SITE}/join/return/{{checkout}}/",
            "cancel_url": f"{SITE}/join/",
            **told,
        }
    )


@dataclass(slots=True)
class Bank:
    """A running sandbox, and what a reader, time and its webhooks do there."""

    running: RunningSandbox
    provider: Provider

    def pay(self, url: str, card: str = GOOD_CARD, **fields: str) -> requests.Response:
        """Fill in the card form at `url` and send it; redirects are not followed."""
        entered = {"number": card, "expiry": "12 / 34", "cvc": "123", "name": "Alma Brandt", "country": "IE"}
        return self.send(url, **(entered | fields))

    def send(self, url: str, **fields: str) -> requests.Response:
        """Send the form on the page at `url`."""
        page = requests.get(url, timeout=10)
        token = re.search(r'name="token" value="(\w+)"', page.text)
        assert token, page.text
        return requests.post(url, {"token": token[1], **fields}, allow_redirects=False, timeout=10)

    def confirm(self, answer: requests.Response, *, approve: bool) -> requests.Response:
        """Answer the question that a card's bank asks after `answer`."""
        return self.send(urljoin(self.running.url, answer.headers["Location"]), answer="yes" if approve else "no")

    def turn_clock(self, days: int) -> None:
        """Let so many days pass."""
        url = f"{self.running.url}/v1/test_helpers/test_clocks/clock_sandbox"
        headers = {"Authorization": "Bearer sk_test_masthead_sandbox"}
        at = requests.get(url, headers=headers, timeout=10).json()["frozen_time"]
        turned = requests.post(f"{url}/advance", {"frozen_time": at + days * 86_400}, headers=headers, timeout=60)
        assert turned.status_code == 200, turned.text

    def list_events(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the events so far, oldest first, of all kinds or of some."""
        with self.running.app.store.transaction(writes=False) as book:
            events = book.select("event", most=1000)[::-1]
        return [event for event in events if not kinds or event["type"] in kinds]

    def change(self, reference: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Tamper with an object."""
        with self.running.app.store.transaction() as book:
            document = book.get(reference)
            assert document is not None
            change(document)
            book.save(document)


@dataclass(slots=True)
class Heard:
    """What the signals said, in order, and what a receiver shall raise."""

    said: list[tuple[str, UUID | int]] = field(default_factory=list)
    fail_at: set[str] = field(default_factory=set)

    def note(self, name: str, key: UUID | int) -> None:
        """Write one signal down, or raise for it."""
        if name in self.fail_at:
            raise RuntimeError(f"the receiver of {name} fails")
        self.said.append((name, key))

    def names(self) -> list[str]:
        """Return the names of the signals so far."""
        return [name for name, _ in self.said]


def sign_event(body: bytes, secret: str, *, at: datetime) -> Mapping[str, str]:
    """Return the headers of a message signed with the secret."""
    return {"stripe-signature": sign(body, secret, at=int(at.timestamp()))}


def start(**told: Any) -> Checkout:
    """Begin a checkout."""
    return operations.start_checkout(make_order(**told), now=now())


def settle(checkout: Checkout) -> Checkout:
    """Do what the return page does."""
    return operations.settle_checkout(checkout, now=now())


def the_subscription() -> Subscription:
    """Return the only subscription."""
    return Subscription.objects.get()


def the_payment() -> Payment:
    """Return the only payment."""
    return Payment.objects.get()


DAY = timedelta(days=1)
