"""The shield: who fails again and again is refused before the provider is asked; who pays is forgiven."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.apps.community_cast import make_person
from tests.payments.card_testers import CountingProvider
from tests.payments.world import DECLINED_CARD, GOOD_CARD, Bank, make_order, now, settle, start

from masthead.kit.testing.jobs import run_jobs
from masthead.payments import operations
from masthead.payments.models import Checkout, CheckoutState, FailedAttempt, ProviderEvent, SpentProof
from masthead.payments.operations import shield
from masthead.payments.operations.tally import (
    PAID,
    SITE,
    count_down,
    count_up,
    hash_account,
    hash_address,
    hash_network,
    hash_subject,
    to_hour,
)
from masthead.payments.proofs import solve
from masthead.payments.providers.base import PaymentsRefused, PaymentsUnavailable
from masthead.payments.providers.stripe_words import hint_of
from masthead.rules import shielding
from masthead.rules.pledges import Interval
from masthead.rules.shielding import (
    DOUBTFUL_OF_ONE,
    MOST_DECLINES_A_CARD,
    MOST_DECLINES_A_PAGE,
    MOST_OF_A_NETWORK,
    MOST_OF_ONE,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _easy_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shielding, "LEAST_BITS", 4)
    monkeypatch.setattr(shielding, "MOST_BITS", 6)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> CountingProvider:
    """The provider that everything goes to."""
    service = CountingProvider()
    monkeypatch.setattr("masthead.payments.operations.start.get_current_provider", lambda: service)
    monkeypatch.setattr("masthead.payments.operations.shield.get_provider", lambda _name: service)
    return service


def begin(at: datetime = AT, **told: Any) -> Checkout:
    """Begin to pay, and do the sum where one is asked."""
    try:
        return operations.start_checkout(make_order(**told), now=at)
    except operations.ProofWanted as asked:
        proof = solve(asked.challenge, bits=asked.bits)
        return operations.start_checkout(make_order(**told, proof=proof), now=at)


def pay(checkout: Checkout, at: datetime = AT) -> None:
    """Do what the ledger does with a checkout that was paid."""
    shield.forgive(checkout, paid_at=at)


def count(subject: str) -> int:
    return sum(FailedAttempt.objects.filter(subject=subject).values_list("failures", flat=True))


class TestAddress:
    def test_is_refused_after_its_failures_and_the_provider_is_not_asked(self, service: CountingProvider) -> None:
        for _ in range(MOST_OF_ONE):
            begin()
        with pytest.raises(operations.TooManyAttempts) as raised:
            begin(email="ALMA@example.org ")
        assert raised.value.status == 429
        assert "Nothing was charged" in str(raised.value)
        assert len(service.calls) == MOST_OF_ONE

    def test_is_let_in_again_two_hours_later(self, service: CountingProvider) -> None:
        for _ in range(MOST_OF_ONE):
            begin()
        with pytest.raises(operations.TooManyAttempts):
            begin(AT + timedelta(hours=1))
        begin(AT + timedelta(hours=2))

    def test_does_not_keep_others_out(self, service: CountingProvider) -> None:
        for _ in range(MOST_OF_ONE):
            begin()
        begin(email="noor@example.org")

    def test_a_third_time_asks_for_a_sum(self, service: CountingProvider) -> None:
        for _ in range(DOUBTFUL_OF_ONE):
            operations.start_checkout(make_order(), now=AT)
        with pytest.raises(operations.ProofWanted):
            operations.start_checkout(make_order(), now=AT)


class TestAccount:
    def test_is_counted_whatever_address_it_names(self, service: CountingProvider) -> None:
        alma = make_person()
        for number in range(MOST_OF_ONE):
            begin(email=f"{number}@example.org", person_id=alma.pk)
        with pytest.raises(operations.TooManyAttempts):
            begin(email="another@example.org", person_id=alma.pk)
        assert len(service.calls) == MOST_OF_ONE

    def test_nobody_can_be_locked_out_by_others_who_name_their_address(self, service: CountingProvider) -> None:
        alma = make_person()
        for _ in range(MOST_OF_ONE):
            begin(email=alma.email)
        with pytest.raises(operations.TooManyAttempts):
            begin(email=alma.email)
        begin(email=alma.email, person_id=alma.pk)

    def test_is_kept_hashed_and_only_until_the_checkout_is_over(self, bank: Bank) -> None:
        alma = make_person()
        checkout = start(person_id=alma.pk)
        assert checkout.account == hash_account(alma.pk)
        bank.pay(checkout.url)
        assert settle(checkout).account == ""
        assert count(hash_account(alma.pk)) == 0


class TestNetwork:
    def test_is_refused_whatever_address_it_names(self, service: CountingProvider) -> None:
        for number in range(MOST_OF_A_NETWORK):
            # An hour apart from the rest of the site's, which would be a burst.
            FailedAttempt.objects.filter(subject=SITE).delete()
            begin(email=f"reader{number}@example.org", network=f"203.0.113.{number}")
        with pytest.raises(operations.TooManyAttempts):
            begin(email="another@example.org", network="203.0.113.200")
        FailedAttempt.objects.filter(subject=SITE).delete()
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
        for _ in range(DOUBTFUL_OF_ONE + 1):
            checkout = start(network="203.0.113.9")
            bank.pay(checkout.url)
            assert settle(checkout).is_completed
        assert set(FailedAttempt.objects.exclude(subject=PAID).values_list("failures", flat=True)) == {0}
        assert count(PAID) == DOUBTFUL_OF_ONE + 1

    def test_forgives_once_however_often_it_is_told(self, service: CountingProvider) -> None:
        paid, other = begin(), begin()
        stale = Checkout.objects.get(pk=paid.pk)
        for one in (paid, paid, stale):
            pay(one, AT + timedelta(hours=1))
        assert (count(SITE), count(hash_address("alma@example.org")), count(PAID)) == (1, 1, 1)
        assert Checkout.objects.get(pk=other.pk).counted_at == AT

    def test_forgives_no_declined_card(self, service: CountingProvider) -> None:
        checkout = begin()
        shield.note_decline(checkout, card="", now=AT)
        pay(checkout)
        assert count(SITE) == 1

    def test_a_provider_that_was_away_is_no_fault_of_the_readers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail_with(error: type[Exception]) -> None:
            def get() -> Any:
                class Away(CountingProvider):
                    def start_checkout(self, order: object) -> Any:
                        raise error

                return Away()

            monkeypatch.setattr("masthead.payments.operations.start.get_current_provider", get)

        fail_with(PaymentsUnavailable)
        with pytest.raises(PaymentsUnavailable):
            begin()
        assert count(SITE) == 0
        fail_with(PaymentsRefused)
        with pytest.raises(PaymentsRefused):
            begin()
        assert count(SITE) == 1


class TestDeclinedCards:
    """The attack goes on at the provider's own page: one checkout, many cards."""

    def carry(self, deliver: Callable[..., list[bool]]) -> None:
        deliver()
        run_jobs()

    @pytest.mark.parametrize("interval", [Interval.MONTH, Interval.ONCE])
    def test_close_their_page_after_a_few(
        self, bank: Bank, deliver: Callable[..., list[bool]], interval: Interval, transactional_db: None
    ) -> None:
        checkout = start(interval=interval)
        for number in range(1, MOST_DECLINES_A_PAGE + 1):
            bank.pay(checkout.url, DECLINED_CARD)
            self.carry(deliver)
            self.carry(deliver)
            checkout.refresh_from_db()
            assert checkout.declines == number
        self.carry(deliver)
        checkout.refresh_from_db()
        assert checkout.state == CheckoutState.EXPIRED
        assert checkout.declines == MOST_DECLINES_A_PAGE
        assert count(SITE) == 1 + MOST_DECLINES_A_PAGE

    def test_before_that_a_reader_finds_the_right_card(
        self, bank: Bank, deliver: Callable[..., list[bool]], transactional_db: None
    ) -> None:
        checkout = start()
        for _ in range(MOST_DECLINES_A_PAGE - 1):
            bank.pay(checkout.url, DECLINED_CARD)
            self.carry(deliver)
        bank.pay(checkout.url, GOOD_CARD)
        assert settle(checkout).is_completed

    def test_are_counted_without_asking_the_provider(
        self, bank: Bank, deliver: Callable[..., list[bool]], monkeypatch: pytest.MonkeyPatch, transactional_db: None
    ) -> None:
        checkout = start(interval=Interval.ONCE)
        bank.pay(checkout.url, DECLINED_CARD)

        def refuse(*_args: Any) -> None:
            raise AssertionError("The provider was asked.")

        for name in ("read_payment", "read_checkout", "read_subscription"):
            monkeypatch.setattr(f"masthead.payments.providers.stripe.StripeProvider.{name}", refuse)
        self.carry(deliver)
        checkout.refresh_from_db()
        assert checkout.declines == 1

    def test_one_card_on_many_pages_closes_them_at_once(
        self, bank: Bank, deliver: Callable[..., list[bool]], transactional_db: None
    ) -> None:
        count_up([hash_subject("card", "sandbox0002")], now=now())
        FailedAttempt.objects.update(failures=MOST_DECLINES_A_CARD - 1)
        checkout = start(interval=Interval.ONCE)
        bank.pay(checkout.url, DECLINED_CARD)
        self.carry(deliver)
        self.carry(deliver)
        checkout.refresh_from_db()
        assert (checkout.state, checkout.declines) == (CheckoutState.EXPIRED, 1)

    def test_the_card_is_kept_hashed_and_only_until_it_is_counted(
        self, bank: Bank, deliver: Callable[..., list[bool]], django_capture_on_commit_callbacks: Any
    ) -> None:
        bank.pay(start(interval=Interval.ONCE).url, DECLINED_CARD)
        deliver()
        event = ProviderEvent.objects.get(kind="payment_intent.payment_failed")
        assert event.card == hash_subject("card", "sandbox0002")
        operations.project_event(event.pk, now=now())
        assert not ProviderEvent.objects.exclude(card="").exists()
        assert "sandbox0002" not in json.dumps(list(ProviderEvent.objects.values()), default=str)

    def test_a_message_without_a_fingerprint_names_brand_and_last_digits(self) -> None:
        card = {"brand": "visa", "last4": "4242"}
        failed = {"id": "pi_1", "object": "payment_intent", "last_payment_error": {"payment_method": {"card": card}}}
        assert hint_of("evt_1", "payment_intent.payment_failed", 0, failed).card == "visa 4242"
        assert hint_of("evt_1", "payment_intent.payment_failed", 0, {**failed, "last_payment_error": None}).card == ""

    def test_a_page_that_was_paid_meanwhile_stays(self, service: CountingProvider) -> None:
        checkout = begin()
        Checkout.objects.update(state=CheckoutState.COMPLETED, completed_at=AT)
        operations.close_page(checkout.pk)
        assert service.calls == ["start"]


steps = st.lists(
    st.tuples(st.sampled_from(["begin", "decline", "pay"]), st.integers(0, 3), st.integers(0, 5)), max_size=30
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_counters_are_what_was_begun_and_declined_less_what_was_paid(
    service: CountingProvider, steps: list[tuple[str, int, int]]
) -> None:
    """Whatever comes in whatever order and how often: no counter is wrong, none below nothing."""
    with transaction.atomic():
        begun: list[Checkout] = []
        paid: set[int] = set()
        expected: Counter[str] = Counter()
        for what, who, hour in steps:
            email = f"reader{who}@example.org"
            at = AT + timedelta(hours=hour)
            if what == "begin":
                checkout = Checkout.objects.create(**row_of(email, at))
                shield.note_begun(checkout, now=at)
                begun.append(checkout)
                expected.update([SITE, hash_address(email)])
            elif begun:
                number = who % len(begun)
                checkout = Checkout.objects.get(pk=begun[number].pk)
                subjects = [SITE, hash_address(checkout.email)]
                if what == "decline":
                    shield.note_decline(checkout, card="", now=at)
                    expected.update(subjects)
                else:
                    pay(checkout, at)
                    expected.subtract(subjects if number not in paid else [])
                    paid.add(number)
        for subject, failures in expected.items():
            assert count(subject) == failures
        assert count(PAID) == len(paid)
        assert not FailedAttempt.objects.filter(failures__lt=0).exists()
        transaction.set_rollback(True)


def row_of(email: str, at: datetime) -> dict[str, Any]:
    return {
        "email": email,
        "product": "community",
        "product_name": "Community",
        "amount_minor": 1200,
        "currency": "USD",
        "interval": "month",
        "provider": "sandbox",
        "created_at": at,
        "counted_at": at,
    }


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=st.lists(st.sampled_from(["leaves", "is declined", "pays"]), max_size=MOST_OF_ONE - 1))
def test_an_honest_person_who_fails_fewer_than_ten_times_is_never_refused(
    service: CountingProvider, fates: list[str]
) -> None:
    with transaction.atomic():
        failures = 0
        for fate in fates:
            checkout = begin()
            failures += {"leaves": 1, "is declined": 2, "pays": 0}[fate]
            if fate == "is declined":
                shield.note_decline(checkout, card="", now=AT)
            if fate == "pays":
                pay(checkout)
            if failures >= MOST_OF_ONE:
                break
        if failures < MOST_OF_ONE:
            begin()
        else:
            with pytest.raises(operations.TooManyAttempts):
                begin()
        transaction.set_rollback(True)


class TestCounting:
    def test_never_goes_below_nothing(self) -> None:
        count_up(["one"], now=AT)
        for _ in range(3):
            count_down(["one", "never counted"], at=AT)
        assert count("one") == 0

    def test_adds_one_to_each_in_one_statement(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            count_up(["one", "", "two", "one"], now=AT)
        count_up(["one"], now=AT + timedelta(minutes=29))
        count_up(["one"], now=AT + timedelta(minutes=30))
        rows = FailedAttempt.objects.filter(subject="one").order_by("hour").values_list("hour", "failures")
        assert list(rows) == [(to_hour(AT), 2), (to_hour(AT) + timedelta(hours=1), 1)]

    def test_admitting_costs_one_query(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(1):
            shield.admit(email="alma@example.org", person_id=None, network=hash_network("1.2.3.4"), proof="", now=AT)


class TestForgetting:
    def test_drops_what_is_older_than_a_day(self, service: CountingProvider) -> None:
        begin(now() - timedelta(days=2))
        begin(now())
        assert operations.forget_old_failures(now=now()) == 2
        assert operations.forget_old_failures(now=now()) == 0
        assert count(SITE) == 1

    def test_drops_spent_proofs_that_have_expired(self) -> None:
        SpentProof.objects.create(mark="a" * 16, expires_at=AT)
        SpentProof.objects.create(mark="b" * 16, expires_at=AT + timedelta(minutes=5))
        assert operations.forget_spent_proofs(now=AT + timedelta(minutes=1)) == 1
