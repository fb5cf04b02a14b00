"""Which price a reader means: decisions over the prices on offer."""

from __future__ import annotations

from collections.abc import Sequence

from masthead.community.models import TierPrice
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

# An amount beyond this many floors is a slip of the keyboard, or somebody trying out cards.
CEILING_IN_FLOORS = 1000


def get_ceiling(floor: Money) -> Money:
    """Return the largest amount that can be paid by oneself where `floor` is the lowest."""
    return floor * CEILING_IN_FLOORS


def find_price(prices: Sequence[TierPrice], *, tier: str, interval: str, currency: str) -> TierPrice | None:
    """Return exactly the price that is named, or None where nothing of that name is offered."""
    for price in prices:
        if (price.tier.key, price.interval, price.currency) == (tier, interval, currency):
            return price
    return None


def pick_price(
    prices: Sequence[TierPrice], *, tier: str = "", interval: str = "", currency: str = ""
) -> TierPrice | None:
    """Return the price nearest to what is wanted: None only where there is no price at all.

    How often counts most, then the currency, then the tier. What is not wanted by name falls to the month and to
    what is offered first.
    """
    if not prices:
        return None
    house = prices[0].currency
    return max(
        prices,
        key=lambda price: (
            price.interval == interval,
            price.currency == currency,
            price.tier.key == tier,
            price.currency == house,
            price.interval == Interval.MONTH,
        ),
    )


def get_lowest(prices: Sequence[TierPrice], *, beside: TierPrice) -> TierPrice:
    """Return the price with the lowest floor in the currency of `beside`: one by the month, where there are any."""
    same = [price for price in prices if price.currency == beside.currency]
    return min(same, key=lambda price: (price.interval != Interval.MONTH, price.floor_minor), default=beside)


def list_intervals(prices: Sequence[TierPrice]) -> list[Interval]:
    """Return how often one can pay, the shortest first, once last."""
    offered = {price.interval for price in prices}
    return [interval for interval in Interval if interval.value in offered]


def list_currencies(prices: Sequence[TierPrice], *, interval: str) -> list[str]:
    """Return the currencies that one can pay in at this interval, in the order in which they are offered."""
    return list(dict.fromkeys(price.currency for price in prices if price.interval == interval))
