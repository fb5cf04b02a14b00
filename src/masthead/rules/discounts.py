"""What an offer takes off: a share or a sum, for some months or for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from masthead.rules.money import BadAmount, CurrencyMismatch, Money

WHOLE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """Either `share`, in hundredths of a percent (1 to 9,999), or `off`, a sum above zero; the other one is empty.

    It holds for the charges of `months` months, None for as long as the membership lasts.
    """

    share: int = 0
    off: Money | None = None
    months: int | None = None

    def __post_init__(self) -> None:
        """Raise BadAmount for a discount of nothing, of both kinds, or of everything."""
        is_share = 0 < self.share < WHOLE and self.off is None
        is_sum = self.share == 0 and self.off is not None and self.off.minor > 0
        if not (is_share or is_sum) or (self.months is not None and self.months < 1):
            raise BadAmount("An offer takes a share below 100 % or a sum off, for at least one month.")

    def apply(self, amount: Money) -> Money:
        """Return what is left to pay; halves of a minor unit are taken off. Raises CurrencyMismatch, BadAmount.

        The source of the rounding is Stripe's: the discount is rounded half up, then subtracted.
        """
        if self.off is None:
            off = Money((amount.minor * self.share * 2 + WHOLE) // (2 * WHOLE), amount.currency)
        elif self.off.currency == amount.currency:
            off = self.off
        else:
            raise CurrencyMismatch(f"This offer is for {self.off.currency}.")
        if off >= amount:
            raise BadAmount("This offer is for larger amounts.")
        return amount - off
