"""Letters by the calendar: each once, none too late, none to who need not know."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.apps.community_cast import MORNING, make_person, make_subscription, make_tiers

from masthead.community.models import Membership, Tier
from masthead.community.operations import remind_of_renewals, tell_of_ends
from masthead.kit.jobs.schedule import list_periods
from masthead.letters.models import Letter
from masthead.letters.rendering import render_letter

pytestmark = pytest.mark.django_db

YEAR_END = MORNING + timedelta(days=365)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def tiers() -> None:
    make_tiers()


def make_membership(email: str = "alma@example.org", **told: Any) -> Membership:
    person = make_person(email)
    values: dict[str, Any] = {
        "amount_minor": 12000, "currency": "USD", "interval": "year", "state": "active", "since": MORNING,
        "paid_until": YEAR_END, "subscription": make_subscription(person), **told,
    }  # fmt: skip
    return Membership.objects.create(person=person, tier=Tier.objects.all()[0], **values)


def list_kinds() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("kind", flat=True))


class TestRenewalAhead:
    def test_is_told_once_before_the_charge(self) -> None:
        make_membership()
        for day in range(30, -3, -1):
            remind_of_renewals(now=YEAR_END - day * DAY)
        letter = Letter.objects.get()
        assert letter.kind == "renewal_ahead"
        assert letter.created_at == YEAR_END - 14 * DAY
        assert "$120" in render_letter(letter.kind, letter.context, language=letter.language).text

    def test_is_told_again_a_year_later(self) -> None:
        membership = make_membership()
        remind_of_renewals(now=YEAR_END - 10 * DAY)
        membership.paid_until = YEAR_END + 365 * DAY
        membership.save()
        remind_of_renewals(now=YEAR_END + 355 * DAY)
        assert list_kinds() == ["renewal_ahead", "renewal_ahead"]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
    @given(hours=st.lists(st.integers(-800, 100), max_size=12))
    def test_comes_at_most_once_whenever_the_job_runs(self, hours: list[int]) -> None:
        Letter.objects.all().delete()
        Membership.objects.all().delete()
        make_membership()
        for hour in hours:
            remind_of_renewals(now=YEAR_END + timedelta(hours=hour))
        due = any(-14 * 24 <= hour < -24 for hour in hours)
        assert len(list_kinds()) == due

    @pytest.mark.parametrize(
        "told",
        [
            {"interval": "month"},
            {"state": "ending", "ends_at": YEAR_END},
            {"state": "ended", "ends_at": MORNING},
            {"paid_until": None},
            {"subscription": None},
        ],
    )
    def test_is_not_told_where_nothing_is_charged(self, told: dict[str, Any]) -> None:
        make_membership(**told)
        assert remind_of_renewals(now=YEAR_END - 10 * DAY) == 0


class TestEnd:
    def tell(self, now: datetime) -> list[str]:
        tell_of_ends(now=now)
        return list_kinds()

    def test_is_told_once(self) -> None:
        make_membership(state="ended", ends_at=YEAR_END)
        assert self.tell(YEAR_END - DAY) == []
        assert self.tell(YEAR_END) == ["ended"]
        assert self.tell(YEAR_END + DAY) == ["ended"]
        letter = Letter.objects.get()
        assert "Nothing more is charged" in render_letter(letter.kind, letter.context, language="en").text

    def test_is_not_told_to_who_came_back_nor_long_after(self) -> None:
        make_membership(state="ended", ends_at=YEAR_END)
        make_membership(state="active")
        assert self.tell(YEAR_END) == []
        Membership.objects.filter(state="active").delete()
        assert self.tell(YEAR_END + 8 * DAY) == []


def test_is_work_that_recurs() -> None:
    assert "masthead.community.tasks.write_by_the_calendar" in list_periods()
