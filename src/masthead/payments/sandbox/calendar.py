"""When periods end: counted from the first day, so that the 31st stays the 31st where a month has one."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime


def add_months(anchor: int, months: int) -> int:
    """Return the moment so many months after the anchor (Unix seconds); a day that a month lacks is its last."""
    start = datetime.fromtimestamp(anchor, tz=UTC)
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return int(start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1])).timestamp())


def get_period(anchor: int, number: int, interval: str, count: int = 1) -> tuple[int, int]:
    """Return begin and end of the period of this number, the first being 0."""
    if interval in {"day", "week"}:
        length = 86_400 * (7 if interval == "week" else 1) * count
        return anchor + number * length, anchor + (number + 1) * length
    months = (12 if interval == "year" else 1) * count
    return add_months(anchor, number * months), add_months(anchor, (number + 1) * months)
