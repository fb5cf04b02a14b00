"""The contract of every provider, over real HTTP with the official SDK."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.payments.world import CONFIRMED_CARD, DECLINED_CARD, FAILING_CARD, GOOD_CARD, SITE, Bank, now

from masthead.payments.providers.base import (
    CheckoutOrder,
    NothingThere,
    PaymentsRefused,
    PaymentsUnavailable,
    StatedState,
    StatedStatus,
    Statement,
    SubjectKind,
    UnknownProvider,
)
from masthead.payments.providers.registry import get_provider
from masthead.payments.providers.stripe import StripeProvider
from masthead.payments.providers.stripe_words import from_stripe, to_stripe
from masthead.rules.money import CURRENCIES, Money
from masthead.rules.pledges import Interval


def make_checkout_order(key: str = "order-1", **told: object) -> CheckoutOrder:
    return CheckoutOrder(
        **{  # type: ignore[arg-type]  # what is told has the right types
            "key": key,
            "email": "alma@example.org",
            "product": "community",
            "product_name": "Community",
            "amount": Money(1200, "USD"),
            "interval": Interval.MONTH,
            "language": "en",
            "return_url": f"{SITE}/return/",
            "cancel_url": f"{SITE}/join/",
            **told,
        }
    )


def subscribe(bank: Bank, card: str = GOOD_CARD, **told: object) -> Statement:
    started = bank.provider.start_checkout(make_checkout_order(**told))  # type: ignore[arg-type]
    bank.pay(started.url, card)
    return bank.provider.read_checkout(started.reference)


class TestStartCheckout:
    def test_opens_a_page_for_a_day(self, bank: Bank) -> None:
        started = bank.provider.start_checkout(make_checkout_order())
        assert started.url.startswith("http")
        assert started.expires_at is not None
        assert timedelta(hours=23) < started.expires_at - now() <= timedelta(hours=24)
        statement = bank.provider.read_checkout(started.reference)
        assert statement.order == "order-1"
        assert statement.checkout is not None
        assert statement.checkout.state is StatedState.OPEN
        assert statement.payments == ()
        assert statement.subscription is None

    def test_opens_one_page_for_one_order(self, bank: Bank) -> None:
        first = bank.provider.start_checkout(make_checkout_order())
        again = bank.provider.start_checkout(make_checkout_order())
        other = bank.provider.start_checkout(make_checkout_order("order-2"))
        assert first.reference == again.reference != other.reference

    def test_refuses_another_order_under_the_same_key(self, bank: Bank) -> None:
        bank.provider.start_checkout(make_checkout_order())
        with pytest.raises(PaymentsRefused):
            bank.provider.start_checkout(make_checkout_order(amount=Money(2000, "USD")))

    @pytest.mark.parametrize("language", ["en", "he", "ar", "pt-BR", ""])
    def test_takes_every_language(self, bank: Bank, language: str) -> None:
        assert bank.provider.start_checkout(make_checkout_order(language=language)).url

    def test_can_be_closed(self, bank: Bank) -> None:
        started = bank.provider.start_checkout(make_checkout_order())
        bank.provider.expire_checkout(started.reference)
        bank.provider.expire_checkout(started.reference)
        statement = bank.provider.read_checkout(started.reference)
        assert statement.checkout is not None
        assert statement.checkout.state is StatedState.EXPIRED


class TestPaying:
    def test_begins_a_subscription(self, bank: Bank) -> None:
        statement = subscribe(bank)
        assert statement.checkout is not None
        assert statement.subscription is not None
        assert (statement.checkout.state, statement.name) == (StatedState.PAID, "Alma Brandt")
        subscription = statement.subscription
        assert subscription.status is StatedStatus.ACTIVE
        assert (subscription.amount, subscription.interval) == (Money(1200, "USD"), Interval.MONTH)
        assert subscription.settled_until is not None
        assert timedelta(days=27) < subscription.settled_until - now() < timedelta(days=32)
        [payment] = statement.payments
        assert (payment.amount, payment.country, payment.is_first) == (Money(1200, "USD"), "IE", True)
        assert payment.covers_until == subscription.settled_until

    def test_by_the_year_lasts_a_year(self, bank: Bank) -> None:
        subscription = subscribe(bank, interval=Interval.YEAR).subscription
        assert subscription is not None
        assert subscription.interval is Interval.YEAR
        assert subscription.settled_until is not None
        assert timedelta(days=364) < subscription.settled_until - now() < timedelta(days=367)

    def test_once_is_a_payment_alone(self, bank: Bank) -> None:
        statement = subscribe(bank, interval=Interval.ONCE, amount=Money(2500, "USD"))
        assert statement.subscription is None
        [payment] = statement.payments
        assert (payment.amount, payment.country) == (Money(2500, "USD"), "IE")
        assert (payment.refunded, payment.covers_until) == (Money(0, "USD"), None)

    @pytest.mark.parametrize(("currency", "minor"), [("JPY", 900), ("KWD", 1500), ("EUR", 500), ("ISK", 900)])
    def test_in_every_currency_is_to_the_unit(self, bank: Bank, currency: str, minor: int) -> None:
        [payment] = subscribe(bank, amount=Money(minor, currency)).payments
        assert payment.amount == Money(minor, currency)

    @pytest.mark.parametrize("interval", [Interval.MONTH, Interval.ONCE])
    def test_with_a_declined_card_leaves_the_page_open(self, bank: Bank, interval: Interval) -> None:
        started = bank.provider.start_checkout(make_checkout_order(interval=interval))
        assert bank.pay(started.url, DECLINED_CARD).status_code == 402
        statement = bank.provider.read_checkout(started.reference)
        assert statement.checkout is not None
        assert statement.checkout.state is StatedState.OPEN
        assert statement.payments == ()
        assert bank.pay(started.url, GOOD_CARD).status_code == 303
        assert len(bank.provider.read_checkout(started.reference).payments) == 1

    @pytest.mark.parametrize("interval", [Interval.MONTH, Interval.ONCE])
    def test_with_a_card_that_asks_waits_for_the_answer(self, bank: Bank, interval: Interval) -> None:
        started = bank.provider.start_checkout(make_checkout_order(interval=interval))
        asked = bank.pay(started.url, CONFIRMED_CARD)
        assert asked.headers["Location"].endswith("/confirm")
        assert bank.provider.read_checkout(started.reference).payments == ()
        assert bank.confirm(asked, approve=False).status_code == 402
        assert bank.provider.read_checkout(started.reference).payments == ()
        asked = bank.pay(started.url, CONFIRMED_CARD)
        assert bank.confirm(asked, approve=True).headers["Location"] == f"{SITE}/return/"
        assert len(bank.provider.read_checkout(started.reference).payments) == 1


class TestTime:
    def test_renews_a_subscription(self, bank: Bank) -> None:
        first = subscribe(bank)
        assert first.subscription is not None
        bank.turn_clock(32)
        statement = bank.provider.read_subscription(first.subscription.reference)
        assert statement.order == "order-1"
        assert [payment.is_first for payment in statement.payments] == [False, True]
        assert statement.subscription is not None
        assert statement.subscription.settled_until == statement.payments[0].covers_until
        assert statement.subscription.settled_until > first.subscription.settled_until  # type: ignore[operator]

    def test_a_failed_renewal_pays_for_nothing_and_ends_after_the_retries(self, bank: Bank) -> None:
        first = subscribe(bank, FAILING_CARD)
        assert first.subscription is not None
        bank.turn_clock(32)
        late = bank.provider.read_subscription(first.subscription.reference).subscription
        assert late is not None
        assert (late.status, late.settled_until) == (StatedStatus.PAST_DUE, first.subscription.settled_until)
        bank.turn_clock(20)
        over = bank.provider.read_subscription(first.subscription.reference).subscription
        assert over is not None
        assert (over.status, over.settled_until) == (StatedStatus.ENDED, first.subscription.settled_until)
        assert over.ended_at is not None

    def test_a_page_that_nobody_paid_closes(self, bank: Bank) -> None:
        started = bank.provider.start_checkout(make_checkout_order())
        bank.turn_clock(2)
        statement = bank.provider.read_checkout(started.reference)
        assert statement.checkout is not None
        assert statement.checkout.state is StatedState.EXPIRED

    def test_a_subscription_that_was_never_paid_is_over(self, bank: Bank) -> None:
        started = bank.provider.start_checkout(make_checkout_order())
        bank.pay(started.url, DECLINED_CARD)
        [event] = bank.list_events("customer.subscription.created")
        reference = event["data"]["object"]["id"]
        first = bank.provider.read_subscription(reference).subscription
        assert first is not None
        assert (first.status, first.settled_until) == (StatedStatus.INCOMPLETE, None)
        bank.turn_clock(2)
        later = bank.provider.read_subscription(reference).subscription
        assert later is not None
        assert (later.status, later.settled_until) == (StatedStatus.ENDED, None)


class TestChanging:
    def test_another_amount_is_charged_from_the_next_period_on(self, bank: Bank) -> None:
        reference = subscribe(bank).subscription.reference  # type: ignore[union-attr]
        for _ in range(2):
            bank.provider.change_amount(reference, amount=Money(2000, "USD"), key="once")
        changed = bank.provider.read_subscription(reference)
        assert changed.subscription is not None
        assert changed.subscription.amount == Money(2000, "USD")
        assert [payment.amount.minor for payment in changed.payments] == [1200]
        bank.turn_clock(32)
        assert [payment.amount.minor for payment in bank.provider.read_subscription(reference).payments] == [2000, 1200]

    def test_an_end_comes_with_the_period_and_can_be_taken_back(self, bank: Bank) -> None:
        reference = subscribe(bank).subscription.reference  # type: ignore[union-attr]
        bank.provider.set_ending(reference, ending=True, key="a")
        ending = bank.provider.read_subscription(reference).subscription
        assert ending is not None
        assert (ending.status, ending.cancel_at_period_end) == (StatedStatus.ACTIVE, True)
        bank.provider.set_ending(reference, ending=False, key="b")
        assert not bank.provider.read_subscription(reference).subscription.cancel_at_period_end  # type: ignore[union-attr]
        bank.provider.set_ending(reference, ending=True, key="c")
        bank.turn_clock(32)
        statement = bank.provider.read_subscription(reference)
        assert statement.subscription is not None
        assert statement.subscription.status is StatedStatus.ENDED
        assert len(statement.payments) == 1

    def test_can_be_ended_at_once_and_again(self, bank: Bank) -> None:
        reference = subscribe(bank).subscription.reference  # type: ignore[union-attr]
        bank.provider.cancel(reference)
        bank.provider.cancel(reference)
        assert bank.provider.read_subscription(reference).subscription.status is StatedStatus.ENDED  # type: ignore[union-attr]

    @pytest.mark.parametrize("interval", [Interval.MONTH, Interval.ONCE])
    def test_a_payment_goes_back_in_part_and_whole(self, bank: Bank, interval: Interval) -> None:
        [paid] = subscribe(bank, interval=interval).payments
        for _ in range(2):
            bank.provider.refund(paid.reference, amount=Money(200, "USD"), key="once")
        stated = bank.provider.read_payment(paid.reference)
        assert stated.order == "order-1"
        [payment] = stated.payments
        assert (payment.amount, payment.refunded) == (Money(1200, "USD"), Money(200, "USD"))
        assert payment.covers_until == paid.covers_until
        bank.provider.refund(paid.reference, amount=None, key="rest")
        [payment] = bank.provider.read_payment(paid.reference).payments
        assert payment.refunded == Money(1200, "USD")
        assert payment.refunded_at is not None
        with pytest.raises(PaymentsRefused):
            bank.provider.refund(paid.reference, amount=None, key="more")


class TestListing:
    def test_tells_everything_that_happened_since(self, bank: Bank) -> None:
        before = now() - timedelta(seconds=5)
        statement = subscribe(bank)
        bank.turn_clock(70)
        hints = list(bank.provider.list_since(before))
        subjects = {hint.subject for hint in hints if hint.subject}
        assert statement.checkout is not None
        assert statement.subscription is not None
        assert {(subject.kind, subject.reference) for subject in subjects} == {
            (SubjectKind.CHECKOUT, statement.checkout.reference),
            (SubjectKind.SUBSCRIPTION, statement.subscription.reference),
        }
        assert len({hint.reference for hint in hints}) == len(hints) >= 7

    def test_goes_on_past_the_first_page(self, bank: Bank) -> None:
        before = now() - timedelta(seconds=5)
        subscribe(bank)
        bank.turn_clock(366 * 4)
        assert len(list(bank.provider.list_since(before))) > 100

    def test_tells_nothing_of_what_was_before(self, bank: Bank) -> None:
        subscribe(bank)
        assert list(bank.provider.list_since(now() + timedelta(seconds=5))) == []


class TestErrors:
    def test_what_is_unknown_is_not_there(self, bank: Bank) -> None:
        for read in (bank.provider.read_checkout, bank.provider.read_subscription, bank.provider.read_payment):
            with pytest.raises(NothingThere):
                read("nothing_of_that_name")

    def test_a_service_that_is_away_can_be_asked_again(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("masthead.payments.providers.stripe.RETRIES", 0)
        away = StripeProvider("away", api_key="sk_test_x", webhook_secret="", base_address="http://127.0.0.1:9")
        with pytest.raises(PaymentsUnavailable) as raised:
            away.read_checkout("cs_1")
        assert raised.value.retriable

    def test_a_wrong_key_is_refused(self, bank: Bank) -> None:
        other = StripeProvider("other", api_key="sk_test_other", webhook_secret="", base_address=bank.running.url)
        with pytest.raises(PaymentsRefused):
            other.read_checkout("cs_1")

    def test_without_a_key_nothing_is_called(self) -> None:
        with pytest.raises(PaymentsRefused):
            StripeProvider("none", api_key="", webhook_secret="").read_checkout("cs_1")

    def test_only_known_providers_are_given(self) -> None:
        with pytest.raises(UnknownProvider):
            get_provider("somebody")


class TestMinorUnits:
    @pytest.mark.parametrize(
        ("money", "minor"), [(("USD", 650), 650), (("JPY", 500), 500), (("ISK", 900), 90_000), (("MGA", 500_00), 500)]
    )
    def test_are_those_that_stripe_wants(self, money: tuple[str, int], minor: int) -> None:
        currency, ours = money
        assert to_stripe(Money(ours, currency)) == minor
        assert from_stripe(minor, currency.lower()) == Money(ours, currency)

    def test_of_whole_amounts_come_back_in_every_currency(self) -> None:
        for currency in CURRENCIES:
            money = Money.of(7, currency)
            assert from_stripe(to_stripe(money), currency.lower()) == money
