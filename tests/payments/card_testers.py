"""The field's known attack: one machine after another begins a payment of the lowest amount, under new addresses.

As seen by three newsrooms (Automattic/newspack-blocks, issue 1209): 120,000 attempts on one site. Each attempt names an
address of its own and comes from one of very many networks; nothing of ours runs in what sends it, so it solves no sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.payments.world import make_order

from masthead.payments import operations
from masthead.payments.models import Checkout
from masthead.payments.operations import Order
from masthead.payments.proofs import solve
from masthead.payments.providers.base import CheckoutOrder, StartedCheckout
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money

WHOLE = 120_000
FLOOR = Money(100, "USD")


@dataclass(slots=True)
class CountingProvider:
    """A provider that opens every page it is asked for, and counts what it is asked."""

    name: str = "sandbox"
    calls: list[str] = field(default_factory=list)

    def start_checkout(self, order: CheckoutOrder) -> StartedCheckout:
        """Open a page."""
        self.calls.append("start")
        return StartedCheckout(reference=f"cs_{order.key}", url=f"https://pay.example/{order.key}", expires_at=None)

    def expire_checkout(self, reference: str) -> None:
        """Close a page."""
        self.calls.append(f"expire {reference}")


def list_attempts(count: int, *, begins_at: datetime, lasts: timedelta) -> Iterator[tuple[Order, datetime]]:
    """List so many attempts, evenly over `lasts`: each of another address, from 40,000 networks in turn."""
    for number in range(count):
        network = number * 7919 % 40_000
        order = make_order(
            email=f"card{number}@{number % 977}.example",
            network=f"{20 + network // 256 % 200}.{network % 256}.{number % 199}.{number % 251}",
            amount=FLOOR,
            token="",
        )
        yield order, begins_at + lasts * number / count


def attack(count: int, *, begins_at: datetime, lasts: timedelta) -> dict[str, int]:
    """Make so many attempts; returns how many were let through, and how many refused, by code."""
    came: dict[str, int] = {}
    for order, at in list_attempts(count, begins_at=begins_at, lasts=lasts):
        try:
            operations.start_checkout(order, now=at)
        except MastheadError as error:
            came[error.code] = came.get(error.code, 0) + 1
        else:
            came["begun"] = came.get("begun", 0) + 1
    return came


def join_as_a_reader(order: Order, *, at: datetime) -> Checkout:
    """Begin a payment as a reader's browser does: solve the sum where one is asked, and go on."""
    try:
        return operations.start_checkout(order, now=at)
    except operations.ProofWanted as asked:
        proof = solve(asked.challenge, bits=asked.bits)
        return operations.start_checkout(make_order(email=order.email, network=order.network, proof=proof), now=at)
