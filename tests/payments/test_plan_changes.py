"""Another plan, a pause, an offer: what is charged, and what the paid time comes to, at the real sandbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.payments.test_ledger import follow, join
from tests.payments.world import FAILING_CARD, Bank, now, start, the_payment, the_subscription

from masthead.payments import operations
from masthead.payments.models import Checkout, Payment, Subscription
from masthead.payments.providers.base import PaymentsRefused
from masthead.rules.discounts import Discount
from masthead.rules.money import BadAmount, CurrencyMismatch, Money
from masthead.rules.pledges import Interval

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def change(minor: int, *, at_once: bool, interval: Interval = Interval.MONTH, product: str = "patron") -> Subscription:
    return operations.change_plan(
        the_subscription(),
        product=product,
        product_name=product.capitalize(),
        amount=Money(minor, "USD"),
        interval=interval,
        at_once=at_once,
        now=now(),
    )


def catch_up() -> Subscription:
    row = the_subscription()
    operations.project_subscription(row.provider, row.reference, now=now())
    return the_subscription()


def list_paid() -> list[int]:
    return list(Payment.objects.order_by("paid_at", "pk").values_list("amount_minor", flat=True))


class TestAtOnce:
    def test_the_difference_is_charged_for_the_time_left(self, bank: Bank) -> None:
        join(bank)
        end = the_subscription().paid_until
        row = change(4000, at_once=True)
        assert (row.product, row.product_name, row.amount_minor, row.next_at) == ("patron", "Patron", 4000, None)
        assert list_paid() == [1200, 2800]
        assert row.paid_until == end

    def test_the_credit_is_exact_in_the_middle(self, bank: Bank) -> None:
        join(bank)
        bank.turn_clock(10)
        row = catch_up()
        change(4000, at_once=True)
        assert row.paid_until is not None
        [first, second] = list_paid()
        days = (row.paid_until - the_payment_of(first).paid_at).days
        assert second == round(4000 * (days - 10) / days) - round(1200 * (days - 10) / days) or abs(second - 1890) < 40

    def test_twice_charges_once(self, bank: Bank) -> None:
        join(bank)
        change(4000, at_once=True)
        change(4000, at_once=True)
        assert list_paid() == [1200, 2800]

    def test_a_declined_card_changes_nothing(self, bank: Bank) -> None:
        join(bank, card=FAILING_CARD)
        before = Subscription.objects.values().get()
        with pytest.raises(PaymentsRefused):
            change(4000, at_once=True)
        catch_up()
        assert Subscription.objects.values().get() == before
        assert list_paid() == [1200]

    def test_to_the_year_begins_a_year_less_what_was_left(self, bank: Bank) -> None:
        join(bank)
        row = change(12000, at_once=True, interval=Interval.YEAR, product="community")
        assert (row.interval, row.amount_minor) == ("year", 12000)
        assert list_paid() == [1200, 10800]
        assert row.paid_until is not None
        assert row.paid_until > now() + 360 * DAY

    def test_from_the_year_to_the_month_leaves_one_month_paid(self, bank: Bank) -> None:
        """What the credit exceeds stays with the customer, and pays the months to come."""
        join(bank, amount=Money(12000, "USD"), interval=Interval.YEAR)
        row = change(1200, at_once=True, product="community")
        assert row.paid_until is not None
        assert row.paid_until < now() + 32 * DAY
        bank.turn_clock(32)
        later = catch_up()
        assert later.paid_until is not None
        assert later.paid_until > row.paid_until
        assert list_paid() == [12000]


class TestFromTheNextPeriodOn:
    def test_the_present_plan_stays_until_then(self, bank: Bank) -> None:
        join(bank, amount=Money(4000, "USD"), product="patron", product_name="Patron")
        row = change(1200, at_once=False, product="community")
        assert (row.product, row.amount_minor) == ("patron", 4000)
        assert (row.next_product, row.next_amount, row.next_at) == ("community", Money(1200, "USD"), row.paid_until)
        assert list_paid() == [4000]
        bank.turn_clock(32)
        row = catch_up()
        assert (row.product, row.amount_minor, row.next_at, row.next_product) == ("community", 1200, None, "")
        assert list_paid() == [4000, 1200]

    def test_from_the_year_to_the_month_nothing_is_charged_before_its_end(self, bank: Bank) -> None:
        join(bank, amount=Money(12000, "USD"), interval=Interval.YEAR)
        end = the_subscription().paid_until
        assert end is not None
        row = change(1200, at_once=False, product="community")
        assert (row.interval, row.next_interval, row.paid_until) == ("year", "month", end)
        bank.turn_clock(200)
        assert catch_up().paid_until == end
        assert list_paid() == [12000]
        bank.turn_clock(170)
        row = catch_up()
        assert (row.interval, row.amount_minor, row.next_at) == ("month", 1200, None)
        assert list_paid() == [12000, 1200]
        assert row.paid_until is not None
        assert end < row.paid_until < end + 32 * DAY

    @pytest.mark.parametrize("interval", [Interval.MONTH, Interval.YEAR])
    def test_is_taken_back_by_the_present_plan(self, bank: Bank, interval: Interval) -> None:
        join(bank, amount=Money(12000, "USD"), interval=interval)
        end = the_subscription().paid_until
        change(1200, at_once=False, product="community")
        row = change(12000, at_once=False, interval=interval, product="community")
        assert (row.amount_minor, row.interval, row.next_at, row.next_amount) == (12000, interval, None, None)
        assert row.paid_until == end
        bank.turn_clock(370 if interval is Interval.YEAR else 32)
        catch_up()
        assert set(list_paid()) == {12000}

    @pytest.mark.parametrize(
        ("told", "error"),
        [
            ({"amount": Money(0, "USD")}, BadAmount),
            ({"amount": Money(900, "EUR")}, CurrencyMismatch),
            ({"interval": Interval.ONCE}, BadAmount),
        ],
    )
    def test_nonsense_is_refused_unasked(self, bank: Bank, told: dict[str, Any], error: type[Exception]) -> None:
        join(bank)
        plan = {"product": "a", "product_name": "A", "amount": Money(900, "USD"), "interval": Interval.MONTH, **told}
        with pytest.raises(error):
            operations.change_plan(the_subscription(), at_once=True, now=now(), **plan)


class TestPause:
    def test_charges_nothing_and_pays_for_nothing_until_it_ends(self, bank: Bank) -> None:
        join(bank)
        end = the_subscription().paid_until
        assert end is not None
        row = operations.pause(the_subscription(), until=end + 35 * DAY, now=now())
        assert (row.status, row.paid_until) == ("paused", end)
        assert row.resumes_at is not None
        bank.turn_clock(50)
        row = catch_up()
        assert (row.status, row.paid_until, list_paid()) == ("paused", end, [1200])
        bank.turn_clock(45)
        row = catch_up()
        assert (row.status, row.resumes_at) == ("active", None)
        assert list_paid() == [1200, 1200]
        assert row.paid_until is not None
        assert row.paid_until > end + 60 * DAY

    def test_is_ended_by_resuming(self, bank: Bank) -> None:
        join(bank)
        operations.pause(the_subscription(), until=now() + 90 * DAY, now=now())
        for _ in range(2):
            assert operations.resume(the_subscription(), now=now()).status == "active"
        bank.turn_clock(32)
        catch_up()
        assert list_paid() == [1200, 1200]

    def test_ends_on_a_day_to_come(self, bank: Bank) -> None:
        join(bank)
        with pytest.raises(operations.BadPause):
            operations.pause(the_subscription(), until=now() - DAY, now=now())


class TestRefunds:
    def test_of_a_year_cut_short_leave_nothing(self, bank: Bank) -> None:
        join(bank, amount=Money(12000, "USD"), interval=Interval.YEAR)
        change(1200, at_once=True, product="community")
        operations.refund_payment(the_payment(), now=now())
        assert the_subscription().paid_until is None

    def test_of_the_difference_leave_the_period(self, bank: Bank) -> None:
        join(bank)
        end = the_subscription().paid_until
        change(4000, at_once=True)
        operations.refund_payment(Payment.objects.get(amount_minor=2800), now=now())
        assert the_subscription().paid_until == end


class TestOffers:
    def test_the_first_months_cost_less_and_the_later_ones_do_not(self, bank: Bank) -> None:
        checkout = start(discount=Discount(share=5000, months=2))
        bank.pay(checkout.url)
        follow_checkout(checkout)
        row = the_subscription()
        assert (row.amount_minor, row.is_underpaid, list_paid()) == (1200, False, [600])
        for _ in range(3):
            bank.turn_clock(31)
            catch_up()
        assert list_paid()[:2] == [600, 600]
        assert list_paid()[-1] == 1200

    def test_a_sum_is_taken_off_for_good(self, bank: Bank) -> None:
        checkout = start(discount=Discount(off=Money(200, "USD")))
        bank.pay(checkout.url)
        follow_checkout(checkout)
        bank.turn_clock(32)
        catch_up()
        assert list_paid() == [1000, 1000]

    def test_days_to_try_entitle_and_cost_nothing(self, bank: Bank) -> None:
        checkout = start(trial_days=14)
        bank.pay(checkout.url)
        follow_checkout(checkout)
        checkout.refresh_from_db()
        row = the_subscription()
        assert checkout.is_completed
        assert row.person_id is not None
        assert row.paid_until is not None
        assert abs(row.paid_until - now() - 14 * DAY) < timedelta(minutes=5)
        assert list_paid() == []
        bank.turn_clock(15)
        catch_up()
        assert list_paid() == [1200]

    def test_are_for_what_is_paid_again(self, bank: Bank) -> None:
        for told in ({"trial_days": 5}, {"discount": Discount(share=100)}):
            with pytest.raises(operations.BadOrder):
                start(interval=Interval.ONCE, **told)
        assert not bank.list_events()


class TestCustomer:
    def test_has_a_card_with_its_end(self, bank: Bank) -> None:
        join(bank)
        row = the_subscription()
        assert row.card_label == "Visa 4242"
        assert row.card_expires_on is not None
        assert row.card_expires_on > now().date()

    def test_is_led_to_the_page_of_the_provider(self, bank: Bank) -> None:
        join(bank)
        assert "/portal/" in operations.open_card_page(
            the_subscription(), return_url="https://paper.example/membership/"
        )

    def test_is_renamed_and_erased(self, bank: Bank) -> None:
        join(bank)
        row = the_subscription()
        operations.update_customer(row, email="new@example.org", name="Alma")
        for _ in range(2):
            operations.erase_customer(row.provider, row.customer)
        assert catch_up().status == "ended"


def the_payment_of(minor: int) -> Payment:
    return Payment.objects.get(amount_minor=minor)


def follow_checkout(checkout: Checkout) -> None:
    operations.settle_checkout(checkout, now=now())
    follow()
