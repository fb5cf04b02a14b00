"""Changes of plan: who gives more pays the difference now, who gives less loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.rules.money import CurrencyMismatch, Money
from masthead.rules.plans import add_months, begins_now, estimate_charge
from masthead.rules.pledges import Interval

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONTH, YEAR = Interval.MONTH, Interval.YEAR
minors = st.integers(1, 10**8)
moments = st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))


class TestAddMonths:
    @given(moments, st.integers(-60, 60))
    def test_lands_in_the_month_that_is_meant(self, moment: datetime, months: int) -> None:
        later = add_months(moment, months)
        assert (later.year * 12 + later.month) - (moment.year * 12 + moment.month) == months
        assert later.day <= moment.day
        assert later.time() == moment.time()

    def test_of_the_31st_is_the_last_day(self) -> None:
        assert add_months(datetime(2027, 1, 31, tzinfo=UTC), 1) == datetime(2027, 2, 28, tzinfo=UTC)


class TestBeginsNow:
    @given(minors, minors, st.sampled_from([MONTH, YEAR]))
    def test_exactly_what_is_more_within_an_interval(self, present: int, wanted: int, interval: Interval) -> None:
        now = begins_now(Money(present, "USD"), Money(wanted, "USD"), before=interval, after=interval)
        assert now is (wanted > present)

    @given(minors, minors)
    def test_to_the_year_and_never_from_it(self, present: int, wanted: int) -> None:
        ours, theirs = Money(present, "USD"), Money(wanted, "USD")
        assert begins_now(ours, theirs, before=MONTH, after=YEAR)
        assert not begins_now(ours, theirs, before=YEAR, after=MONTH)

    def test_in_one_currency(self) -> None:
        with pytest.raises(CurrencyMismatch):
            begins_now(Money(1, "USD"), Money(1, "EUR"), before=MONTH, after=MONTH)


class TestEstimate:
    @given(minors, minors, st.integers(0, 27 * 86_400))
    def test_lies_between_nothing_and_the_difference(self, present: int, more: int, gone: int) -> None:
        end = add_months(NOW, 1)
        charge = estimate_charge(
            Money(present, "USD"),
            Money(present + more, "USD"),
            before=MONTH,
            after=MONTH,
            paid_until=end,
            now=NOW + timedelta(seconds=gone),
        )
        assert 0 <= charge.minor <= more + 1

    @pytest.mark.parametrize(
        ("wanted", "after", "day", "charge"),
        [(4000, MONTH, 0, 2800), (4000, MONTH, 15, 1400), (4000, MONTH, 30, 0), (12000, YEAR, 15, 11400)],
    )
    def test_by_hand(self, wanted: int, after: Interval, day: int, charge: int) -> None:
        paid_until = datetime(2026, 12, 1, tzinfo=UTC)
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day)
        estimated = estimate_charge(
            Money(1200, "USD"), Money(wanted, "USD"), before=MONTH, after=after, paid_until=paid_until, now=at
        )
        assert estimated == Money(charge, "USD")
