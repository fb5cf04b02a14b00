"""Money: whole minor units, one currency at a time, and nothing a stranger types can break it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.rules.money import (
    CURRENCIES,
    MOST_MINOR,
    BadAmount,
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    exponent,
)

currencies = st.sampled_from(sorted(CURRENCIES))
minors = st.integers(min_value=-(10**15), max_value=10**15)
payable = st.builds(Money, st.integers(min_value=0, max_value=MOST_MINOR), currencies)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Money, Money]:
    currency = draw(currencies)
    return Money(draw(minors), currency), Money(draw(minors), currency)


class TestExponent:
    @pytest.mark.parametrize(("currency", "places"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("ISK", 0), ("HUF", 2)])
    def test_is_that_of_iso_4217(self, currency: str, places: int) -> None:
        assert exponent(currency) == places

    @pytest.mark.parametrize("currency", ["", "usd", "XXX", "US", "BTC", "USDT"])
    def test_refuses_what_is_no_currency(self, currency: str) -> None:
        with pytest.raises(UnknownCurrency):
            exponent(currency)


class TestMoney:
    @given(pairs())
    def test_adds_like_whole_numbers(self, pair: tuple[Money, Money]) -> None:
        one, other = pair
        assert one + other == other + one
        assert (one + other) - other == one
        assert one - one == Money.zero(one.currency)
        assert -one + one == Money.zero(one.currency)

    @given(pairs(), st.integers(min_value=-1000, max_value=1000))
    def test_multiplies_by_whole_numbers(self, pair: tuple[Money, Money], times: int) -> None:
        one, other = pair
        assert (one + other) * times == one * times + other * times == times * (one + other)

    @given(pairs())
    def test_is_ordered_by_size(self, pair: tuple[Money, Money]) -> None:
        one, other = pair
        assert (one < other) == (one.minor < other.minor) == (not one >= other)
        assert (one > other) == (other < one)
        assert (one <= other) == (one < other or one == other)

    @given(payable, payable)
    def test_never_mixes_currencies(self, one: Money, other: Money) -> None:
        if one.currency == other.currency:
            return
        assert one != other
        for mix in (
            lambda: one + other,
            lambda: one - other,
            lambda: one < other,
            lambda: one >= other,
            lambda: one > other,
            lambda: one <= other,
        ):
            with pytest.raises(CurrencyMismatch):
                mix()

    @pytest.mark.parametrize("minor", [1.0, True, "6", None, Decimal(6)])
    def test_is_made_of_whole_numbers_only(self, minor: object) -> None:
        with pytest.raises(BadAmount):
            Money(minor, "USD")  # type: ignore[arg-type]  # that is the point

    def test_is_not_multiplied_by_floats(self) -> None:
        with pytest.raises(TypeError):
            Money(600, "USD") * 1.5  # type: ignore[operator]  # that is the point

    def test_is_not_added_to_numbers(self) -> None:
        with pytest.raises(TypeError):
            Money(600, "USD") + 6  # type: ignore[operator]  # that is the point

    def test_says_its_figure_and_currency(self) -> None:
        assert str(Money(650, "USD")) == "6.50 USD"
        assert str(Money(500, "JPY")) == "500 JPY"
        assert str(Money(1500, "KWD")) == "1.500 KWD"


class TestReadingAmounts:
    @given(payable)
    def test_what_is_written_is_read_back(self, money: Money) -> None:
        assert Money.of(money.text, money.currency) == money
        assert Money.from_major(money.major, money.currency) == money

    @pytest.mark.parametrize(
        ("text", "currency", "minor"),
        [
            ("6", "USD", 600),
            (" 6.5 ", "USD", 650),
            ("6,50", "EUR", 650),
            ("1,000", "USD", 100_000),
            ("1.000,50", "EUR", 100_050),
            ("1,234,567.89", "USD", 123_456_789),
            ("1\u202f000", "EUR", 100_000),
            ("1'000.50", "CHF", 100_050),
            ("٦٫٥", "USD", 650),
            ("500", "JPY", 500),
            ("1,000", "JPY", 1000),
            ("1.5", "KWD", 1500),
            ("1.234", "KWD", 1234),
        ],
    )
    def test_reads_what_people_type(self, text: str, currency: str, minor: int) -> None:
        assert Money.of(text, currency) == Money(minor, currency)

    @pytest.mark.parametrize(
        ("text", "currency"),
        [
            ("", "USD"),
            ("   ", "USD"),
            ("-6", "USD"),
            ("+6", "USD"),
            ("6.505", "USD"),
            ("6.", "USD"),
            (".5", "USD"),
            ("6 00", "USD"),
            ("1,00,0", "USD"),
            ("1.000", "USD"),
            ("1,000", "KWD"),
            ("500.0", "JPY"),
            ("6e2", "USD"),
            ("0x6", "USD"),
            ("inf", "USD"),
            ("NaN", "USD"),
            ("six", "USD"),
            ("6²", "USD"),
            ("6\x00", "USD"),
            ("9" * 30, "USD"),
            ("9" * 5000, "USD"),
        ],
    )
    def test_refuses_what_is_none_or_can_be_read_in_two_ways(self, text: str, currency: str) -> None:
        with pytest.raises(BadAmount):
            Money.of(text, currency)

    @given(st.text(max_size=60), currencies)
    def test_hostile_text_raises_one_error(self, text: str, currency: str) -> None:
        try:
            money = Money.of(text, currency)
        except BadAmount:
            return
        assert 0 <= money.minor <= MOST_MINOR

    @given(st.text("0123456789.,٫٬ '\u00a0", max_size=20), currencies)
    def test_figures_and_signs_in_any_order_raise_one_error(self, text: str, currency: str) -> None:
        try:
            money = Money.of(text, currency)
        except BadAmount:
            return
        assert 0 <= money.minor <= MOST_MINOR

    @pytest.mark.parametrize(
        "amount", [Decimal("6.505"), Decimal(-1), Decimal("NaN"), Decimal("Infinity"), 10**13, True]
    )
    def test_refuses_numbers_that_are_no_amount(self, amount: Decimal | int) -> None:
        with pytest.raises(BadAmount):
            Money.from_major(amount, "USD")
