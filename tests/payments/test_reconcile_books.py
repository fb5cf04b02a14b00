"""Reconciliation of the books: ledger and provider object by object, both ways, whatever was lost on the way."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command
from tests.payments.world import DISPUTED_CARD, Bank, now, settle, start, the_payment, the_subscription

from masthead.payments import operations
from masthead.payments.models import Checkout, Payment, ReconciliationRun, RunState
from masthead.payments.operations import books
from masthead.payments.providers.base import PaymentsUnavailable
from masthead.payments.providers.stripe import StripeProvider
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose every message, also those that are listed later."""
    monkeypatch.setattr(StripeProvider, "list_since", lambda *_args: iter(()))


def reconcile(*, since: datetime | None = None) -> ReconciliationRun:
    return operations.reconcile_books("sandbox", since=since, now=now())


def pay(bank: Bank, card: str = "4242 4242 4242 4242", **told: Any) -> Checkout:
    checkout = start(**told)
    bank.pay(checkout.url, card)
    return settle(checkout)


def kinds(run: ReconciliationRun) -> list[tuple[str, str, bool]]:
    return [(one.subject, one.kind, one.mended_at is not None) for one in run.differences.order_by("pk")]


def sums(run: ReconciliationRun) -> dict[str, tuple[int, int]]:
    return {row.currency: (row.ledger_minor, row.provider_minor) for row in run.sums.all()}


@pytest.mark.usefixtures("no_messages")
class TestLostMessages:
    def test_equal_books_are_left_alone(self, bank: Bank) -> None:
        pay(bank)
        run = reconcile()
        assert (run.state, run.looked_at, run.mended, run.unexplained) == (RunState.DONE, 2, 0, 0)
        assert sums(run) == {"USD": (1200, 1200)}
        assert run.is_clean

    @pytest.mark.parametrize("days", [None, 2])
    def test_brings_in_a_renewal(self, bank: Bank, days: int | None) -> None:
        pay(bank)
        bank.turn_clock(32)
        run = reconcile(since=now() - timedelta(days=days) if days else None)
        assert Payment.objects.count() == 2
        assert kinds(run) == [("subscription", "unlike", True)]
        assert sums(run) == {"USD": (2400, 2400)}
        assert run.is_clean

    @pytest.mark.parametrize("part", [None, 500])
    def test_brings_in_a_refund(self, bank: Bank, part: int | None) -> None:
        pay(bank, interval=Interval.ONCE)
        bank.provider.refund(the_payment().reference, amount=Money(part, "USD") if part else None, key="desk")
        run = reconcile(since=now() - timedelta(hours=1))
        assert kinds(run) == [("payment", "unlike", True)]
        assert the_payment().refunded_minor == (part or 1200)
        assert run.is_clean

    def test_brings_in_a_dispute(self, bank: Bank) -> None:
        pay(bank, DISPUTED_CARD)
        bank.turn_clock(1)
        run = reconcile()
        assert run.is_clean
        assert {ours == theirs for ours, theirs in sums(run).values()} == {True}

    def test_brings_in_an_end(self, bank: Bank) -> None:
        pay(bank)
        bank.provider.cancel(the_subscription().reference)
        run = reconcile(since=now() - timedelta(hours=1))
        assert the_subscription().status == "ended"
        assert run.is_clean
        assert run.mended == 1

    def test_brings_in_another_amount(self, bank: Bank) -> None:
        pay(bank)
        bank.provider.change_amount(the_subscription().reference, amount=Money(1500, "USD"), key="desk")
        run = reconcile(since=now() - timedelta(hours=1))
        assert run.is_clean
        assert the_subscription().amount.minor == 1500
        assert reconcile().mended == 0


class TestUnexplained:
    def test_reports_a_forged_payment(self, bank: Bank) -> None:
        pay(bank)
        Payment.objects.create(
            provider="sandbox", reference="pi_forged", amount_minor=99, currency="USD", paid_at=now(), product="x"
        )
        run = reconcile()
        assert kinds(run) == [("payment", "only_here", False)]
        assert sums(run) == {"USD": (1299, 1200)}
        assert "knows nothing" in str(run.differences.get().sentence)
        assert not run.is_clean

    def test_reports_a_sum_that_was_tampered_with(self, bank: Bank) -> None:
        pay(bank)
        Payment.objects.update(amount_minor=1300)
        run = reconcile()
        assert kinds(run) == [("payment", "unlike", False)]
        assert sums(run) == {"USD": (1300, 1200)}

    def test_reports_an_order_that_was_lost_here(self, bank: Bank) -> None:
        checkout = start(interval=Interval.ONCE)
        bank.pay(checkout.url)
        checkout.delete()
        assert kinds(reconcile()) == [("payment", "only_there", False)]

    def test_counts_foreign_sales_and_leaves_them_alone(self, bank: Bank, no_messages: None) -> None:
        pay(bank, interval=Interval.ONCE)
        document = the_payment().reference
        charge = bank.list_events("charge.succeeded")[-1]["data"]["object"]["id"]
        for reference in (document, charge):
            bank.change(reference, lambda one: one.update(metadata={}))
        Payment.objects.all().delete()
        run = reconcile(since=now() - timedelta(hours=1))
        assert (run.looked_at, run.foreign, run.is_clean) == (0, 1, True)
        assert sums(run) == {}


class TestRuns:
    def test_refuses_a_second_one(self, bank: Bank) -> None:
        operations.begin_run("sandbox", since=None, now=now())
        with pytest.raises(operations.AlreadyReconciling):
            reconcile()
        assert ReconciliationRun.objects.count() == 1

    @pytest.mark.parametrize("beats", range(8))
    def test_goes_on_after_one_that_was_killed(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch, no_messages: None, beats: int
    ) -> None:
        pay(bank)
        bank.turn_clock(32)
        left = iter(range(beats))

        def die(_run: ReconciliationRun) -> None:
            if next(left, None) is None:
                raise SystemExit

        monkeypatch.setattr(books, "_finish", lambda *_args, **_told: None)
        run = operations.begin_run("sandbox", since=None, now=now())
        try:
            operations.carry_out_run(run, now=now(), progress=die)
        except SystemExit:
            pass
        monkeypatch.undo()
        ReconciliationRun.objects.update(beat_at=now() - timedelta(hours=1))
        second = reconcile(since=operations.get_default_since("sandbox"))
        run.refresh_from_db()
        assert run.state == RunState.BROKEN_OFF
        assert second.is_clean
        assert sums(second) == {"USD": (2400, 2400)}

    def test_the_next_one_takes_over_the_period_of_one_that_failed(self) -> None:
        told = {"provider": "sandbox", "beat_at": now(), "finished_at": now()}
        ReconciliationRun.objects.create(started_at=now() - timedelta(days=2), state="done", **told)
        far = now() - timedelta(days=90)
        ReconciliationRun.objects.create(started_at=now(), state="failed", since=far, **told)
        assert operations.get_default_since("sandbox") == far

    def test_notes_that_the_provider_is_away(self, settings: Any) -> None:
        settings.MASTHEAD_SANDBOX_URL = "http://127.0.0.1:9"
        with pytest.raises(PaymentsUnavailable):
            reconcile()
        run = ReconciliationRun.objects.get()
        assert (run.state, bool(run.error)) == (RunState.FAILED, True)


class TestScale:
    def test_many_payments_cost_a_call_a_hundred(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any, no_messages: None
    ) -> None:
        pay(bank)
        for _ in range(4):
            bank.turn_clock(300)
        # The second one announces what a test's own transaction keeps from being announced.
        reconcile()
        reconcile()
        calls: list[str] = []
        send = requests.Session.request

        def count(self: requests.Session, method: str, url: str, **told: Any) -> requests.Response:
            calls.append(url)
            return send(self, method, url, **told)

        monkeypatch.setattr(requests.Session, "request", count)
        payments = Payment.objects.count()
        with django_assert_max_num_queries(40):
            run = reconcile()
        assert run.is_clean
        assert payments > 30
        assert len(calls) < 10


class TestCommand:
    def test_says_what_it_found(self, bank: Bank) -> None:
        bank.pay(start().url)
        said = StringIO()
        call_command("reconcile", stdout=said)
        assert "USD" in said.getvalue()
        assert "none" in said.getvalue()

    def test_fails_while_something_is_unexplained(self, bank: Bank) -> None:
        pay(bank)
        Payment.objects.update(amount_minor=1300)
        said = StringIO()
        with pytest.raises(CommandError, match="1 differences"):
            call_command("reconcile", "--all", stdout=said)
        assert the_payment().reference[:10] in said.getvalue()
