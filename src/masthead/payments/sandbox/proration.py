"""What the time left of a period is worth: exact to the minor unit, halves rounded up."""

from __future__ import annotations

from masthead.payments.sandbox.shapes.invoicing import Line
from masthead.payments.sandbox.store import Document


def prorate(amount: int, period: tuple[int, int], moment: int) -> int:
    """Return what is left of an amount for a period at a moment: all of it at its begin, nothing at its end."""
    begin, end = period
    left, length = max(0, min(end - moment, end - begin)), end - begin
    return (2 * amount * left + length) // (2 * length)


def make_credit(price: Document, paid: int, period: tuple[int, int], moment: int) -> Line:
    """Give back what was paid at the old price for the time left."""
    return Line(
        price=price,
        amount=-prorate(paid, period, moment),
        period=(moment, period[1]),
        is_proration=True,
        description="Unused time at the former price",
    )


def make_remainder(price: Document, cost: int, period: tuple[int, int], moment: int) -> Line:
    """Charge what the new price costs, less any discount, for the time left."""
    return Line(
        price=price,
        amount=prorate(cost, period, moment),
        period=(moment, period[1]),
        is_proration=True,
        description="Remaining time at the new price",
    )
