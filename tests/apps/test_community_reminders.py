"""Letters by the calendar: each once, none too late, none to who need not know."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings
from tests.apps.community_cast import MORNING, make_payment, make_person, make_subscription, make_tiers

from masthead.accounts.models import User
from masthead.community.letters_by_calendar import PAYMENT_FAILED
from masthead.community.models import Membership, Tier
from masthead.community.operations import (
    invite_back,
    remind_of_renewals,
    send_statements,
    tell_of_ends,
    tell_of_failed_payments,
    warn_of_expiring_cards,
)
from masthead.community.statements import make_statement
from masthead.kit.jobs.schedule import list_periods
from masthead.letters.kinds import Group
from masthead.letters.models import Letter
from masthead.letters.operations import deliver, stop_letters
from masthead.letters.rendering import render_letter
from masthead.payments.models import Payment, Subscription
from masthead.payments.signals import payment_failed
from masthead.rules.money import Money
from masthead.rules.reminding import APART

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


def fail_payment(paid_until: datetime = YEAR_END, **told: Any) -> Membership:
    person = make_person()
    subscription = make_subscription(person, status="past_due", paid_until=paid_until, settled_until=paid_until)
    return make_membership(
        state="past_due", interval="month", amount_minor=1200, paid_until=paid_until, subscription=subscription, **told
    )


def pay(membership: Membership) -> None:
    """Let another try succeed."""
    Subscription.objects.update(status="active", settled_until=YEAR_END + 30 * DAY, paid_until=YEAR_END + 30 * DAY)
    Membership.objects.update(state="active", paid_until=YEAR_END + 30 * DAY)


def deliver_all(now: datetime) -> list[str]:
    """Return the kinds of the letters that are sent in the end."""
    for letter in Letter.objects.filter(state="queued"):
        deliver(letter.pk, now=now)
    return list(Letter.objects.filter(state="sent").order_by("created_at").values_list("kind", flat=True))


class TestPaymentFailed:
    def test_is_told_three_times_in_two_weeks(self) -> None:
        fail_payment()
        for hour in range(-6, 24 * 40, 6):
            tell_of_failed_payments(now=YEAR_END + timedelta(hours=hour))
        letters = Letter.objects.order_by("created_at")
        assert [letter.kind for letter in letters] == list(PAYMENT_FAILED)
        days = [(letter.created_at - YEAR_END).days for letter in letters]
        assert days == [-1, 5, 12], "the first comes with the failure"
        last = render_letter(PAYMENT_FAILED[2], letters[2].context, language="en")
        assert "$12" in last.subject
        assert "November 23, 2027" in last.text
        assert "/membership/" in last.text

    def test_is_told_at_once_by_the_signal(self) -> None:
        membership = fail_payment()
        for _ in range(3):
            payment_failed.send(sender=Subscription, subscription_id=membership.subscription_id)
        assert list_kinds() == [PAYMENT_FAILED[0]]

    def test_is_told_anew_of_a_later_failure(self) -> None:
        membership = fail_payment()
        tell_of_failed_payments(now=YEAR_END)
        later = YEAR_END + 30 * DAY
        Subscription.objects.update(settled_until=later, paid_until=later)
        Membership.objects.update(paid_until=later)
        tell_of_failed_payments(now=later)
        assert list_kinds() == [PAYMENT_FAILED[0]] * 2
        assert membership.pk

    def test_of_months_ago_is_not_told(self) -> None:
        fail_payment()
        assert tell_of_failed_payments(now=YEAR_END + 21 * DAY) == 0

    def test_found_late_is_told_from_where_it_stands(self) -> None:
        fail_payment()
        tell_of_failed_payments(now=YEAR_END + 8 * DAY)
        assert list_kinds() == [PAYMENT_FAILED[1]]

    def test_counts_a_paused_month_as_settled(self) -> None:
        membership = fail_payment()
        Membership.objects.update(paid_until=YEAR_END - 90 * DAY)
        assert tell_of_failed_payments(now=YEAR_END) == 1
        assert membership.pk

    def test_is_not_sent_to_who_paid_before_it_went_out(self) -> None:
        membership = fail_payment()
        tell_of_failed_payments(now=YEAR_END)
        pay(membership)
        assert deliver_all(YEAR_END) == []
        assert Letter.objects.get().state == "stopped"

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(
        hours=st.lists(st.integers(-48, 24 * 60), max_size=15),
        paid_at=st.none() | st.integers(-24, 24 * 30),
        delay=st.integers(0, 72),
    )
    def test_is_told_at_most_once_each_in_order_apart_and_never_after_paying(
        self, hours: list[int], paid_at: int | None, delay: int
    ) -> None:
        """Whatever the times at which the job runs and the letters go out; some run backwards, as clocks do."""
        Letter.objects.all().delete()
        Membership.objects.all().delete()
        Subscription.objects.all().delete()
        membership = fail_payment()
        is_paid = False
        sent: list[tuple[int, str]] = []
        for hour in hours:
            if paid_at is not None and hour + delay >= paid_at and not is_paid:
                tell_of_failed_payments(now=YEAR_END + timedelta(hours=min(hour, paid_at)))
                pay(membership)
                is_paid = True
            tell_of_failed_payments(now=YEAR_END + timedelta(hours=hour))
            before = {kind for _hour, kind in sent}
            after = deliver_all(YEAR_END + timedelta(hours=hour + delay))
            assert len(after) == len(set(after)), "each once"
            assert not is_paid or set(after) == before, "nothing to who has paid"
            sent += [(hour, kind) for kind in after if kind not in before]
        assert [kind for _hour, kind in sent] == sorted({kind for _hour, kind in sent}, key=PAYMENT_FAILED.index)
        assert all(hour < 21 * 24 for hour, _kind in sent), "nothing once the grace is over"
        written = sorted(letter.created_at for letter in Letter.objects.all())
        assert all(later - earlier >= APART for earlier, later in itertools.pairwise(written))


class TestCardExpiring:
    def make(self, *, expires: date = date(2027, 11, 30), **told: Any) -> Membership:
        person = make_person()
        subscription = make_subscription(person, card_label="Visa 4242", card_expires_on=expires)
        return make_membership(subscription=subscription, **{"interval": "month", **told})

    def test_is_told_once_a_card_thirty_days_before(self) -> None:
        self.make()
        for day in range(60, -30, -1):
            warn_of_expiring_cards(now=datetime(2027, 11, 30, 12, tzinfo=UTC) - day * DAY)
        letter = Letter.objects.get()
        assert letter.created_at.date() == date(2027, 10, 31)
        words = render_letter(letter.kind, letter.context, language="en").text
        assert "Visa 4242" in words
        assert "November 30, 2027" in words

    def test_is_told_of_the_next_card_again(self) -> None:
        self.make()
        warn_of_expiring_cards(now=datetime(2027, 11, 20, tzinfo=UTC))
        Subscription.objects.update(card_label="Visa 1111", card_expires_on=date(2028, 11, 30))
        warn_of_expiring_cards(now=datetime(2027, 11, 21, tzinfo=UTC))
        warn_of_expiring_cards(now=datetime(2028, 11, 21, tzinfo=UTC))
        assert Letter.objects.count() == 2

    @pytest.mark.parametrize("told", [{"state": "ending", "ends_at": YEAR_END}, {"state": "ended", "ends_at": MORNING}])
    def test_is_not_told_where_nothing_more_is_charged(self, told: dict[str, Any]) -> None:
        self.make(**told)
        assert warn_of_expiring_cards(now=datetime(2027, 11, 20, tzinfo=UTC)) == 0

    def test_is_told_in_a_pause_that_ends(self) -> None:
        self.make(state="paused")
        assert warn_of_expiring_cards(now=datetime(2027, 11, 20, tzinfo=UTC)) == 1

    def test_is_not_sent_when_the_card_was_changed_meanwhile(self) -> None:
        self.make()
        warn_of_expiring_cards(now=datetime(2027, 11, 20, tzinfo=UTC))
        Subscription.objects.update(card_label="Visa 1111", card_expires_on=date(2031, 1, 31))
        assert deliver_all(YEAR_END) == []


class TestWinBack:
    def invite(self, day: float) -> list[str]:
        invite_back(now=YEAR_END + day * DAY)
        return list_kinds()

    def test_is_written_once_ninety_days_after(self) -> None:
        make_membership(state="ended", ends_at=YEAR_END)
        assert self.invite(89.9) == []
        assert self.invite(90) == ["win_back"]
        for day in range(91, 400):
            self.invite(day)
        assert list_kinds() == ["win_back"]

    def test_counts_from_the_end_of_what_was_paid(self) -> None:
        make_membership(state="ended", ends_at=MORNING + DAY)
        assert self.invite(-200) == []
        assert self.invite(90) == ["win_back"]

    def test_is_not_written_of_what_is_long_over(self) -> None:
        make_membership(state="ended", ends_at=YEAR_END)
        assert self.invite(105) == []

    def test_is_not_written_to_who_is_a_member_again(self) -> None:
        make_membership(state="ended", ends_at=YEAR_END)
        make_membership(state="active", since=YEAR_END + DAY)
        assert self.invite(90) == []

    def test_is_not_written_where_a_later_membership_ended_too(self) -> None:
        make_membership(state="ended", ends_at=YEAR_END)
        make_membership(
            state="ended", since=YEAR_END + DAY, ends_at=YEAR_END + 80 * DAY, paid_until=YEAR_END + 80 * DAY
        )
        assert self.invite(90) == []

    def test_is_not_written_to_who_is_gone(self) -> None:
        make_membership(state="ended", ends_at=YEAR_END)
        User.objects.update(is_active=False)
        assert self.invite(90) == []

    def test_is_not_sent_to_who_unsubscribed_or_joined_before_it_went_out(self) -> None:
        membership = make_membership(state="ended", ends_at=YEAR_END)
        self.invite(90)
        make_membership(state="active", since=YEAR_END + 90 * DAY)
        assert deliver_all(YEAR_END + 91 * DAY) == []
        stop_letters(membership.person.email, Group.INVITATIONS, now=YEAR_END)
        other = make_membership("bo@example.org", state="ended", ends_at=YEAR_END)
        stop_letters(other.person.email, Group.INVITATIONS, now=YEAR_END)
        self.invite(91)
        assert Letter.objects.filter(to="bo@example.org").get().state == "stopped"

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
    @given(days=st.lists(st.floats(-10, 200), max_size=12), back=st.none() | st.floats(0, 120))
    def test_comes_at_most_once_and_never_to_a_member(self, days: list[float], back: float | None) -> None:
        Letter.objects.all().delete()
        Membership.objects.all().delete()
        make_membership(state="ended", ends_at=YEAR_END)
        for day in sorted(days):
            if back is not None and day >= back and not Membership.objects.live().exists():
                make_membership(state="active", since=YEAR_END + back * DAY)
            self.invite(day)
            deliver_all(YEAR_END + day * DAY)
        due = any(90 <= day < 104 and (back is None or day < back) for day in days)
        assert list_kinds() == ["win_back"] * due


class TestStatement:
    JANUARY = datetime(2027, 1, 2, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def payments(self) -> None:
        alma = make_person()
        make_payment(alma, paid_at=datetime(2026, 1, 1, tzinfo=UTC))
        make_payment(alma, paid_at=datetime(2026, 6, 1, tzinfo=UTC), refunded_minor=200)
        make_payment(alma, paid_at=datetime(2026, 7, 1, tzinfo=UTC), refunded_minor=1200)
        make_payment(alma, paid_at=datetime(2026, 12, 31, 23, 59, tzinfo=UTC), amount_minor=500, currency="JPY")
        make_payment(alma, paid_at=datetime(2027, 1, 1, tzinfo=UTC))
        make_payment(make_person("bo@example.org"), paid_at=datetime(2026, 3, 1, tzinfo=UTC), refunded_minor=1200)
        make_payment(None, paid_at=datetime(2026, 3, 1, tzinfo=UTC))

    def test_is_written_once_in_january(self) -> None:
        for day in range(-40, 60):
            send_statements(now=self.JANUARY + day * DAY)
        letter = Letter.objects.get()
        assert letter.to == "alma@example.org"
        text = render_letter(letter.kind, letter.context, language="en").text
        assert "In all: ¥500 + $22" in text
        assert text.count("  * ") == 3
        assert "http://localhost:8000/membership/statement/2026/" in text

    def test_is_written_late_in_january_too_and_to_nobody_who_is_gone(self) -> None:
        assert send_statements(now=self.JANUARY + 28 * DAY) == 1
        assert send_statements(now=self.JANUARY + 28 * DAY) == 0
        Letter.objects.all().delete()
        User.objects.update(is_active=False)
        assert send_statements(now=self.JANUARY) == 0

    def test_follows_the_newsrooms_own_new_year(self, settings: Settings) -> None:
        settings.TIME_ZONE = "Pacific/Auckland"
        statement = make_statement(User.objects.get(email="alma@example.org"), 2027)
        assert statement is not None
        assert [str(line.amount) for line in statement.lines] == [str(Money(500, "JPY")), str(Money(1200, "USD"))]

    @given(
        payments=st.lists(st.tuples(st.sampled_from(["USD", "JPY", "KWD"]), st.integers(1, 10**6), st.integers(0, 98)))
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
    def test_sums_to_the_last_unit(self, payments: list[tuple[str, int, int]]) -> None:
        Payment.objects.all().delete()
        person = make_person("cy@example.org")
        kept: Counter[str] = Counter()
        for currency, minor, share in payments:
            back = minor * share // 98
            make_payment(person, amount_minor=minor, currency=currency, refunded_minor=back)
            kept[currency] += minor - back
        statement = make_statement(person, 2026)
        told = {total.currency: total.minor for total in statement.totals} if statement else {}
        assert told == {currency: minor for currency, minor in kept.items() if minor}


def test_repeated_from_two_processes_writes_one_letter_each() -> None:
    """The key of each letter is unique: who comes second finds it there."""
    fail_payment()
    make_membership("bo@example.org", state="ended", ends_at=YEAR_END - 95 * DAY, paid_until=YEAR_END - 95 * DAY)
    for _ in range(3):
        tell_of_failed_payments(now=YEAR_END)
        invite_back(now=YEAR_END)
    keys = list(Letter.objects.values_list("unique_key", flat=True))
    assert len(keys) == len(set(keys)) == 2


def test_is_work_that_recurs() -> None:
    assert "masthead.community.tasks.write_by_the_calendar" in list_periods()
