"""An offer in plain words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from masthead.community.models import Offer
from masthead.community.words import say_amount, say_price
from masthead.rules.money import Money
from masthead.rules.pledges import Interval


def say_offer(offer: Offer) -> str:
    """Return what an offer gives, as "25 % off for 3 months"."""
    discount = offer.discount
    if discount is None:
        days = offer.trial_days or 0
        return ngettext("{days} day to try", "{days} days to try", days).format(days=days)
    what = say_amount(discount.off) if discount.off else f"{offer.percent_off} %"
    if discount.months is None:
        return _("{what} off").format(what=what)
    return ngettext("{what} off for {months} month", "{what} off for {months} months", discount.months).format(
        what=what, months=discount.months
    )


def say_offered_price(offer: Offer, amount: Money, interval: str) -> str:
    """Return what is paid under an offer and after it, as "$6 a month for 3 months, then $12 a month"."""
    after = say_price(amount, interval)
    discount = offer.discount
    if discount is None:
        days = offer.trial_days or 0
        words = ngettext("nothing for {days} day, then {after}", "nothing for {days} days, then {after}", days)
        return words.format(days=days, after=after)
    now = say_price(discount.apply(amount), interval)
    if discount.months is None:
        return _("{now} instead of {after}").format(now=now, after=after)
    charges = -(-discount.months // 12) if interval == Interval.YEAR else discount.months
    if interval == Interval.YEAR:
        words = ngettext("{now} for {number} year, then {after}", "{now} for {number} years, then {after}", charges)
    else:
        words = ngettext("{now} for {number} month, then {after}", "{now} for {number} months, then {after}", charges)
    return words.format(now=now, number=charges, after=after)
