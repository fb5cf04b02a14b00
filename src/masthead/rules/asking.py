"""Asking for an amount: what to suggest, and what can be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from masthead.rules.errors import MastheadError
from masthead.rules.money import BadAmount, Money, get_step

MOST_SUGGESTIONS: Final = 5
WHOLE: Final = 10_000


class AmountBelowFloor(MastheadError):
    """The amount is below the smallest one we can take."""

    code: ClassVar[str] = "amount_below_floor"

    def __init__(self, floor: Money):
        super().__init__(f"The smallest amount is {floor}.")
        self.floor = floor


class AmountNotChargeable(MastheadError):
    """The amount has more decimals than can be charged in its currency."""

    code: ClassVar[str] = "amount_not_chargeable"

    def __init__(self, amount: Money):
        step = get_step(amount.currency)
        self.lower = Money(amount.minor // step * step, amount.currency)
        self.higher = self.lower + Money(step, amount.currency)
        super().__init__(f"{amount} cannot be charged exactly. Choose {self.lower} or {self.higher}.")


class AmountAboveCeiling(MastheadError):
    """The amount is above the largest one we can take here."""

    code: ClassVar[str] = "amount_above_ceiling"

    def __init__(self, ceiling: Money):
        super().__init__(f"The largest amount we take here is {ceiling}. Please write to us to give more.")
        self.ceiling = ceiling


def suggest_amounts(*, floor: Money, last_gift: Money | None = None) -> tuple[Money, ...]:
    """Suggest amounts to a reader, smallest first.

    Three to five, strictly increasing, all in `floor`'s currency; the first is `floor` itself, the others can be
    charged. With a `last_gift` above the floor, that gift and steps beyond it are among them; the others are the
    floor's double and a third more than its triple, in round figures. Raises CurrencyMismatch if `last_gift` is in
    another currency, BadAmount if the floor is not above zero.
    """
    if floor.minor <= 0:
        raise BadAmount("The smallest amount must be above zero.")
    wanted = [_round_figure(floor.minor * 2), _round_figure(floor.minor * 10 // 3)]
    if last_gift is not None and last_gift > floor:
        gift = last_gift.minor
        wanted = [gift, _round_figure(gift * 3 // 2), _round_figure(gift * 2)]
        middle = _round_figure((floor.minor + gift) // 2)
        if floor.minor * 3 < gift:
            wanted.append(middle)
    amounts = [floor.minor]
    for minor in sorted(wanted):
        amounts.append(_up_to_step(max(minor, amounts[-1] + 1), floor.currency))
    return tuple(Money(minor, floor.currency) for minor in amounts[:MOST_SUGGESTIONS])


def _round_figure(minor: int) -> int:
    """Return the nearest multiple of the largest 1, 2 or 5 × 10^k that is at most a tenth of `minor`."""
    step, power = 1, 1
    while power <= minor // 10:
        step = max(factor * power for factor in (1, 2, 5) if factor * power <= minor // 10)
        power *= 10
    return (minor + step // 2) // step * step


def _up_to_step(minor: int, currency: str) -> int:
    """Return the next amount that can be charged."""
    step = get_step(currency)
    return -(-minor // step) * step


@dataclass(frozen=True, slots=True)
class Fee:
    """What a payment costs: a share in hundredths of a percent (0 to 9,999), and a fixed sum of zero or more."""

    share: int
    fixed: Money

    def __post_init__(self) -> None:
        """Raise BadAmount for what is no fee."""
        if not 0 <= self.share < WHOLE or self.fixed.minor < 0:
            raise BadAmount("A fee is a share below 100 % and a fixed sum of zero or more.")

    def of(self, amount: Money) -> Money:
        """Return the fee of a payment, rounded half up to the minor unit."""
        return Money((amount.minor * self.share * 2 + WHOLE) // (2 * WHOLE), amount.currency) + self.fixed

    def cover(self, amount: Money) -> Money:
        """Return the smallest payment that can be charged and leaves the whole `amount` after its fee.

        Raises CurrencyMismatch.
        """
        wanted = (amount + self.fixed).minor
        # The quotient without rounding is off by less than one unit of fee: by this many units of payment.
        total = max(wanted * WHOLE // (WHOLE - self.share) - WHOLE // (WHOLE - self.share) - 1, 0)
        while (Money(total, amount.currency) - self.of(Money(total, amount.currency))).minor < amount.minor:
            total += 1
        return Money(_up_to_step(total, amount.currency), amount.currency)


def check_amount(amount: Money, floor: Money, ceiling: Money | None = None) -> None:
    """Raise AmountBelowFloor or AmountAboveCeiling unless the amount lies between the two, both included.

    Raises AmountNotChargeable for one that lies there, but has more decimals than can be charged, and
    CurrencyMismatch if they are not in one currency.
    """
    if amount < floor:
        raise AmountBelowFloor(floor)
    if ceiling is not None and amount > ceiling:
        raise AmountAboveCeiling(ceiling)
    if not amount.is_chargeable:
        raise AmountNotChargeable(amount)
