"""Paid time: never beyond what was paid for, never before it, whatever is changed, paused, refused and sent back."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import stripe
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.payments.test_ledger import Deliver, follow, join
from tests.payments.world import CONFIRMED_CARD, FAILING_CARD, Bank, now, the_payment, the_subscription

from masthead.payments import operations
from masthead.payments.models import Checkout, Payment, ProviderEvent, Subscription
from masthead.payments.providers.base import PaymentsRefused, Subject, SubjectKind
from masthead.payments.sandbox.disputing import close_dispute, open_dispute
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def change(minor: int, interval: Interval = Interval.MONTH, *, at_once: bool) -> Subscription:
    return operations.change_plan(
        the_subscription(),
        product="community",
        product_name="Community",
        amount=Money(minor, "USD"),
        interval=interval,
        at_once=at_once,
        now=now(),
    )


def catch_up() -> Subscription:
    row = the_subscription()
    operations.project_subscription(row.provider, row.reference, now=now())
    return the_subscription()


def end() -> datetime:
    moment = the_subscription().paid_until
    assert moment is not None
    return moment


def newest() -> Payment:
    return Payment.objects.order_by("-paid_at", "-pk")[0]


class TestCredit:
    """A year that was cut short pays for the months that its credit pays for, and for no more."""

    def test_a_payment_pays_until_its_credit_is_used_up(self, bank: Bank) -> None:
        join(bank, amount=Money(3000, "USD"), interval=Interval.YEAR)
        change(1200, at_once=True)
        ends = [end()]
        for _ in range(3):
            bank.turn_clock(31)
            catch_up()
            ends.append(end())
        # 3000 are two months and a half: the third month is paid from both, the fourth by the card alone.
        year, third, fourth = Payment.objects.order_by("paid_at")
        assert (year.amount_minor, third.amount_minor, fourth.amount_minor) == (3000, 600, 1200)
        assert (year.covers_until, third.covers_until, fourth.covers_until) == (ends[2], ends[2], ends[3])
        for payment, remains in ((fourth, ends[2]), (third, ends[2]), (year, None)):
            operations.refund_payment(payment, now=now())
            assert the_subscription().paid_until == remains

    def test_a_refund_of_what_the_credit_comes_from_leaves_what_else_was_paid(self, bank: Bank) -> None:
        join(bank, amount=Money(1800, "USD"), interval=Interval.YEAR)
        change(1200, at_once=True)
        for _ in range(2):
            bank.turn_clock(31)
            catch_up()
        last = end()
        operations.refund_payment(Payment.objects.order_by("paid_at")[0], now=now())
        assert the_subscription().paid_until == last

    def test_a_won_dispute_gives_it_back(self, bank: Bank) -> None:
        join(bank)
        paid_until, charge = end(), the_payment().reference
        with bank.running.app.store.transaction() as book:
            [found] = book.select("charge", "AND json_extract(body, '$.payment_intent') = ?", (charge,))
            open_dispute(book, found)
        read_payment(charge)
        assert the_subscription().paid_until is None
        with bank.running.app.store.transaction() as book:
            close_dispute(book, book.select("dispute")[0], won=True)
        read_payment(charge)
        assert the_subscription().paid_until == paid_until


def read_payment(reference: str) -> None:
    operations.project("sandbox", Subject(kind=SubjectKind.PAYMENT, reference=reference), now=now())


class TestLateMessages:
    def test_of_the_checkout_tell_no_old_end(self, bank: Bank, deliver: Deliver) -> None:
        checkout = join(bank)
        bank.turn_clock(32)
        renewed = catch_up().paid_until
        deliver("checkout.session.completed")
        assert ProviderEvent.objects.filter(subject_reference=checkout.reference).exists()
        follow()
        assert the_subscription().paid_until == the_subscription().settled_until == renewed

    def test_after_an_erasure_tell_no_name(self, bank: Bank, deliver: Deliver) -> None:
        checkout = join(bank)
        Checkout.objects.update(name="", email="", person=None)
        deliver()
        follow()
        checkout.refresh_from_db()
        assert checkout.name == ""


class TestRefusedChanges:
    """What is not paid for is not given away by a change, nor credited."""

    def test_while_a_payment_is_due(self, bank: Bank) -> None:
        join(bank, FAILING_CARD)
        paid_until = end()
        bank.turn_clock(32)
        for at_once in (True, False):
            with pytest.raises(PaymentsRefused):
                change(12000, Interval.YEAR, at_once=at_once)
        assert catch_up().paid_until == paid_until

    def test_while_it_is_paused(self, bank: Bank) -> None:
        join(bank)
        paid_until = end()
        operations.pause(the_subscription(), until=paid_until + 40 * DAY, now=now())
        bank.turn_clock(35)
        for at_once in (True, False):
            with pytest.raises(PaymentsRefused):
                change(12000, Interval.YEAR, at_once=at_once)
        assert catch_up().paid_until == paid_until

    def test_at_once_in_the_period_of_another_change(self, bank: Bank) -> None:
        """Stripe would credit the price that stands now, though another was paid."""
        join(bank)
        operations.change_amount(the_subscription(), Money(90_000, "USD"), now=now())
        with pytest.raises(PaymentsRefused):
            change(4000, at_once=True)
        change(4000, at_once=False)
        with pytest.raises(PaymentsRefused):
            change(5000, at_once=True)
        bank.turn_clock(32)
        assert change(5000, at_once=True).amount_minor == 5000

    def test_at_once_asked_again_with_another_card(self, bank: Bank) -> None:
        join(bank, FAILING_CARD)
        with pytest.raises(PaymentsRefused):
            change(4000, at_once=True)
        page = operations.open_card_page(the_subscription(), return_url="https://paper.example/membership/")
        bank.pay(page)
        assert change(4000, at_once=True).amount_minor == 4000


class TestCard:
    def test_a_new_one_is_known_by_the_message_of_the_customer_and_pays_next(
        self, bank: Bank, deliver: Deliver
    ) -> None:
        join(bank)
        page = operations.open_card_page(the_subscription(), return_url="https://paper.example/membership/")
        bank.confirm(bank.pay(page, CONFIRMED_CARD), approve=True)
        deliver("customer.updated")
        follow()
        assert the_subscription().card_label == "Visa 3155"
        bank.turn_clock(32)
        catch_up()
        api = stripe.StripeClient("sk_test_masthead_sandbox", base_addresses={"api": bank.running.url}).v1
        charge = api.payment_intents.retrieve(newest().reference, {"expand": ["latest_charge"]}).latest_charge
        assert isinstance(charge, stripe.Charge)
        assert charge.payment_method_details is not None
        assert charge.payment_method_details.card is not None
        assert charge.payment_method_details.card.last4 == "3155"


CHANGES = ("now-month", "now-year", "next-month", "next-year", "amount")
STEPS = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 45)),
    st.tuples(st.just("pause"), st.integers(1, 80)),
    st.tuples(st.just("resume"), st.just(0)),
    st.tuples(st.sampled_from(CHANGES), st.integers(100, 20_000)),
    st.tuples(st.sampled_from(["refund", "lose", "part"]), st.integers(0, 3)),
)


class TestAnyStory:
    """A model counts from the bank's own books what was paid for, and our row is to say the same."""

    @given(st.sampled_from([Interval.MONTH, Interval.YEAR]), st.lists(STEPS, max_size=7))
    @hypothesis_settings(
        deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
    )
    @example(Interval.YEAR, [("now-month", 500), ("wait", 31), ("wait", 31), ("wait", 31), ("refund", 0)])
    def test_is_paid_for_to_its_end_and_not_beyond(
        self, bank: Bank, interval: Interval, story: list[tuple[str, int]]
    ) -> None:
        for rows in (Payment, Checkout, Subscription):
            rows.objects.all().delete()
        join(bank, interval=interval)
        for what, number in story:
            self.live(bank, what, number)
            catch_up()
            self.check(bank)

    @staticmethod
    def live(bank: Bank, what: str, number: int) -> None:
        row = the_subscription()
        with suppress(MastheadError, IndexError):
            if what == "wait":
                bank.turn_clock(number)
            elif what == "pause":
                at = bank_now(bank)
                operations.pause(row, until=at + number * DAY, now=at)
            elif what == "resume":
                operations.resume(row, now=now())
            elif what == "amount":
                operations.change_amount(row, Money(number, "USD"), now=now())
            elif what in {"refund", "part"}:
                payment = Payment.objects.order_by("-paid_at", "-pk")[number]
                operations.refund_payment(payment, amount=Money(1, "USD") if what == "part" else None, now=now())
            elif what == "lose":
                payment = Payment.objects.order_by("-paid_at", "-pk")[number]
                dispute(bank, payment)
            else:
                when, word = what.split("-")
                change(number, Interval(word), at_once=when == "now")

    @staticmethod
    def check(bank: Bank) -> None:
        paid_until, back = the_subscription().paid_until, sent_back()
        expected = count_by_hand(bank, the_subscription().reference, back)
        assert paid_until == expected


def bank_now(bank: Bank) -> datetime:
    with bank.running.app.store.transaction(writes=False) as book:
        return datetime.fromtimestamp(book.now, tz=UTC)


def dispute(bank: Bank, payment: Payment) -> None:
    with bank.running.app.store.transaction() as book:
        [charge] = [
            one
            for one in book.select("charge", "AND json_extract(body, '$.payment_intent') = ?", (payment.reference,))
            if one["paid"]
        ]
        open_dispute(book, charge)
    read_payment(payment.reference)


def sent_back() -> set[str]:
    return {row.reference for row in Payment.objects.all() if row.kept.minor == 0}


def count_by_hand(bank: Bank, subscription: str, back: set[str]) -> datetime | None:
    """Return the end of the newest time that something kept pays for, from the bank's invoices, oldest first.

    Told as time: each paid invoice replaces what runs with what it buys; its money is its charge's and what stood to
    the customer's credit, which is that of the invoices before it.
    """
    condition = "AND json_extract(body, '$.parent.subscription_details.subscription') = ?"
    with bank.running.app.store.transaction(writes=False) as book:
        invoices = book.select("invoice", condition, (subscription,))[::-1]
    bought: list[tuple[int, set[str]]] = []
    pool: set[str] = set()
    for invoice in (one for one in invoices if one["status"] == "paid"):
        own = {invoice["_intent"]} if invoice["_intent"] else set()
        lines = invoice["lines"]["data"]
        given_up = bool([line for line in lines if line["amount"] < 0])
        from_balance = invoice["starting_balance"] < invoice["ending_balance"]
        money = own | (pool if given_up or from_balance else set())
        bought_until = max(line["period"]["end"] for line in lines if line["amount"] >= 0)
        if given_up:
            # What ran is taken back: nobody's time is longer than what was bought instead.
            bought = [(min(until, bought_until), payers - pool) for until, payers in bought if payers - pool]
        bought.append((bought_until, money))
        pool = money | (pool if invoice["ending_balance"] < 0 else set())
    if not bought:
        return None
    newest_until, payers = bought[-1]
    if not payers and newest_until not in {until for until, who in bought if who}:
        kept = [newest_until]
    else:
        kept = [until for until, who in bought if who - back]
    return datetime.fromtimestamp(max(kept), tz=UTC) if kept else None
