"""The shield: who fails again and again is refused before the provider is asked; who pays is forgiven."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.payments.world import Bank, make_order, now, settle, start

from masthead.payments import operations
from masthead.payments.conf import MOST_FAILURES_A_NETWORK, MOST_FAILURES_AN_ADDRESS
from masthead.payments.models import Checkout, FailedAttempt
from masthead.payments.operations.shield import hash_network
from masthead.payments.providers.base import CheckoutOrder, StartedCheckout
from masthead.payments.providers.stripe import StripeProvider

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every order that reached the provider."""
    orders: list[str] = []

    def begin(_provider: StripeProvider, order: CheckoutOrder) -> StartedCheckout:
        orders.append(order.key)
        return StartedCheckout(reference=f"cs_{order.key}", url="https://pay.example/", expires_at=None)

    monkeypatch.setattr(StripeProvider, "start_checkout", begin)
    return orders


def begin(at: datetime = AT, *, email: str = "alma@example.org", network: str = "") -> None:
    operations.start_checkout(make_order(email=email, network=network), now=at)


class TestAddress:
    def test_is_refused_after_its_failures_and_the_provider_is_not_asked(self, asked: list[str]) -> None:
        for _ in range(MOST_FAILURES_AN_ADDRESS):
            begin()
        with pytest.raises(operations.TooManyAttempts) as raised:
            begin(email="ALMA@example.org ")
        assert raised.value.status == 429
        assert "Nothing was charged" in str(raised.value)
        assert len(asked) == MOST_FAILURES_AN_ADDRESS

    def test_is_let_in_again_two_hours_later(self, asked: list[str]) -> None:
        for _ in range(MOST_FAILURES_AN_ADDRESS):
            begin()
        with pytest.raises(operations.TooManyAttempts):
            begin(AT + timedelta(hours=1))
        begin(AT + timedelta(hours=2))

    def test_does_not_keep_others_out(self, asked: list[str]) -> None:
        for _ in range(MOST_FAILURES_AN_ADDRESS):
            begin()
        begin(email="noor@example.org")


class TestNetwork:
    def test_is_refused_whatever_address_it_names(self, asked: list[str]) -> None:
        for number in range(MOST_FAILURES_A_NETWORK):
            begin(email=f"reader{number}@example.org", network=f"203.0.113.{number}")
        with pytest.raises(operations.TooManyAttempts):
            begin(email="another@example.org", network="203.0.113.200")
        begin(email="another@example.org", network="198.51.100.7")

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("203.0.113.1", "203.0.113.254", True),
            ("203.0.113.1", "203.0.114.1", False),
            ("2001:db8:1:2::1", "2001:db8:1:ffff::9", True),
            ("2001:db8:1::1", "2001:db8:2::1", False),
            ("::ffff:203.0.113.1", "203.0.113.9", True),
        ],
    )
    def test_is_a_neighbourhood(self, one: str, other: str, same: bool) -> None:
        assert (hash_network(one) == hash_network(other)) is same

    @pytest.mark.parametrize("address", ["", "unknown", "203.0.113.1, 10.0.0.1", "\x00", "1" * 500])
    def test_that_is_none_is_not_counted(self, address: str) -> None:
        assert hash_network(address) == ""

    def test_is_kept_hashed_and_only_until_the_checkout_is_over(self, bank: Bank) -> None:
        checkout = start(network="203.0.113.9")
        assert len(checkout.network) == 64
        bank.pay(checkout.url)
        settle(checkout)
        assert Checkout.objects.get().network == ""


class TestPaying:
    def test_forgives_the_attempt(self, bank: Bank) -> None:
        for _ in range(MOST_FAILURES_AN_ADDRESS + 2):
            checkout = start(network="203.0.113.9")
            bank.pay(checkout.url)
            assert settle(checkout).is_completed
        assert set(FailedAttempt.objects.values_list("failures", flat=True)) == {0}


class TestForgetting:
    def test_drops_what_is_older_than_a_day(self, asked: list[str]) -> None:
        begin(now() - timedelta(days=2))
        begin(now())
        assert operations.forget_old_failures(now=now()) == 1
        assert operations.forget_old_failures(now=now()) == 0
        assert FailedAttempt.objects.count() == 1
