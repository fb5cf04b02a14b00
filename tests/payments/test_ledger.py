"""What is written down: nothing below its price, nothing of another's sale, refunds to the unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import stripe
from django.db import IntegrityError, transaction
from tests.payments.world import (
    FAILING_CARD,
    Bank,
    make_order,
    now,
    settle,
    start,
    the_payment,
    the_subscription,
)

from masthead.letters.models import Letter
from masthead.payments import operations
from masthead.payments.letters import queue_receipt
from masthead.payments.models import Checkout, CheckoutState, Payment, ProviderEvent, Subscription, SubscriptionStatus
from masthead.payments.providers.base import PaymentsRefused
from masthead.rules.money import BadAmount, CurrencyMismatch, Money
from masthead.rules.pledges import Interval

pytestmark = pytest.mark.django_db

Deliver = Callable[..., list[bool]]


def follow() -> None:
    for event in ProviderEvent.objects.filter(outcome="waiting"):
        operations.project_event(event.pk, now=now())


def join(bank: Bank, card: str = "4242 4242 4242 4242", **told: Any) -> Checkout:
    checkout = start(**told)
    bank.pay(checkout.url, card)
    return settle(checkout)


def sell(bank: Bank, *, metadata: dict[str, str], amount: int = 1200, mode: str = "subscription") -> str:
    """Sell something on the same account, past the site; return the address of its page."""
    client = stripe.StripeClient("sk_test_masthead_sandbox", base_addresses={"api": bank.running.url})
    price: dict[str, Any] = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "A mug"}}
    if mode == "subscription":
        price["recurring"] = {"interval": "month"}
    inherited = "subscription_data" if mode == "subscription" else "payment_intent_data"
    session = client.v1.checkout.sessions.create(
        {  # type: ignore[misc]  # a mode that is not literal
            "mode": mode,
            "line_items": [{"quantity": 1, "price_data": price}],
            "customer_email": "mallory@example.org",
            "metadata": metadata,
            inherited: {"metadata": metadata},
            "success_url": "https://paper.example/",
            "cancel_url": "https://paper.example/",
        }
    )
    assert session.url
    return session.url


class TestPrice:
    @pytest.mark.parametrize("interval", [Interval.MONTH, Interval.ONCE])
    def test_below_the_order_is_recorded_and_entitles_nobody(
        self, bank: Bank, deliver: Deliver, interval: Interval
    ) -> None:
        checkout = start(interval=interval)
        self.tamper(bank, checkout, 100)
        bank.pay(checkout.url)
        assert settle(checkout).state == CheckoutState.FAILED
        deliver()
        follow()
        checkout.refresh_from_db()
        assert checkout.state == CheckoutState.FAILED
        assert checkout.completed_at is None
        payment = the_payment()
        assert (payment.amount, payment.is_underpaid) == (Money(100, "USD"), True)
        for subscription in Subscription.objects.all():
            assert subscription.is_underpaid
            assert not subscription.was_paid

    def test_below_the_order_does_not_become_better_by_renewals(self, bank: Bank, deliver: Deliver) -> None:
        checkout = start()
        self.tamper(bank, checkout, 100)
        bank.pay(checkout.url)
        bank.turn_clock(70)
        deliver()
        follow()
        assert Payment.objects.count() == 3
        assert not the_subscription().was_paid

    def test_in_another_currency_is_below_the_order(self, bank: Bank) -> None:
        checkout = start()

        def change(session: dict[str, Any]) -> None:
            session["currency"] = "jpy"

        bank.change(checkout.reference, change)
        self.tamper(bank, checkout, 1200, currency="jpy")
        bank.pay(checkout.url)
        assert settle(checkout).state == CheckoutState.FAILED
        assert the_payment().is_underpaid

    def test_above_the_order_is_taken(self, bank: Bank) -> None:
        checkout = start()
        self.tamper(bank, checkout, 5000)
        bank.pay(checkout.url)
        assert settle(checkout).is_completed

    def test_a_sale_past_the_site_under_a_known_order_below_its_price_completes_nothing(
        self, bank: Bank, deliver: Deliver
    ) -> None:
        checkout = start(amount=Money(25_000, "USD"))
        bank.pay(sell(bank, metadata={"masthead_checkout": str(checkout.pk)}, amount=50))
        deliver()
        follow()
        checkout.refresh_from_db()
        assert checkout.state == CheckoutState.FAILED
        assert not the_subscription().was_paid

    @staticmethod
    def tamper(bank: Bank, checkout: Checkout, amount: int, *, currency: str = "usd") -> None:
        """Change the price behind the order at the provider."""

        def reprice(document: dict[str, Any]) -> None:
            document |= {"unit_amount": amount, "currency": currency}

        def retotal(session: dict[str, Any]) -> None:
            session["amount_total"] = amount
            reprice(session["_line_items"][0]["price"])

        bank.change(checkout.reference, retotal)
        with bank.running.app.store.transaction(writes=False) as book:
            session = book.get(checkout.reference)
            assert session is not None
        bank.change(session["_price"], reprice)


class TestForeignSales:
    @pytest.mark.parametrize("mode", ["subscription", "payment"])
    @pytest.mark.parametrize("metadata", [{}, {"masthead_checkout": "no key of ours"}, {"masthead_checkout": "a" * 32}])
    def test_never_become_ours(self, bank: Bank, deliver: Deliver, mode: str, metadata: dict[str, str]) -> None:
        bystander = start()
        bank.pay(sell(bank, metadata=metadata, mode=mode))
        deliver()
        follow()
        operations.reconcile("sandbox", since=now() - timedelta(hours=1), now=now(), everything=True)
        assert not Payment.objects.exists()
        assert not Subscription.objects.exists()
        assert not Letter.objects.exists()
        bystander.refresh_from_db()
        assert (bystander.state, bystander.subscription) == (CheckoutState.OPEN, None)
        outcomes = set(ProviderEvent.objects.values_list("outcome", flat=True))
        assert outcomes == {"foreign", "ignored"}

    def test_a_second_subscription_of_one_order_is_not_taken_for_the_first(self, bank: Bank, deliver: Deliver) -> None:
        checkout = join(bank)
        bank.pay(sell(bank, metadata={"masthead_checkout": str(checkout.pk)}, amount=9900))
        deliver()
        follow()
        assert the_subscription().amount == the_payment().amount == Money(1200, "USD")


class TestRefunds:
    def test_in_part_leave_the_paid_time(self, bank: Bank) -> None:
        join(bank)
        until = the_subscription().paid_until
        payment = operations.refund_payment(the_payment(), amount=Money(200, "USD"), now=now())
        assert (payment.refunded, payment.kept) == (Money(200, "USD"), Money(1000, "USD"))
        assert the_subscription().paid_until == until

    def test_of_everything_take_the_paid_time_back(self, bank: Bank, deliver: Deliver) -> None:
        join(bank)
        payment = operations.refund_payment(the_payment(), now=now())
        assert payment.kept == Money(0, "USD")
        assert the_subscription().paid_until is None
        deliver()
        follow()
        assert the_subscription().paid_until is None

    def test_of_one_period_leave_the_one_before(self, bank: Bank, deliver: Deliver) -> None:
        join(bank)
        first_end = the_subscription().paid_until
        bank.turn_clock(32)
        deliver()
        follow()
        last = Payment.objects.order_by("-paid_at")[0]
        operations.refund_payment(last, now=now())
        renewed_at = last.paid_at
        paid_until = the_subscription().paid_until
        assert paid_until is not None
        assert first_end is not None
        assert first_end <= paid_until <= renewed_at + timedelta(days=3)

    def test_made_at_the_provider_arrive_by_its_message(self, bank: Bank, deliver: Deliver) -> None:
        for interval in (Interval.MONTH, Interval.ONCE):
            join(bank, interval=interval)
        for payment in Payment.objects.all():
            bank.provider.refund(payment.reference, amount=None, key=f"desk-{payment.pk}")
        deliver("charge.refunded")
        follow()
        assert [payment.kept.minor for payment in Payment.objects.all()] == [0, 0]

    def test_known_before_their_payment_are_recorded_with_it(self, bank: Bank, deliver: Deliver) -> None:
        checkout = start()
        bank.pay(checkout.url)
        [paid] = bank.provider.read_checkout(checkout.reference).payments
        bank.provider.refund(paid.reference, amount=None, key="desk")
        deliver("charge.refunded")
        follow()
        assert the_payment().kept == Money(0, "USD")
        deliver()
        follow()
        assert the_payment().kept == Money(0, "USD")
        assert the_subscription().paid_until is None

    def test_cannot_be_more_than_was_paid(self, bank: Bank) -> None:
        join(bank)
        with pytest.raises(operations.RefundTooLarge):
            operations.refund_payment(the_payment(), amount=Money(1300, "USD"), now=now())
        operations.refund_payment(the_payment(), now=now())
        with pytest.raises(operations.RefundTooLarge):
            operations.refund_payment(the_payment(), now=now())


class TestChanges:
    def test_another_amount_stands_at_once_and_is_charged_next(self, bank: Bank, deliver: Deliver) -> None:
        join(bank)
        subscription = operations.change_amount(the_subscription(), Money(600, "USD"), now=now())
        assert subscription.amount == Money(600, "USD")
        bank.turn_clock(32)
        deliver()
        follow()
        assert sorted(payment.amount.minor for payment in Payment.objects.all()) == [600, 1200]
        assert not any(payment.is_underpaid for payment in Payment.objects.all())
        assert the_subscription().paid_until == max(payment.covers_until for payment in Payment.objects.all())  # type: ignore[type-var]

    def test_there_and_back_and_there_again_are_three_changes(self, bank: Bank) -> None:
        join(bank)
        for minor in (2000, 600, 2000, 600):
            assert operations.change_amount(the_subscription(), Money(minor, "USD"), now=now()).amount_minor == minor
        for _ in range(2):
            assert operations.end_subscription(the_subscription(), now=now()).cancel_at_period_end
            assert not operations.take_back_end(the_subscription(), now=now()).cancel_at_period_end

    def test_an_end_keeps_the_paid_time(self, bank: Bank, deliver: Deliver) -> None:
        join(bank)
        until = the_subscription().paid_until
        operations.end_subscription(the_subscription(), now=now())
        bank.turn_clock(32)
        deliver()
        follow()
        subscription = the_subscription()
        assert (subscription.status, subscription.paid_until) == (SubscriptionStatus.ENDED, until)
        assert subscription.ended_at is not None
        with pytest.raises(operations.SubscriptionOver):
            operations.take_back_end(subscription, now=now())
        with pytest.raises(operations.SubscriptionOver):
            operations.change_amount(subscription, Money(600, "USD"), now=now())

    def test_can_be_ended_at_once(self, bank: Bank) -> None:
        join(bank)
        subscription = operations.cancel_subscription(the_subscription(), now=now())
        assert subscription.status == SubscriptionStatus.ENDED
        assert subscription.was_paid

    def test_to_another_currency_or_nothing_are_refused_unasked(self, bank: Bank) -> None:
        join(bank)
        with pytest.raises(CurrencyMismatch):
            operations.change_amount(the_subscription(), Money(600, "EUR"), now=now())
        with pytest.raises(BadAmount):
            operations.change_amount(the_subscription(), Money(0, "USD"), now=now())

    def test_a_renewal_that_fails_is_past_due_until_it_is_over(self, bank: Bank, deliver: Deliver) -> None:
        join(bank, FAILING_CARD)
        until = the_subscription().paid_until
        bank.turn_clock(32)
        deliver()
        follow()
        assert (the_subscription().status, the_subscription().paid_until) == (SubscriptionStatus.PAST_DUE, until)
        bank.turn_clock(20)
        deliver()
        follow()
        assert (the_subscription().status, the_subscription().paid_until) == (SubscriptionStatus.ENDED, until)


class TestStartCheckout:
    def test_writes_the_order_down_and_sends_the_reader_off(self, bank: Bank) -> None:
        checkout = start()
        assert checkout.state == CheckoutState.OPEN
        assert checkout.url.startswith(bank.running.url)
        assert checkout.reference.startswith("cs_")
        assert checkout.amount == Money(1200, "USD")
        assert checkout.expires_at is not None

    def test_returns_to_the_page_of_this_checkout(self, bank: Bank) -> None:
        checkout = start()
        answer = bank.pay(checkout.url)
        assert answer.headers["Location"] == f"https://paper.example/join/return/{checkout.pk}/"

    @pytest.mark.parametrize("told", [{"email": ""}, {"email": "alma"}, {"product": ""}, {"product_name": ""}])
    def test_refuses_an_order_with_something_missing(self, told: dict[str, Any]) -> None:
        with pytest.raises(operations.BadOrder):
            operations.start_checkout(make_order(**told), now=now())

    @pytest.mark.parametrize("minor", [0, -600])
    def test_refuses_an_amount_of_nothing(self, minor: int) -> None:
        with pytest.raises(BadAmount):
            operations.start_checkout(make_order(amount=Money(minor, "USD")), now=now())

    def test_keeps_an_order_that_the_provider_refused_as_failed(self, bank: Bank) -> None:
        with pytest.raises(PaymentsRefused):
            start(amount=Money(10**11, "USD"))
        assert Checkout.objects.get().state == CheckoutState.FAILED


class TestConstraints:
    def test_each_reference_is_there_once(self, bank: Bank) -> None:
        join(bank)
        for row in (the_payment(), the_subscription(), Checkout.objects.get()):
            row.pk = None
            with pytest.raises(IntegrityError), transaction.atomic():
                row.save(force_insert=True)

    def test_what_is_underpaid_has_no_paid_time(self, bank: Bank) -> None:
        join(bank)
        with pytest.raises(IntegrityError), transaction.atomic():
            Subscription.objects.update(is_underpaid=True)

    def test_no_more_goes_back_than_came(self, bank: Bank) -> None:
        join(bank)
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.update(refunded_minor=1300)


class TestReceipt:
    def test_goes_to_the_person_in_their_language_once(self, bank: Bank) -> None:
        join(bank, language="he")
        letter = Letter.objects.get(kind="receipt")
        assert (letter.to, letter.language) == ("alma@example.org", "he")
        assert "12" in letter.context["amount"]
        assert letter.context["number"] == f"M-{the_payment().pk}"
        assert letter.context["product"] == "Community"
        assert letter.context["covers_until"]

    def test_of_one_payment_is_one_letter_however_often_it_is_queued(self, bank: Bank) -> None:
        join(bank)
        for _ in range(2):
            queue_receipt(the_payment(), now=now())
        assert Letter.objects.filter(kind="receipt").count() == 1

    def test_of_a_contribution_names_no_period(self, bank: Bank) -> None:
        join(bank, interval=Interval.ONCE)
        context = Letter.objects.get(kind="receipt").context
        assert context["covers_until"] == ""
        assert context["what"] == "One-time contribution"
