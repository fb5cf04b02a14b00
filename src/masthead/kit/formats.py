"""Amounts and dates as a language writes them."""

from __future__ import annotations

import copy
import re
from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date

from masthead.rules.money import Money, exponent

# "KWD1.500" wants a space, "$6" does not.
_LETTER_BESIDE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def format_money(money: Money, language: str = "en") -> str:
    """Return the amount as the language writes it: "$6", "$6.50", "¥500", "6,50 €".

    Decimals are left out where they are all zero. An unknown language falls back to its parent, then to English.
    """
    locale = _locale(language)
    pattern = copy.copy(locale.currency_formats["standard"])
    places = 0 if money.major == money.major.to_integral_value() else exponent(money.currency)
    pattern.frac_prec = (places, places)
    text = str(pattern.apply(money.major, locale, currency=money.currency, currency_digits=False))
    return _LETTER_BESIDE_DIGIT.sub("\u00a0", text)


def format_date(day: date, language: str = "en") -> str:
    """Return the day as the language writes it at length: "November 22, 2026"."""
    return babel_date(day, format="long", locale=_locale(language))


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    tag = language.replace("_", "-")
    for name in (tag, tag.partition("-")[0], "en"):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("English is always there.")
