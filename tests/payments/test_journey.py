"""From the order to the receipt: webhook or return page first, twice or never, what remains is the same."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from tests.payments.world import (
    CONFIRMED_CARD,
    DECLINED_CARD,
    Bank,
    Heard,
    now,
    settle,
    start,
    the_payment,
    the_subscription,
)

from masthead.accounts.models import User
from masthead.accounts.operations import get_or_create_person
from masthead.kit.testing.jobs import run_jobs
from masthead.letters.models import Letter
from masthead.payments import operations
from masthead.payments.models import Checkout, CheckoutState, EventOutcome, Payment, ProviderEvent, Subscription
from masthead.payments.providers.base import PaymentsUnavailable, Statement
from masthead.payments.providers.stripe import StripeProvider
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

pytestmark = pytest.mark.django_db(transaction=True)

Deliver = Callable[..., list[bool]]


def check_one_of_each(checkout: Checkout) -> None:
    """One subscription, one payment, one receipt, one person, and everything announced."""
    checkout.refresh_from_db()
    subscription, payment = the_subscription(), the_payment()
    assert checkout.state == CheckoutState.COMPLETED
    assert checkout.subscription == subscription
    assert subscription.amount == payment.amount == Money(1200, "USD")
    assert subscription.paid_until == payment.covers_until
    assert subscription.paid_until is not None
    assert subscription.paid_until > now() + timedelta(days=27)
    assert payment.token == "a mark of the showing"
    person = User.objects.get(email="alma@example.org")
    assert checkout.person == subscription.person == payment.person == person
    assert person.name == "Alma Brandt"
    assert Letter.objects.filter(kind="receipt").count() == 1
    assert checkout.is_announced
    assert checkout.is_completion_announced
    assert payment.is_announced


class TestOrders:
    @pytest.mark.parametrize(
        "steps",
        [
            *itertools.permutations(["webhook", "return"]),
            ("webhook",),
            ("return",),
            ("reconcile",),
            ("webhook", "webhook", "return", "return"),
            ("return", "return", "webhook", "webhook"),
            ("return", "reconcile", "webhook"),
            ("reconcile", "reconcile", "return"),
        ],
        ids="-".join,
    )
    def test_leave_one_of_each(self, bank: Bank, heard: Heard, deliver: Deliver, steps: tuple[str, ...]) -> None:
        checkout = start()
        bank.pay(checkout.url)
        for step in steps:
            if step == "webhook":
                deliver()
                run_jobs()
            elif step == "return":
                settle(checkout)
            else:
                operations.reconcile("sandbox", since=now() - timedelta(hours=1), now=now(), everything=True)
        check_one_of_each(checkout)
        assert heard.names().count("checkout_completed") == 1
        assert heard.names().count("payment_recorded") == 1

    @pytest.mark.parametrize("seed", range(6))
    def test_of_the_messages_does_not_matter(self, bank: Bank, heard: Heard, deliver: Deliver, seed: int) -> None:
        checkout = start()
        bank.pay(checkout.url, DECLINED_CARD)
        bank.pay(checkout.url)
        events = bank.list_events()
        turned = events[seed * 3 :] + events[: seed * 3]
        deliver(events=turned[::-1] if seed % 2 else turned)
        run_jobs()
        check_one_of_each(checkout)
        assert heard.names().count("checkout_completed") == 1

    def test_a_checkout_that_is_told_after_a_renewal_takes_nothing_back(self, bank: Bank, deliver: Deliver) -> None:
        bank.pay(start().url)
        deliver(events=bank.list_events("customer.subscription.updated"))
        bank.turn_clock(35)
        deliver(events=bank.list_events("invoice.paid"))
        run_jobs()
        renewed = the_subscription().paid_until
        deliver(events=bank.list_events("checkout.session.completed"))
        run_jobs()
        assert the_subscription().paid_until == renewed

    def test_renewals_come_to_the_same_in_any_order(self, bank: Bank, deliver: Deliver) -> None:
        checkout = start()
        bank.pay(checkout.url)
        bank.turn_clock(70)
        events = bank.list_events()
        deliver(events=events[::-1])
        run_jobs()
        assert Payment.objects.count() == 3
        assert Letter.objects.filter(kind="receipt").count() == 3
        assert the_subscription().paid_until == max(payment.covers_until for payment in Payment.objects.all())  # type: ignore[type-var]


class TestOnce:
    def test_is_a_payment_without_a_subscription(self, bank: Bank, heard: Heard, deliver: Deliver) -> None:
        checkout = start(interval=Interval.ONCE, amount=Money(2500, "USD"))
        bank.pay(checkout.url)
        deliver()
        run_jobs()
        checkout = settle(checkout)
        assert checkout.is_completed
        assert checkout.subscription is None
        assert not Subscription.objects.exists()
        payment = the_payment()
        assert (payment.amount, payment.subscription, payment.covers_until) == (Money(2500, "USD"), None, None)
        assert (payment.country, payment.token) == ("IE", "a mark of the showing")
        assert heard.names() == ["payment_recorded", "checkout_completed"]


class TestUnpaid:
    @pytest.mark.parametrize("interval", [Interval.MONTH, Interval.ONCE])
    def test_returning_without_paying_changes_nothing(self, bank: Bank, heard: Heard, interval: Interval) -> None:
        checkout = start(interval=interval)
        assert settle(checkout).state == CheckoutState.OPEN
        bank.pay(checkout.url, DECLINED_CARD)
        bank.pay(checkout.url, CONFIRMED_CARD)
        assert settle(checkout).state == CheckoutState.OPEN
        assert not Payment.objects.exists()
        assert not Letter.objects.exists()
        assert not User.objects.exists()
        assert heard.said == []

    def test_a_subscription_that_is_not_paid_is_known_and_gives_nothing(self, bank: Bank, deliver: Deliver) -> None:
        checkout = start()
        bank.pay(checkout.url, DECLINED_CARD)
        deliver()
        run_jobs()
        checkout.refresh_from_db()
        assert checkout.state == CheckoutState.OPEN
        assert not the_subscription().was_paid
        assert not Letter.objects.exists()

    def test_a_page_that_closed_expires_the_checkout(self, bank: Bank, deliver: Deliver) -> None:
        checkout = start()
        bank.turn_clock(2)
        assert settle(checkout).state == CheckoutState.EXPIRED
        deliver()
        run_jobs()
        checkout.refresh_from_db()
        assert checkout.state == CheckoutState.EXPIRED


class TestPeople:
    def test_an_address_that_is_known_is_the_same_person(self, bank: Bank) -> None:
        known, _ = get_or_create_person(email="Alma@Example.org", name="Alma")
        checkout = start()
        bank.pay(checkout.url)
        assert settle(checkout).person == known
        assert known.name == "Alma"

    def test_who_is_signed_in_pays_for_themselves(self, bank: Bank) -> None:
        person, _ = get_or_create_person(email="member@example.org")
        checkout = start(email="member@example.org", person_id=person.pk)
        bank.pay(checkout.url)
        assert settle(checkout).person == person

    def test_two_memberships_of_one_person_are_both_on_record(self, bank: Bank, heard: Heard) -> None:
        for _ in range(2):
            checkout = start()
            bank.pay(checkout.url)
            settle(checkout)
        assert Subscription.objects.count() == Payment.objects.count() == 2
        assert User.objects.count() == 1
        changed = [key for name, key in heard.said if name == "subscription_changed"]
        assert sorted(changed) == sorted(Subscription.objects.values_list("pk", flat=True))

    def test_an_erased_person_keeps_the_ledger_row(self, bank: Bank) -> None:
        checkout = start()
        bank.pay(checkout.url)
        settle(checkout)
        User.objects.get().delete()
        payment = the_payment()
        assert payment.person is None
        assert (payment.amount, payment.country) == (Money(1200, "USD"), "IE")


class TestInterruptions:
    @pytest.mark.parametrize(
        ("module", "where"), [("project", "write_statement"), ("ledger", "queue_receipt"), ("ledger", "_conclude")]
    )
    def test_killed_while_writing_nothing_is_half_done(
        self, bank: Bank, heard: Heard, deliver: Deliver, monkeypatch: pytest.MonkeyPatch, module: str, where: str
    ) -> None:
        checkout = start()
        bank.pay(checkout.url)
        with monkeypatch.context() as patch:

            def die(*_args: object, **_kwargs: object) -> None:
                raise KeyboardInterrupt

            patch.setattr(import_module(f"masthead.payments.operations.{module}"), where, die)
            with pytest.raises(KeyboardInterrupt):
                settle(checkout)
        assert not Payment.objects.exists()
        assert not Subscription.objects.exists()
        assert not Letter.objects.exists()
        assert heard.said == []
        deliver()
        run_jobs()
        check_one_of_each(checkout)

    @pytest.mark.parametrize("signal", ["subscription_changed", "payment_recorded", "checkout_completed"])
    def test_a_receiver_that_fails_is_called_again_by_the_job(
        self, bank: Bank, heard: Heard, deliver: Deliver, signal: str
    ) -> None:
        checkout = start()
        bank.pay(checkout.url)
        heard.fail_at = {signal}
        deliver("checkout.session.completed")
        run_jobs()
        checkout.refresh_from_db()
        assert checkout.is_completed
        assert not checkout.is_announced
        assert ProviderEvent.objects.get(kind="checkout.session.completed").outcome == EventOutcome.WAITING
        heard.fail_at = set()
        run_jobs(now=now() + timedelta(minutes=10))
        assert ProviderEvent.objects.get(kind="checkout.session.completed").outcome == EventOutcome.DONE
        check_one_of_each(checkout)
        assert signal in heard.names()

    def test_a_receiver_that_failed_on_the_return_page_is_called_by_the_next_visit(
        self, bank: Bank, heard: Heard
    ) -> None:
        checkout = start()
        bank.pay(checkout.url)
        heard.fail_at = {"checkout_completed"}
        with pytest.raises(RuntimeError):
            settle(checkout)
        heard.fail_at = set()
        settle(checkout)
        check_one_of_each(checkout)

    def test_a_receiver_that_failed_is_called_by_the_reconciliation(self, bank: Bank, heard: Heard) -> None:
        checkout = start()
        bank.pay(checkout.url)
        heard.fail_at = {"subscription_changed"}
        with pytest.raises(RuntimeError):
            settle(checkout)
        heard.fail_at = set()
        found = operations.reconcile("sandbox", since=now() + timedelta(hours=1), now=now())
        assert found.announced == 1
        check_one_of_each(checkout)

    def test_killed_before_the_reference_was_kept_the_order_is_found_by_its_key(
        self, bank: Bank, deliver: Deliver
    ) -> None:
        checkout = start()
        bank.pay(checkout.url)
        reference = checkout.reference
        Checkout.objects.update(reference="", url="")
        deliver()
        run_jobs()
        check_one_of_each(checkout)
        checkout.refresh_from_db()
        assert checkout.reference == reference

    def test_a_provider_that_is_away_is_asked_again_later(
        self, bank: Bank, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checkout = start()
        bank.pay(checkout.url)
        with monkeypatch.context() as patch:

            def be_away(*_args: object) -> Statement:
                raise PaymentsUnavailable

            patch.setattr(StripeProvider, "read_checkout", be_away)
            patch.setattr(StripeProvider, "read_subscription", be_away)
            with pytest.raises(PaymentsUnavailable):
                settle(checkout)
            deliver()
            run_jobs()
            assert not Payment.objects.exists()
        run_jobs(now=now() + timedelta(minutes=10))
        check_one_of_each(checkout)


class TestAtOnce:
    def test_two_settle_one_inside_the_reading_of_the_other(
        self, bank: Bank, heard: Heard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checkout = start()
        bank.pay(checkout.url)
        read = StripeProvider.read_checkout
        readings: list[str] = []

        def read_slowly(provider: StripeProvider, reference: str) -> Statement:
            statement = read(provider, reference)
            readings.append(reference)
            if len(readings) == 1:
                settle(Checkout.objects.get(pk=checkout.pk))
            return statement

        monkeypatch.setattr(StripeProvider, "read_checkout", read_slowly)
        settle(checkout)
        check_one_of_each(checkout)
        assert len(readings) == 3
        assert heard.names().count("checkout_completed") == 1

    @pytest.mark.parametrize("changes", [1, 2])
    def test_an_older_reading_never_overwrites_a_newer_one(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch, changes: int
    ) -> None:
        checkout = start()
        bank.pay(checkout.url)
        subscription = settle(checkout).subscription
        assert subscription is not None
        read = StripeProvider.read_subscription
        end, keep = operations.end_subscription, operations.take_back_end
        pending = [end, keep][:changes]

        def read_slowly(provider: StripeProvider, reference: str) -> Statement:
            statement = read(provider, reference)
            if pending:
                pending.pop(0)(Subscription.objects.get(), now=now())
            return statement

        monkeypatch.setattr(StripeProvider, "read_subscription", read_slowly)
        operations.project_subscription("sandbox", subscription.reference, now=now())
        subscription.refresh_from_db()
        stands = bank.provider.read_subscription(subscription.reference).subscription
        assert stands is not None
        assert subscription.cancel_at_period_end == stands.cancel_at_period_end == (changes == 1)

    def test_threads_that_settle_and_follow_messages_leave_one_of_each(
        self, bank: Bank, heard: Heard, deliver: Deliver
    ) -> None:
        if connection.vendor == "sqlite" and connection.is_in_memory_db():
            pytest.skip("SQLite in memory has one connection; PostgreSQL runs this")
        checkout = start()
        bank.pay(checkout.url)
        deliver()
        events = list(ProviderEvent.objects.filter(outcome=EventOutcome.WAITING).values_list("pk", flat=True))
        gate = threading.Barrier(2 + len(events))
        errors: list[BaseException] = []

        def run(work: Callable[[], object]) -> None:
            try:
                gate.wait()
                work()
            except BaseException as error:  # noqa: BLE001  told by the test
                errors.append(error)
            finally:
                connection.close()

        works: list[Callable[[], object]] = [lambda: settle(Checkout.objects.get(pk=checkout.pk)) for _ in range(2)]
        works += [lambda pk=pk: operations.project_event(pk, now=now()) for pk in events]  # type: ignore[misc]
        threads = [threading.Thread(target=run, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [error for error in errors if not isinstance(error, operations.TooBusy)] == []
        run_jobs(now=now() + timedelta(minutes=10))
        check_one_of_each(checkout)


class TestReturnPage:
    def test_reads_the_provider_once_and_not_at_all_when_it_is_over(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checkout = start()
        bank.pay(checkout.url)
        read = StripeProvider.read_checkout
        readings: list[str] = []

        def count(provider: StripeProvider, reference: str) -> Statement:
            readings.append(reference)
            return read(provider, reference)

        monkeypatch.setattr(StripeProvider, "read_checkout", count)
        for _ in range(3):
            settle(checkout)
        assert len(readings) == 1
