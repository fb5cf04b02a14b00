"""The sums by hour, read by day. Where counts are kept elsewhere, these are the questions to answer there.

Hours are those of UTC: in a zone that lies half an hour off, the half hour at midnight counts to the day
in which its hour began.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from masthead.insight.models import HourlyReads, HourlyShowings
from masthead.insight.queries.periods import Period, day_of


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
    for (day, what, appeal, variant), n in _by_day(HourlyShowings, period, "what", "appeal", "variant").items():
        yield ShowingSum(day, what, appeal, variant, n)


def sum_reads(period: Period) -> Iterator[ReadSum]:
    """Sum visits and reads by day, over all articles."""
    for (day, what, dedicated), n in _by_day(HourlyReads, period, "what", "dedicated").items():
        yield ReadSum(day, what, dedicated, n)


def sum_reads_by_article(period: Period, *, most: int) -> list[tuple[str, int, int]]:
    """List the articles that were read most, as (article, reads, reads by dedicated readers)."""
    rows = _within(HourlyReads, period).filter(what="read")
    top = rows.values("article").annotate(total=Sum("n")).order_by("-total", "article")[:most]
    totals = {row["article"]: row["total"] for row in top}
    dedicated = dict(
        rows.filter(article__in=totals, dedicated=True).values_list("article").annotate(total=Sum("n")).order_by()
    )
    return [(article, total, dedicated.get(article, 0)) for article, total in totals.items()]


def _by_day(model: Any, period: Period, *fields: str) -> Counter[tuple[Any, ...]]:
    rows = _within(model, period).values_list("hour_at", *fields).annotate(total=Sum("n")).order_by()
    sums: Counter[tuple[Any, ...]] = Counter()
    for hour_at, *key, total in rows.iterator():
        sums[(day_of(hour_at), *key)] += total
    return sums


def _within(model: Any, period: Period) -> Any:
    return model.objects.filter(hour_at__gte=period.starts_at, hour_at__lt=period.ends_at)
