"""Offers in the sandbox: coupons, promotion codes on the payment page, trials."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import requests
import stripe
from hypothesis import given
from hypothesis import strategies as st
from tests.payments.test_sandbox_changes import api, bank, change, price_of
from tests.payments.world import CONFIRMED_CARD, DECLINED_CARD, FAILING_CARD, GOOD_CARD, Bank

from masthead.payments.sandbox.offers import get_off

__all__ = ["api", "bank"]
DAY = 86_400
AMOUNTS = st.integers(0, 99_999_999)


class TestWhatIsTakenOff:
    @given(AMOUNTS, st.integers(1, 10_000))
    def test_in_percent_is_within_half_a_cent_of_the_truth(self, amount: int, hundredths: int) -> None:
        off = get_off({"amount_off": None, "percent_off": hundredths / 100}, amount)
        assert abs(off - Fraction(amount * hundredths, 10_000)) <= Fraction(1, 2)
        assert 0 <= off <= amount
        assert hundredths < 10_000 or off == amount

    @given(AMOUNTS, st.integers(1, 99_999_999))
    def test_as_an_amount_is_never_more_than_the_price(self, amount: int, most: int) -> None:
        assert get_off({"amount_off": most, "percent_off": None}, amount) == min(amount, most)


def open_page(api: stripe.V1Services, *, mode: str = "subscription", interval: str = "month", **told: Any) -> Any:
    price = price_of(1000, interval)
    if mode == "payment":
        del price["recurring"]
    return api.checkout.sessions.create(
        {  # type: ignore[misc]
            "mode": mode,
            "line_items": [{"price_data": {**price, "product_data": {"name": "Community"}}}],
            "customer_email": "alma@example.org",
            "success_url": "https://paper.example/",
            "cancel_url": "https://paper.example/",
            **told,
        }
    )


def paid(api: stripe.V1Services) -> list[int]:
    return [invoice.amount_paid for invoice in api.invoices.list().data][::-1]


class TestCoupon:
    @pytest.mark.parametrize(
        ("told", "amounts"),
        [
            ({"duration": "once", "percent_off": 25}, [750, 1000, 1000, 1000]),
            ({"duration": "repeating", "duration_in_months": 2, "percent_off": 12.5}, [875, 875, 1000, 1000]),
            ({"duration": "forever", "amount_off": 300, "currency": "usd"}, [700] * 4),
            ({"duration": "repeating", "duration_in_months": 3, "percent_off": 100}, [0, 0, 0, 1000]),
        ],
    )
    def test_holds_as_long_as_it_says(
        self, api: stripe.V1Services, bank: Bank, told: dict[str, Any], amounts: list[int]
    ) -> None:
        coupon = api.coupons.create(told)  # type: ignore[arg-type]
        session = open_page(api, discounts=[{"coupon": coupon.id}])
        assert session.amount_total == amounts[0]
        bank.pay(session.url)
        bank.turn_clock(95)
        assert paid(api) == amounts
        assert api.coupons.retrieve(coupon.id).times_redeemed == 1
        done = api.checkout.sessions.retrieve(session.id)
        assert done.payment_status == ("paid" if amounts[0] else "no_payment_required")

    def test_is_credited_as_what_was_paid(self, api: stripe.V1Services, bank: Bank) -> None:
        coupon = api.coupons.create({"duration": "once", "percent_off": 50})
        bank.pay(open_page(api, discounts=[{"coupon": coupon.id}]).url)
        [subscription] = api.subscriptions.list().data
        start = subscription.items.data[0].current_period_start
        changed = change(api, subscription, price_of(3000), proration_date=start)
        assert [line.amount for line in changed.latest_invoice.lines.data] == [-500, 3000]

    def test_is_refused_when_its_time_number_or_currency_is_over(self, api: stripe.V1Services, bank: Bank) -> None:
        now = api.test_helpers.test_clocks.retrieve("clock_sandbox").frozen_time
        timed = api.coupons.create({"percent_off": 10, "redeem_by": now + DAY})
        single = api.coupons.create({"percent_off": 10, "max_redemptions": 1})
        euros = api.coupons.create({"amount_off": 10, "currency": "eur"})
        bank.pay(open_page(api, discounts=[{"coupon": single.id}]).url)
        bank.turn_clock(2)
        for coupon in (timed, single, euros):
            with pytest.raises(stripe.InvalidRequestError):
                open_page(api, discounts=[{"coupon": coupon.id}])
        assert not api.coupons.retrieve(timed.id).valid
        assert not api.coupons.retrieve(single.id).valid

    def test_that_ends_while_the_page_is_open_charges_nothing(self, api: stripe.V1Services, bank: Bank) -> None:
        coupon = api.coupons.create({"percent_off": 10, "max_redemptions": 1})
        first, second = (open_page(api, discounts=[{"coupon": coupon.id}]).url for _ in range(2))
        bank.pay(first)
        answer = bank.pay(second)
        assert answer.status_code == 402
        assert "offer has ended" in answer.text
        assert paid(api) == [900]
        bank.pay(second)
        assert paid(api) == [900, 1000]

    def test_that_ends_while_the_bank_asks_charges_nothing(self, api: stripe.V1Services, bank: Bank) -> None:
        coupon = api.coupons.create({"percent_off": 10, "max_redemptions": 1})
        first, second = (open_page(api, discounts=[{"coupon": coupon.id}], mode="payment").url for _ in range(2))
        asked = bank.pay(second, CONFIRMED_CARD)
        bank.pay(first)
        assert bank.confirm(asked, approve=True).status_code == 402
        bank.pay(second)
        assert [intent.amount_received for intent in api.payment_intents.list().data if intent.amount_received] == [
            900,
            1000,
        ]

    @pytest.mark.parametrize(
        "told", [{}, {"percent_off": 0}, {"percent_off": 101}, {"percent_off": 5, "amount_off": 5}, {"amount_off": 5}]
    )
    def test_that_makes_no_sense_is_not_made(self, api: stripe.V1Services, told: dict[str, Any]) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            api.coupons.create(told)  # type: ignore[arg-type]


class TestPromotionCode:
    def test_is_taken_on_the_page(self, api: stripe.V1Services, bank: Bank) -> None:
        coupon = api.coupons.create({"percent_off": 20, "duration": "forever"})
        code = api.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"})
        session = open_page(api, allow_promotion_codes=True)
        assert "Promotion code" in requests.get(session.url, timeout=10).text
        wrong = send_code(session.url, "<b>")
        assert wrong.status_code == 422
        assert "<b>" not in wrong.text
        assert send_code(session.url, " spring ").status_code == 303
        page = requests.get(session.url, timeout=10).text
        assert "−$2" in page
        assert "Pay $8" in page
        bank.pay(session.url)
        assert paid(api) == [800]
        assert api.promotion_codes.retrieve(code.id).times_redeemed == 1

    def test_that_is_switched_off_is_not_found(self, api: stripe.V1Services) -> None:
        coupon = api.coupons.create({"percent_off": 20})
        code = api.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "OFF"})
        with pytest.raises(stripe.InvalidRequestError):
            api.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "off"})
        api.promotion_codes.update(code.id, {"active": False})
        assert send_code(open_page(api, allow_promotion_codes=True).url, "OFF").status_code == 422

    def test_is_taken_only_where_it_is_allowed(self, api: stripe.V1Services) -> None:
        assert send_code(open_page(api).url, "ANY").status_code == 403


def send_code(url: str, code: str) -> requests.Response:
    token = requests.get(url, timeout=10).text.partition('name="token" value="')[2].partition('"')[0]
    return requests.post(f"{url}/code", {"token": token, "code": code}, allow_redirects=False, timeout=10)


class TestTrial:
    def test_is_free_and_then_paid(self, api: stripe.V1Services, bank: Bank) -> None:
        session = open_page(api, subscription_data={"trial_period_days": 14})
        assert "Free for 14 days" in requests.get(session.url, timeout=10).text
        bank.pay(session.url)
        [subscription] = api.subscriptions.list().data
        assert subscription.status == "trialing"
        assert subscription.trial_end == subscription.items.data[0].current_period_end
        assert api.checkout.sessions.retrieve(session.id).payment_status == "no_payment_required"
        assert paid(api) == [0]
        bank.turn_clock(15)
        assert paid(api) == [0, 1000]
        assert api.subscriptions.retrieve(subscription.id).status == "active"
        bank.turn_clock(31)
        assert paid(api) == [0, 1000, 1000]

    def test_keeps_a_discount_for_what_is_paid(self, api: stripe.V1Services, bank: Bank) -> None:
        coupon = api.coupons.create({"percent_off": 20, "duration": "once"})
        told = {"subscription_data": {"trial_period_days": 7}, "discounts": [{"coupon": coupon.id}]}
        bank.pay(open_page(api, **told).url)
        bank.turn_clock(40)
        assert paid(api) == [0, 800, 1000]

    def test_that_is_ended_costs_nothing(self, api: stripe.V1Services, bank: Bank) -> None:
        bank.pay(open_page(api, subscription_data={"trial_period_days": 7}).url)
        [subscription] = api.subscriptions.list().data
        api.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
        bank.turn_clock(40)
        assert paid(api) == [0]
        assert api.subscriptions.retrieve(subscription.id).status == "canceled"

    @pytest.mark.parametrize(("card", "subscriptions"), [(DECLINED_CARD, 0), (GOOD_CARD, 1), (FAILING_CARD, 1)])
    def test_begins_only_with_a_card_that_is_taken(
        self, api: stripe.V1Services, bank: Bank, card: str, subscriptions: int
    ) -> None:
        bank.pay(open_page(api, subscription_data={"trial_period_days": 7}).url, card)
        assert len(api.subscriptions.list().data) == subscriptions

    def test_asks_the_cards_holder(self, api: stripe.V1Services, bank: Bank) -> None:
        url = open_page(api, subscription_data={"trial_period_days": 7}).url
        bank.confirm(bank.pay(url, CONFIRMED_CARD), approve=False)
        assert len(api.subscriptions.list().data) == 0
        bank.confirm(bank.pay(url, CONFIRMED_CARD), approve=True)
        assert api.subscriptions.list().data[0].status == "trialing"
