"""Changes of a subscription in the sandbox: credit to the cent, other intervals, pauses, an end taken back."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.payments.world import FAILING_CARD, GOOD_CARD, Bank

from masthead.payments.providers.stripe import StripeProvider
from masthead.payments.sandbox.app import make_app
from masthead.payments.sandbox.billing import begin_subscription, need, pay_invoice, save_subscription
from masthead.payments.sandbox.cards import CARDS
from masthead.payments.sandbox.changing import change_price
from masthead.payments.sandbox.clock import advance
from masthead.payments.sandbox.proration import prorate
from masthead.payments.sandbox.serve import RunningSandbox
from masthead.payments.sandbox.shapes.buying import make_customer, make_price
from masthead.payments.sandbox.shapes.paying import make_payment_method
from masthead.payments.sandbox.store import Store

KEY = "sk_test_masthead_sandbox"
DAY = 86_400
AMOUNTS = st.integers(0, 99_999_999)


class TestProration:
    @given(AMOUNTS, st.integers(0, 2**32), st.integers(1, 400 * DAY), st.integers(0, 400 * DAY))
    def test_is_within_half_a_cent_of_the_truth(self, amount: int, begin: int, length: int, gone: int) -> None:
        gone = min(gone, length)
        credit = prorate(amount, (begin, begin + length), begin + gone)
        assert abs(credit - Fraction(amount * (length - gone), length)) <= Fraction(1, 2)
        assert 0 <= credit <= amount

    @given(AMOUNTS, st.integers(1, 400 * DAY), st.integers(0, 400 * DAY), st.integers(0, 400 * DAY))
    def test_falls_from_all_to_nothing(self, amount: int, length: int, one: int, other: int) -> None:
        period = (0, length)
        assert prorate(amount, period, 0) == amount
        assert prorate(amount, period, length) == 0
        assert prorate(amount, period, min(one, other)) >= prorate(amount, period, max(one, other))


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    app = make_app(tmp_path / "s.sqlite3", public_url="", webhook_url="", webhook_secret="whsec_x", api_key=KEY)
    running = RunningSandbox(app)
    running.start()
    yield Bank(running, StripeProvider("sandbox", api_key=KEY, webhook_secret="", base_address=running.url))
    running.close()


@pytest.fixture
def api(bank: Bank) -> stripe.V1Services:
    return stripe.StripeClient(KEY, base_addresses={"api": bank.running.url}).v1


def price_of(amount: int, interval: str = "month") -> dict[str, Any]:
    return {"currency": "usd", "unit_amount": amount, "recurring": {"interval": interval}}


def subscribe(api: stripe.V1Services, bank: Bank, amount: int = 1000, card: str = GOOD_CARD) -> stripe.Subscription:
    session = api.checkout.sessions.create(
        {
            "mode": "subscription",
            "line_items": [{"price_data": {**price_of(amount), "product_data": {"name": "Community"}}}],  # type: ignore[typeddict-item]
            "customer_email": "alma@example.org",
            "success_url": "https://paper.example/",
            "cancel_url": "https://paper.example/",
        }
    )
    assert session.url
    bank.pay(session.url, card)
    [subscription] = api.subscriptions.list({"limit": 1}).data
    return subscription


def change(api: stripe.V1Services, subscription: stripe.Subscription, price: dict[str, Any], **told: Any) -> Any:
    item = subscription.items.data[0]
    row = {"id": item.id, "price_data": {**price, "product": item.price.product}}
    return api.subscriptions.update(
        subscription.id,
        {"items": [row], "proration_behavior": "always_invoice", "expand": ["latest_invoice"], **told},  # type: ignore[typeddict-item]
    )


class TestChangeOfThePrice:
    def test_up_charges_exactly_the_time_left(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank)
        item = subscription.items.data[0]
        moment = item.current_period_start + 7 * DAY
        bank.turn_clock(7)
        changed = change(api, subscription, price_of(2500), proration_date=moment)
        period = (item.current_period_start, item.current_period_end)
        credit, charge = -prorate(1000, period, moment), prorate(2500, period, moment)
        assert [line.amount for line in changed.latest_invoice.lines.data] == [credit, charge]
        assert changed.latest_invoice.amount_paid == credit + charge
        assert changed.latest_invoice.billing_reason == "subscription_update"
        assert changed.items.data[0].current_period_end == item.current_period_end
        bank.turn_clock(31)
        assert api.invoices.list({"limit": 1}).data[0].amount_paid == 2500

    def test_down_and_now_leaves_a_credit_that_pays_next(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank, 3000)
        item = subscription.items.data[0]
        changed = change(api, subscription, price_of(1000), proration_date=item.current_period_start)
        assert (changed.latest_invoice.total, changed.latest_invoice.amount_due) == (-2000, 0)
        assert changed.latest_invoice.status == "paid"
        assert api.customers.retrieve(changed.customer).balance == -2000
        for credit, paid in [(-1000, 0), (0, 0), (0, 1000)]:
            bank.turn_clock(31)
            assert api.invoices.list({"limit": 1}).data[0].amount_paid == paid
            assert api.customers.retrieve(changed.customer).balance == credit

    def test_down_without_proration_waits_for_the_next_period(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank, 3000)
        changed = change(api, subscription, price_of(1000), proration_behavior="none")
        assert changed.latest_invoice.id == subscription.latest_invoice
        bank.turn_clock(31)
        assert [invoice.amount_paid for invoice in api.invoices.list().data] == [1000, 3000]

    def test_to_a_year_begins_it_now_less_the_credit(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank)
        start = subscription.items.data[0].current_period_start
        changed = change(api, subscription, price_of(10_000, "year"), proration_date=start)
        assert changed.latest_invoice.amount_paid == 9000
        item = changed.items.data[0]
        assert 364 * DAY < item.current_period_end - item.current_period_start < 367 * DAY
        back = change(api, changed, price_of(1000), proration_date=item.current_period_start)
        assert back.latest_invoice.total == -9000
        assert back.items.data[0].current_period_end - back.items.data[0].current_period_start < 32 * DAY

    def test_that_cannot_be_paid_is_owed_or_is_not_made(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank, card=FAILING_CARD)
        with pytest.raises(stripe.CardError):
            change(api, subscription, price_of(2000), payment_behavior="error_if_incomplete")
        kept = api.subscriptions.retrieve(subscription.id)
        assert (kept.status, kept.items.data[0].price.unit_amount) == ("active", 1000)
        assert len(api.invoices.list().data) == 1
        assert change(api, subscription, price_of(2000)).status == "past_due"

    def test_under_one_key_is_made_once(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank)
        item = subscription.items.data[0]
        row = {"id": item.id, "price_data": {**price_of(2000), "product": item.price.product}}
        for _ in range(2):
            api.subscriptions.update(
                subscription.id,
                {"items": [row], "proration_behavior": "always_invoice"},  # type: ignore[typeddict-item,list-item]
                {"idempotency_key": "up"},
            )
        assert len(api.invoices.list().data) == 2


class TestHistoryOfChanges:
    """Whatever is changed and whenever, what was invoiced was paid, or stands as the customer's credit."""

    @given(
        st.lists(
            st.tuples(st.integers(0, 45 * DAY), st.integers(0, 50_000), st.sampled_from(["month", "year"])), max_size=8
        )
    )
    @hypothesis_settings(deadline=None, max_examples=40)
    def test_adds_up(self, changes: list[tuple[int, int, str]]) -> None:
        with TemporaryDirectory() as folder:
            store = Store(Path(folder) / "s.sqlite3", wall=lambda: 1_700_000_000)
            with store.transaction() as book:
                customer = book.save(make_customer(book, email=None, name=None, country=None))
                method = book.save(make_payment_method(book, CARDS[0], customer=customer["id"], billing={}))
                price = make_price(book, product="prod", currency="usd", unit_amount=1000, interval="month")
                session = {"_trial_days": 0, "_bequest": {}, "discounts": []}
                subscription = begin_subscription(book, customer=customer, method=method, price=price, session=session)
                pay_invoice(book, subscription, method)
                reference = subscription["id"]
            for seconds, amount, interval in changes:
                with store.transaction(writes=False) as book:
                    target = book.now + seconds
                advance(store, target)
                with store.transaction() as book:
                    price = make_price(book, product="prod", currency="usd", unit_amount=amount, interval=interval)
                    changed = need(book, reference)
                    change_price(book, changed, price, prorates=True, moment=book.now, must_be_paid=True)
                    save_subscription(book, changed)
            with store.transaction(writes=False) as book:
                invoices = book.select("invoice")
                charges = book.select("charge")
                balance = need(book, customer["id"])["balance"]
            store.close()
        assert all(invoice["amount_paid"] >= 0 and invoice["ending_balance"] <= 0 for invoice in invoices)
        assert (
            sum(invoice["total"] for invoice in invoices)
            == sum(invoice["amount_paid"] for invoice in invoices) + balance
        )
        assert sum(charge["amount"] for charge in charges) == sum(invoice["amount_paid"] for invoice in invoices)


class TestPause:
    @pytest.mark.parametrize(
        ("behavior", "status"), [("void", "void"), ("mark_uncollectible", "uncollectible"), ("keep_as_draft", "draft")]
    )
    def test_collects_nothing_until_it_is_over(
        self, api: stripe.V1Services, bank: Bank, behavior: Any, status: str
    ) -> None:
        subscription = subscribe(api, bank)
        until = subscription.items.data[0].current_period_end + 40 * DAY
        api.subscriptions.update(subscription.id, {"pause_collection": {"behavior": behavior, "resumes_at": until}})
        bank.turn_clock(100)
        statuses = [invoice.status for invoice in api.invoices.list().data]
        assert statuses == ["paid", status, status, "paid"]
        assert api.subscriptions.retrieve(subscription.id).pause_collection is None

    def test_can_be_ended_early(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank)
        paused = api.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
        assert paused.pause_collection
        assert api.subscriptions.update(subscription.id, {"pause_collection": ""}).pause_collection is None
        bank.turn_clock(31)
        assert api.invoices.list({"limit": 1}).data[0].status == "paid"


class TestEnd:
    def test_can_be_taken_back(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank)
        ending = api.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
        assert ending.cancel_at == subscription.items.data[0].current_period_end
        kept = api.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
        assert (kept.cancel_at, kept.canceled_at, kept.cancellation_details.reason) == (None, None, None)  # type: ignore[union-attr]
        bank.turn_clock(31)
        assert api.subscriptions.retrieve(subscription.id).status == "active"
