"""The plain words of a price: "$12 a month"."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from masthead.kit.formats import format_date, format_money
from masthead.rules.money import Money
from masthead.rules.pledges import Interval


def say_amount(amount: Money) -> str:
    """Return `amount` as the reader's language writes it, as "$12"."""
    return format_money(amount, get_language() or "en")


def say_price(amount: Money, interval: str) -> str:
    """Return what is paid and how often, as "$12 a month"."""
    return say_pattern(interval).format(amount=say_amount(amount))


def say_pattern(interval: str) -> str:
    """Return the words of a price with `{amount}` left open."""
    match Interval(interval):
        case Interval.MONTH:
            return _("{amount} a month")
        case Interval.YEAR:
            return _("{amount} a year")
        case Interval.ONCE:
            return _("{amount} once")


def say_day(moment: datetime) -> str:
    """Return the day of `moment` in the site's zone, as the reader's language writes it."""
    return format_date(timezone.localtime(moment).date(), get_language() or "en")
