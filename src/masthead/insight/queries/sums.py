"""The sums by hour, read by day, from wherever counts are kept.

Hours are those of UTC: in a zone that lies half an hour off, the half hour at midnight counts to the day
in which its hour began.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from masthead.insight.queries.periods import Period, day_of
from masthead.insight.stores import ArticleReads, get_store


@dataclass(frozen=True, slots=True)
class ShowingSum:
    """How often something happened to one variant on one day."""

    day: date
    what: str
    appeal: str
    variant: str
    n: int


@dataclass(frozen=True, slots=True)
class ReadSum:
    """How often articles were visited, or newly read, on one day, by dedicated readers or by others."""

    day: date
    what: str
    dedicated: bool
    n: int


def sum_showings(period: Period) -> Iterator[ShowingSum]:
    """Sum showings by day, appeal and variant, over all placements, countries and devices."""
    sums: Counter[tuple[date, str, str, str]] = Counter()
    for hour in get_store().sum_showings(starts_at=period.starts_at, ends_at=period.ends_at):
        sums[day_of(hour.hour_at), hour.what, hour.appeal, hour.variant] += hour.n
    for key, n in sums.items():
        yield ShowingSum(*key, n)


def sum_reads(period: Period) -> Iterator[ReadSum]:
    """Sum visits and reads by day, over all articles."""
    sums: Counter[tuple[date, str, bool]] = Counter()
    for hour in get_store().sum_reads(starts_at=period.starts_at, ends_at=period.ends_at):
        sums[day_of(hour.hour_at), hour.what, hour.dedicated] += hour.n
    for key, n in sums.items():
        yield ReadSum(*key, n)


def list_most_read(period: Period, *, most: int) -> list[ArticleReads]:
    """List the articles that were read most."""
    return get_store().list_most_read(starts_at=period.starts_at, ends_at=period.ends_at, most=most)
