"""Amounts and dates as languages write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.kit.formats import format_date, format_money
from masthead.rules.money import CURRENCIES, Money

NBSP = "\u00a0"


class TestFormatMoney:
    @pytest.mark.parametrize(
        ("money", "language", "text"),
        [
            (Money(600, "USD"), "en", "$6"),
            (Money(650, "USD"), "en", "$6.50"),
            (Money(120_000, "USD"), "en", "$1,200"),
            (Money(500, "JPY"), "en", "¥500"),
            (Money(1500, "KWD"), "en", f"KWD{NBSP}1.500"),
            (Money(650, "EUR"), "de", f"6,50{NBSP}€"),
            (Money(-650, "USD"), "en", "-$6.50"),
            (Money(600, "USD"), "xx-nowhere", "$6"),
            (Money(600, "USD"), "", "$6"),
            (Money(600, "USD"), "../../etc", "$6"),
        ],
    )
    def test_is_as_the_language_writes_it(self, money: Money, language: str, text: str) -> None:
        assert format_money(money, language) == text

    @given(st.integers(0, 10**10), st.sampled_from(sorted(CURRENCIES)), st.sampled_from(["en", "he", "ar", "fr"]))
    def test_of_any_amount_shows_its_figures(self, minor: int, currency: str, language: str) -> None:
        money = Money(minor, currency)
        shown = "".join(sign for sign in format_money(money, language) if sign.isdigit())
        figure = money.text.replace(".", "")
        places = len(money.text.partition(".")[2])
        whole = figure[:-places] if places and set(figure[-places:]) == {"0"} else figure
        assert shown.lstrip("0") == whole.lstrip("0")


class TestFormatDate:
    @pytest.mark.parametrize(
        ("language", "text"), [("en", "November 22, 2026"), ("en-gb", "22 November 2026"), ("he", "22 בנובמבר 2026")]
    )
    def test_is_as_the_language_writes_it(self, language: str, text: str) -> None:
        assert format_date(date(2026, 11, 22), language) == text
