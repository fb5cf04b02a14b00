"""What the join page shows: the choices with their words, ready for the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from masthead.community import benefits
from masthead.community.models import Offer, TierPrice
from masthead.community.offering.words import say_offered_price
from masthead.community.offers import list_currencies, list_intervals
from masthead.community.words import say_amount, say_pattern, say_price
from masthead.rules.asking import Fee
from masthead.rules.money import Money, exponent, get_step
from masthead.rules.pledges import Interval

OTHER = "other"
INTERVAL_NAMES: dict[Interval, str | Promise] = {
    Interval.MONTH: gettext_lazy("Monthly"),
    Interval.YEAR: gettext_lazy("Yearly"),
    Interval.ONCE: gettext_lazy("Once"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of several things to choose between."""

    value: str
    words: str | Promise
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TierCard:
    """One tier, as it stands beside the others."""

    key: str
    name: str
    description: str
    price: str
    benefits: tuple[benefits.Words, ...]
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountCard:
    """One suggested amount: what the form posts, what it is called, and the whole price in words.

    With a fee to cover, `fee` is what it adds and `covered` the whole price with it; both are "" without.
    """

    value: str
    amount: str
    price: str
    chosen: bool
    fee: str = ""
    covered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountChoice:
    """The amounts to choose between, with one's own at or above the floor, and the fee that may be covered.

    `units` are the minor units of one major unit, `step` the smallest amount that can be charged, in minor units.
    """

    cards: tuple[AmountCard, ...]
    other_chosen: bool
    other: str
    floor: str
    currency: str
    pattern: str
    units: int
    step: int
    fee: Fee | None = None
    is_covered: bool = False
    offer: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinPage:
    """Everything the join page shows."""

    price: TierPrice
    intervals: tuple[Option, ...]
    currencies: tuple[Option, ...]
    tiers: tuple[TierCard, ...]
    amounts: AmountChoice
    is_once: bool


def to_major(amount: Money) -> str:
    """Return `amount` in major units as a form posts it: "6", "6.50"."""
    whole, _point, decimals = amount.text.partition(".")
    return amount.text if decimals.strip("0") else whole


def offer_amounts(
    *,
    floor: Money,
    suggested: Sequence[Money],
    interval: str,
    chosen: str = "",
    other: str = "",
    fee: Fee | None = None,
    covered: bool = False,
    offer: Offer | None = None,
) -> AmountChoice:
    """Lay out the amounts; `chosen` is what the reader chose before, in major units or "other".

    Under an offer each price says what is paid at first and later, and no fee is asked for.
    """
    fee = None if offer else fee
    values = [to_major(amount) for amount in suggested]
    if chosen and chosen != OTHER and chosen not in values:
        chosen, other = OTHER, other or chosen
    marked = chosen or values[0]
    return AmountChoice(
        cards=tuple(
            AmountCard(
                value=value,
                amount=say_amount(amount),
                price=say_offered_price(offer, amount, interval) if offer else say_price(amount, interval),
                chosen=value == marked,
                fee=say_amount(fee.cover(amount) - amount) if fee else "",
                covered=say_price(fee.cover(amount), interval) if fee else "",
            )
            for value, amount in zip(values, suggested, strict=True)
        ),
        other_chosen=marked == OTHER,
        other=other,
        floor=say_amount(floor),
        currency=floor.currency,
        pattern="" if offer else say_pattern(interval),
        units=10 ** exponent(floor.currency),
        step=get_step(floor.currency),
        fee=fee,
        is_covered=covered,
    )


def lay_out(
    prices: Sequence[TierPrice],
    price: TierPrice,
    typed: Mapping[str, str],
    *,
    fee: Fee | None = None,
    offer: Offer | None = None,
) -> JoinPage:
    """Lay out the join page with `price` chosen and what was typed kept; with a `fee`, it may be covered."""
    once = price.interval == Interval.ONCE
    beside = [other for other in prices if (other.interval, other.currency) == (price.interval, price.currency)]
    return JoinPage(
        price=price,
        intervals=tuple(
            Option(value=interval.value, words=INTERVAL_NAMES[interval], chosen=interval == price.interval)
            for interval in list_intervals(prices)
        ),
        currencies=tuple(
            Option(value=currency, words=currency, chosen=currency == price.currency)
            for currency in list_currencies(prices, interval=price.interval)
        ),
        tiers=tuple(
            TierCard(
                key=other.tier.key,
                name=other.tier.name,
                description=other.tier.description,
                price=say_price(other.floor, other.interval),
                benefits=() if once else benefits.list_words(other.tier.benefits),
                chosen=other.tier.key == price.tier.key,
            )
            for other in beside
        ),
        amounts=offer_amounts(
            floor=price.floor,
            suggested=price.suggested,
            interval=price.interval,
            chosen=typed.get("amount", ""),
            other=typed.get("other", ""),
            fee=fee,
            covered="cover" in typed,
            offer=offer,
        ),
        is_once=once,
    )
