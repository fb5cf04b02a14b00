"""The field's known attack, replayed: it costs the provider next to nothing, and a reader in its middle gets in.

The suite replays 6,000 of the 120,000 attempts, at the attack's own pace: all that are turned away go the same way, so
the rest says nothing new. `make attack` replays the whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.payments.card_testers import (
    FLOOR,
    CountingProvider,
    attack,
    join_as_a_reader,
    list_attempts,
)
from tests.payments.world import DECLINED_CARD, Bank, make_order, now

from masthead.kit.testing.jobs import run_jobs
from masthead.payments import operations
from masthead.payments.models import Burst, Checkout, FailedAttempt
from masthead.payments.sandbox.app import SandboxApp
from masthead.rules import shielding
from masthead.rules.errors import MastheadError
from masthead.rules.pledges import Interval
from masthead.rules.shielding import BURST, HELD_BACK

pytestmark = pytest.mark.django_db
COUNT = int(os.environ.get("MASTHEAD_TEST_ATTACK", "6000"))
NINE_HOURS = timedelta(hours=9)
AT = datetime(2026, 3, 9, 8, 10, tzinfo=UTC)
MOST_CALLS = 100


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> CountingProvider:
    service = CountingProvider()
    monkeypatch.setattr("masthead.payments.operations.start.get_current_provider", lambda: service)
    return service


def test_the_attack_reaches_the_provider_a_few_times_and_a_reader_in_its_middle_gets_in(
    service: CountingProvider,
) -> None:
    half = COUNT // 2
    came = attack(half, begins_at=AT, lasts=NINE_HOURS / 2)
    middle = AT + NINE_HOURS / 2
    reader = make_order(email="alma@example.org", network="198.51.100.7")
    assert join_as_a_reader(reader, at=middle).url
    again = attack(half, begins_at=middle, lasts=NINE_HOURS / 2)
    assert came["begun"] + again.get("begun", 0) == BURST
    assert came["proof_wanted"] + again["proof_wanted"] == 2 * half - BURST
    assert len(service.calls) == BURST + 1 < MOST_CALLS
    assert Burst.objects.count() == 1


def test_the_whole_attack_keeps_no_row_for_an_attempt_that_was_turned_away(service: CountingProvider) -> None:
    attack(1000, begins_at=AT, lasts=timedelta(hours=1))
    assert Checkout.objects.count() == BURST
    # Address and network of those that got in, and three sums of the site in two hours.
    assert FailedAttempt.objects.count() <= 2 * BURST + 6


def test_machines_that_solve_sums_are_held_back(service: CountingProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shielding, "LEAST_BITS", 2)
    monkeypatch.setattr(shielding, "MOST_BITS", 2)
    refused = 0
    for order, at in list_attempts(400, begins_at=AT, lasts=timedelta(minutes=40)):
        try:
            join_as_a_reader(order, at=at)
        except operations.HeldBack:
            refused += 1
    assert len(service.calls) == HELD_BACK
    assert refused == 400 - HELD_BACK


@pytest.mark.parametrize("interval", [Interval.ONCE, Interval.MONTH])
def test_with_every_call_counted_and_cards_tried_on_every_page_that_opened(
    bank: Bank,
    deliver: Callable[..., list[bool]],
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,
    interval: Interval,
) -> None:
    """Through the sandbox: what is begun, read again after each message, and closed."""
    calls = []
    answer = SandboxApp._answer_api

    def note(app: SandboxApp, *given: object) -> object:
        calls.append(given)
        return answer(app, *given)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(SandboxApp, "_answer_api", note)
    pages, at = [], now()
    for order, _ in list_attempts(300, begins_at=at, lasts=timedelta(minutes=5)):
        try:
            pages.append(
                operations.start_checkout(
                    make_order(email=order.email, network=order.network, amount=FLOOR, interval=interval), now=at
                )
            )
        except MastheadError as error:
            assert error.code in {"proof_wanted", "held_back"}
    for page in pages:
        for _ in range(12):
            bank.pay(page.url, DECLINED_CARD)
            deliver(events=bank.list_events()[-8:])
            run_jobs()
    assert len(pages) == BURST
    assert len(calls) < MOST_CALLS
    assert not Checkout.objects.filter(state="open").exists()
