"""The numbers of one row: they add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from masthead.rules.counting import ReadFact, ShowingFact
from masthead.rules.money import Money


@dataclass(slots=True)
class Tally:
    """What happened: on a day, to a variant, or in all. Money is in minor units by currency, after refunds."""

    visits: int = 0
    dedicated_visits: int = 0
    reads: int = 0
    dedicated_reads: int = 0
    shown: int = 0
    seen: int = 0
    clicked: int = 0
    closed: int = 0
    not_now: int = 0
    joins: int = 0
    contributions: int = 0
    minor_by_currency: Counter[str] = field(default_factory=Counter)

    def count(self, *names: str, n: int) -> None:
        """Add `n` to each number named."""
        for name in names:
            setattr(self, name, getattr(self, name) + n)

    def add(self, other: Tally) -> None:
        """Add the numbers of another row; currencies are never mixed."""
        for name in COUNTED:
            self.count(name, n=getattr(other, name))
        self.minor_by_currency.update(other.minor_by_currency)

    @property
    def money(self) -> tuple[Money, ...]:
        """What was paid, by currency, the largest first."""
        pairs = sorted(self.minor_by_currency.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(Money(minor, currency) for currency, minor in pairs)

    @property
    def clicks_per_seen(self) -> float | None:
        """The share of seen appeals that were clicked; None where none was seen."""
        return self.clicked / self.seen if self.seen else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened."""
        return not any(getattr(self, name) for name in COUNTED) and not self.minor_by_currency


COUNTED = tuple(entry.name for entry in fields(Tally) if entry.name != "minor_by_currency")

FIELD_OF_SHOWING_FACT = {
    ShowingFact.SHOWN: "shown",
    ShowingFact.SEEN: "seen",
    ShowingFact.CLICKED: "clicked",
    ShowingFact.DISMISSED: "closed",
    ShowingFact.DECLINED: "not_now",
}
FIELDS_OF_READ_FACT = {
    ReadFact.VISIT: ("visits", "dedicated_visits"),
    ReadFact.READ: ("reads", "dedicated_reads"),
}


def sum_tallies(tallies: Iterable[Tally]) -> Tally:
    """Add rows up."""
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total
