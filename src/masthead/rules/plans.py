"""Another amount, tier or interval: what happens now, what later, and about what it costs today."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from fractions import Fraction

from masthead.rules.money import CurrencyMismatch, Money
from masthead.rules.pledges import Interval

MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}


def add_months(moment: datetime, months: int) -> datetime:
    """Return the moment so many months later, or earlier; a day that a month lacks is its last."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def begins_now(present: Money, wanted: Money, *, before: Interval, after: Interval) -> bool:
    """Return whether a change begins at once: up within an interval, and from the month to the year.

    Down, and from the year to the month, it begins with the next period: nobody loses what was paid for. Raises
    CurrencyMismatch.
    """
    if present.currency != wanted.currency:
        raise CurrencyMismatch(f"A membership in {present.currency} cannot be changed to {wanted.currency}.")
    if before is not after:
        return after is Interval.YEAR
    return wanted > present


def estimate_charge(
    present: Money, wanted: Money, *, before: Interval, after: Interval, paid_until: datetime, now: datetime
) -> Money:
    """Return about what is charged for a change that begins at once: what is new, less what is left of the old.

    The provider counts to the second from the begin of the period, which is taken here to be one interval before its
    end. Never below zero; both amounts are in one currency.
    """
    begin = add_months(paid_until, -MONTHS[before])
    whole, left = (paid_until - begin).total_seconds(), (paid_until - now).total_seconds()
    share = Fraction(min(max(left, 0), whole)) / Fraction(whole)
    credit = round(present.minor * share)
    cost = wanted.minor if before is not after else round(wanted.minor * share)
    return Money(max(cost - credit, 0), present.currency)
