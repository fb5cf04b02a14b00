"""Asking: suggested amounts are few, rising and honest; what lies outside floor and ceiling is refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.rules.asking import (
    AmountAboveCeiling,
    AmountBelowFloor,
    AmountNotChargeable,
    Fee,
    check_amount,
    suggest_amounts,
)
from masthead.rules.money import CURRENCIES, BadAmount, CurrencyMismatch, Money, get_step

currencies = st.sampled_from(sorted(CURRENCIES))
amounts = st.integers(min_value=1, max_value=10**10)


class TestSuggestAmounts:
    @given(amounts, st.none() | amounts, currencies)
    def test_are_three_to_five_rising_from_the_floor(self, floor: int, gift: int | None, currency: str) -> None:
        last_gift = None if gift is None else Money(gift, currency)
        suggested = suggest_amounts(floor=Money(floor, currency), last_gift=last_gift)
        assert 3 <= len(suggested) <= 5
        assert suggested[0] == Money(floor, currency)
        assert all(low < high for low, high in pairwise(suggested))
        assert {money.currency for money in suggested} == {currency}
        assert all(money.is_chargeable for money in suggested[1:])

    @given(amounts, amounts, currencies)
    def test_hold_the_last_gift_where_it_was_above_the_floor(self, floor: int, gift: int, currency: str) -> None:
        gift *= get_step(currency)
        suggested = suggest_amounts(floor=Money(floor, currency), last_gift=Money(gift, currency))
        assert gift <= floor or Money(gift, currency) in suggested

    @pytest.mark.parametrize(
        ("floor", "expected"), [(600, [600, 1200, 2000]), (6000, [6000, 12_000, 20_000]), (2500, [2500, 5000, 8500])]
    )
    def test_are_round_figures(self, floor: int, expected: list[int]) -> None:
        assert [money.minor for money in suggest_amounts(floor=Money(floor, "USD"))] == expected

    def test_refuse_a_gift_in_another_currency(self) -> None:
        with pytest.raises(CurrencyMismatch):
            suggest_amounts(floor=Money(600, "USD"), last_gift=Money(600, "EUR"))

    @pytest.mark.parametrize("floor", [0, -1])
    def test_refuse_a_floor_of_nothing(self, floor: int) -> None:
        with pytest.raises(BadAmount):
            suggest_amounts(floor=Money(floor, "USD"))


class TestFee:
    @given(amounts, st.integers(0, 5000), st.integers(0, 10**6), currencies)
    def test_covered_leaves_the_whole_amount_and_nothing_over(
        self, amount: int, share: int, fixed: int, currency: str
    ) -> None:
        fee, wanted = Fee(share, Money(fixed, currency)), Money(amount, currency)
        step = Money(get_step(currency), currency)
        total = fee.cover(wanted)
        assert total - fee.of(total) >= wanted
        assert (total - step) - fee.of(total - step) < wanted
        assert total.is_chargeable

    @pytest.mark.parametrize(("amount", "total"), [(600, 649), (1200, 1267), (2000, 2091)])
    def test_of_a_usual_card_payment(self, amount: int, total: int) -> None:
        assert Fee(290, Money(30, "USD")).cover(Money(amount, "USD")).minor == total

    def test_of_nothing_adds_nothing(self) -> None:
        assert Fee(0, Money(0, "JPY")).cover(Money(600, "JPY")).minor == 600

    @pytest.mark.parametrize(("share", "fixed"), [(-1, 0), (10_000, 0), (0, -1)])
    def test_refuses_what_is_none(self, share: int, fixed: int) -> None:
        with pytest.raises(BadAmount):
            Fee(share, Money(fixed, "USD"))


class TestCheckAmount:
    @given(amounts, amounts, amounts)
    def test_takes_exactly_what_lies_between(self, amount: int, floor: int, ceiling: int) -> None:
        money = Money(amount, "USD")
        if amount < floor:
            with pytest.raises(AmountBelowFloor):
                check_amount(money, Money(floor, "USD"), Money(ceiling, "USD"))
        elif amount > ceiling:
            with pytest.raises(AmountAboveCeiling):
                check_amount(money, Money(floor, "USD"), Money(ceiling, "USD"))
        else:
            check_amount(money, Money(floor, "USD"), Money(ceiling, "USD"))

    @pytest.mark.parametrize(
        ("amount", "currency", "nearest"),
        [(5124, "KWD", (5120, 5130)), (1501, "BHD", (1500, 1510)), (150_050, "MGA", (150_000, 150_100))],
    )
    def test_refuses_what_cannot_be_charged_so_exactly(
        self, amount: int, currency: str, nearest: tuple[int, int]
    ) -> None:
        with pytest.raises(AmountNotChargeable) as raised:
            check_amount(Money(amount, currency), Money(100, currency))
        assert (raised.value.lower.minor, raised.value.higher.minor) == nearest

    def test_needs_no_ceiling(self) -> None:
        check_amount(Money(10**9, "USD"), Money(600, "USD"))

    def test_refuses_another_currency(self) -> None:
        with pytest.raises(CurrencyMismatch):
            check_amount(Money(10**9, "JPY"), Money(600, "USD"))

    def test_says_the_floor(self) -> None:
        with pytest.raises(AmountBelowFloor, match=r"6\.00 USD"):
            check_amount(Money(100, "USD"), Money(600, "USD"))
