"""When the demonstration's articles were published: counted from the day on which it is built."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

from masthead.demo.content import Article


def get_edition_day(articles: Iterable[Article], *, now: datetime) -> date:
    """Return the day that `days_ago = 0` means: today, or yesterday where today's articles would lie in the future.

    `now` is in the newsroom's zone.
    """
    newest = max((article.at for article in articles if article.days_ago == 0), default=time.min)
    return now.date() if now.time() >= newest else now.date() - timedelta(days=1)


def get_moment(day: date, *, days_ago: int, at: time, zone: tzinfo) -> datetime:
    """Return the moment at `at` of the newsroom's clock, so many days before `day`."""
    return datetime.combine(day - timedelta(days=days_ago), at, tzinfo=zone)
