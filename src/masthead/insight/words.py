"""Figures as the reader's language writes them."""

from __future__ import annotations

from babel.numbers import format_decimal, format_percent
from django.utils.translation import get_language

from masthead.kit.formats import format_money
from masthead.rules.money import Money


def say_number(number: int) -> str:
    """Return 12345 as "12,345"."""
    return format_decimal(number, locale=_locale())


def say_share(part: int, whole: int) -> str:
    """Return the share of `part` in `whole` as "4.2%"; a dash where there is no whole."""
    return format_percent(part / whole, format="#,##0.#%", locale=_locale()) if whole else "–"


def say_money(money: Money, language: str = "") -> str:
    """Return money as "$6.50"."""
    return format_money(money, language or get_language() or "en")


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")
