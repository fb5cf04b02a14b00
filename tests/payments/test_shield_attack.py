"""The field's known attack, replayed: it costs the provider next to nothing, and a reader in its middle gets in.

The suite replays 6,000 of the 120,000 attempts, at the attack's own pace: all that are turned away go the same way, so
the rest says nothing new. `make attack` replays the whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.payments.card_testers import (
    CountingProvider,
    attack,
    join_as_a_reader,
    list_attempts,
)
from tests.payments.world import DECLINED_CARD, GOOD_CARD, Bank, make_order, now, settle

from masthead.kit.testing.jobs import run_jobs
from masthead.payments import operations
from masthead.payments.models import Burst, Checkout, CheckoutState, FailedAttempt
from masthead.rules import shielding
from masthead.rules.errors import MastheadError
from masthead.rules.pledges import Interval
from masthead.rules.shielding import BURST, HELD_BACK, MOST_DECLINES_A_PAGE

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
    """Through the sandbox: what is begun, what is read again after each message, and what is closed."""
    calls = count_calls(bank, monkeypatch)
    pages, refused = [], set()
    for order, _ in list_attempts(300, begins_at=now(), lasts=NINE_HOURS):
        try:
            pages.append(operations.start_checkout(replace(order, interval=interval), now=now()))
        except MastheadError as error:
            refused.add(error.code)
    seen = 0
    for page in pages:
        while page.state == CheckoutState.OPEN:
            bank.pay(page.url, DECLINED_CARD)
            for _ in range(2):
                events = bank.list_events()
                deliver(events=events[seen:])
                seen = len(events)
                run_jobs()
            page.refresh_from_db()
    assert (len(pages), refused) == (BURST, {"proof_wanted"})
    assert {page.state for page in pages} == {CheckoutState.EXPIRED}
    assert max(page.declines for page in pages) == MOST_DECLINES_A_PAGE
    assert len(calls) < MOST_CALLS


def test_a_reader_in_its_middle_becomes_a_member(
    bank: Bank, deliver: Callable[..., list[bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    attack(200, begins_at=now(), lasts=timedelta(0))
    checkout = join_as_a_reader(make_order(network="198.51.100.7"), at=now())
    bank.pay(checkout.url, GOOD_CARD)
    assert settle(checkout).is_completed


def count_calls(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Keep every call of the provider's API."""
    calls: list[object] = []
    answer = bank.running.app._answer_api

    def note(*given: Any) -> Any:
        calls.append(given)
        return answer(*given)

    monkeypatch.setattr(bank.running.app, "_answer_api", note)
    return calls
