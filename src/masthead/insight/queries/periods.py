"""The days that a question is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the newsroom's time zone, from `first_on` up to, not including, `after_on`."""

    first_on: date
    after_on: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every day, the first first."""
        return tuple(self.first_on + timedelta(days=n) for n in range((self.after_on - self.first_on).days))

    @property
    def starts_at(self) -> datetime:
        """The first moment of the first day."""
        return timezone.make_aware(datetime.combine(self.first_on, time()), timezone.get_default_timezone())

    @property
    def ends_at(self) -> datetime:
        """The first moment after the last day."""
        return timezone.make_aware(datetime.combine(self.after_on, time()), timezone.get_default_timezone())


def last_days(days: int, *, now: datetime) -> Period:
    """Return the last `days` days, today among them."""
    after_on = day_of(now) + timedelta(days=1)
    return Period(after_on - timedelta(days=days), after_on)


def day_of(moment: datetime) -> date:
    """Return the newsroom's day at that moment."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()
