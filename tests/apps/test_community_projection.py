"""The membership as a projection of subscriptions."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.apps.community_cast import (
    MONTH,
    MORNING,
    make_checkout,
    make_payment,
    make_person,
    make_subscription,
    make_tiers,
)

from masthead.accounts.models import User
from masthead.community import operations
from masthead.community.models import Contribution, Membership, SurplusSubscription, Tier, TierPrice
from masthead.community.operations.complete import NotPaid
from masthead.community.queries import get_membership, get_standing, is_entitled
from masthead.kit.jobs.models import Job
from masthead.letters.models import Letter
from masthead.payments.models import Subscription
from masthead.rules import pledges
from masthead.rules.asking import AmountBelowFloor
from masthead.rules.money import Money
from masthead.rules.pledges import GRACE, Interval, PledgeState

pytestmark = pytest.mark.django_db
NOON = MORNING + timedelta(hours=3)


def project(subscription: Subscription, **told: Any) -> Membership | None:
    for name, value in told.items():
        setattr(subscription, name, value)
    subscription.save()
    return operations.project_membership(subscription, now=NOON)


@pytest.fixture
def alma() -> User:
    make_tiers()
    return make_person()


class TestProjectMembership:
    def test_begins_a_membership_with_what_was_paid(self, alma: User) -> None:
        membership = project(make_subscription(alma))
        assert membership is not None
        assert (membership.tier.key, membership.amount.minor, membership.interval) == ("community", 1200, "month")
        assert (membership.state, membership.paid_until) == (PledgeState.ACTIVE, MORNING + MONTH)
        assert membership.since == MORNING

    def test_repeated_changes_nothing(self, alma: User, django_assert_num_queries: Any) -> None:
        subscription = make_subscription(alma)
        first = project(subscription)
        again = project(subscription)
        assert first is not None
        assert again is not None
        assert (again.pk, again.updated_at) == (first.pk, first.updated_at)
        assert Membership.objects.count() == 1

    def test_a_subscription_that_was_never_paid_is_no_membership(self, alma: User) -> None:
        assert project(make_subscription(alma, paid_until=None, status="incomplete")) is None
        assert not Membership.objects.exists()

    def test_something_else_sold_is_no_membership(self, alma: User) -> None:
        assert project(make_subscription(alma, product="mugs")) is None
        assert not Membership.objects.exists()

    def test_a_subscription_of_nobody_is_no_membership(self, alma: User) -> None:
        assert project(make_subscription(None)) is None

    def test_renews(self, alma: User) -> None:
        subscription = make_subscription(alma)
        project(subscription)
        membership = project(subscription, paid_until=MORNING + 2 * MONTH)
        assert membership is not None
        assert membership.paid_until == MORNING + 2 * MONTH

    def test_tells_a_failed_payment_and_its_mending(self, alma: User) -> None:
        subscription = make_subscription(alma)
        project(subscription)
        failed = project(subscription, status="past_due")
        assert failed is not None
        assert failed.state == PledgeState.PAST_DUE
        mended = project(subscription, status="active", paid_until=MORNING + 2 * MONTH)
        assert mended is not None
        assert mended.state == PledgeState.ACTIVE

    def test_tells_an_end_that_was_asked_and_taken_back(self, alma: User) -> None:
        subscription = make_subscription(alma)
        project(subscription)
        ending = project(subscription, cancel_at_period_end=True)
        assert ending is not None
        assert (ending.state, ending.ends_at) == (PledgeState.ENDING, MORNING + MONTH)
        kept = project(subscription, cancel_at_period_end=False)
        assert kept is not None
        assert (kept.state, kept.ends_at) == (PledgeState.ACTIVE, None)

    def test_what_ended_makes_room_for_another(self, alma: User) -> None:
        project(make_subscription(alma, status="ended", ended_at=MORNING + MONTH))
        again = project(
            make_subscription(alma, product="patron", started_at=MORNING + 2 * MONTH, paid_until=MORNING + 3 * MONTH)
        )
        assert again is not None
        assert Membership.objects.count() == 2
        mine = get_membership(alma)
        assert mine is not None
        assert mine.tier.key == "patron"

    def test_follows_the_tier(self, alma: User) -> None:
        subscription = make_subscription(alma)
        project(subscription)
        raised = project(subscription, product="patron", amount_minor=2500)
        assert raised is not None
        assert (raised.tier.key, raised.amount.minor) == ("patron", 2500)

    def test_the_database_holds_to_one_live_membership_a_person(self, alma: User) -> None:
        membership = project(make_subscription(alma))
        assert membership is not None
        twin = Membership(
            person=alma,
            tier=membership.tier,
            amount_minor=1,
            currency="USD",
            interval="month",
            state="past_due",
            since=NOON,
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save()


class TestEntitlement:
    def test_runs_to_the_end_of_the_paid_time_and_its_grace(self, alma: User) -> None:
        project(make_subscription(alma))
        last = MORNING + MONTH + GRACE
        assert is_entitled(alma, now=last - timedelta(seconds=1))
        assert not is_entitled(alma, now=last)

    @pytest.mark.parametrize(
        "told", [{"status": "past_due"}, {"cancel_at_period_end": True}, {"status": "ended", "ended_at": NOON}]
    )
    def test_does_not_ask_for_the_state(self, alma: User, told: dict[str, Any]) -> None:
        project(make_subscription(alma, **told))
        assert get_standing(alma, now=NOON).benefits == ("ad_free", "community_content")

    def test_ends_at_once_where_everything_went_back(self, alma: User) -> None:
        subscription = make_subscription(alma)
        project(subscription)
        membership = project(subscription, paid_until=None)
        assert membership is not None
        assert membership.paid_until is None
        assert not is_entitled(alma, now=NOON)
        assert get_standing(alma, now=NOON).benefits == ()

    def test_nobody_is_entitled_to_nothing(self, alma: User) -> None:
        standing = get_standing(alma, now=NOON)
        assert (standing.membership, standing.benefits, standing.entitled_until) == (None, (), None)

    def test_a_tier_may_gain_a_benefit_and_its_members_have_it(self, alma: User) -> None:
        membership = project(make_subscription(alma))
        assert membership is not None
        membership.tier.benefits = [*membership.tier.benefits, "name_in_thanks", "no_such_benefit"]
        membership.tier.save()
        assert get_standing(alma, now=NOON).benefits == ("ad_free", "community_content", "name_in_thanks")


class TestSecondSubscription:
    def test_is_no_second_membership_but_is_ended_and_reported(
        self, alma: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        first = project(make_subscription(alma))
        with caplog.at_level(logging.WARNING):
            assert project(make_subscription(alma, product="patron")) is None
        assert list(Membership.objects.all()) == [first]
        surplus = SurplusSubscription.objects.get()
        assert surplus.end_asked_at is None
        assert "second membership" in caplog.text
        assert alma.email not in caplog.text
        job = Job.objects.get(task__startswith="masthead.community")
        assert (job.task, job.payload["args"]) == ("masthead.community.tasks.end_surplus_subscription", [surplus.pk])

    def test_repeated_is_reported_once(self, alma: User) -> None:
        project(make_subscription(alma))
        second = make_subscription(alma)
        for _ in range(3):
            project(second)
        assert SurplusSubscription.objects.count() == 1
        assert Job.objects.filter(task__startswith="masthead.community").count() == 1

    def test_gives_what_it_paid_for(self, alma: User) -> None:
        project(make_subscription(alma))
        project(make_subscription(alma, product="patron", interval="year", paid_until=MORNING + 12 * MONTH))
        later = MORNING + 5 * MONTH
        standing = get_standing(alma, now=later)
        assert standing.is_entitled(later)
        assert standing.is_doubled
        assert "name_in_thanks" in standing.benefits

    def test_takes_the_place_of_the_first_when_that_ends(self, alma: User) -> None:
        first, second = make_subscription(alma), make_subscription(alma, product="patron")
        project(first)
        project(second, cancel_at_period_end=True)
        project(first, status="ended", ended_at=NOON)
        mine = get_membership(alma)
        assert mine is not None
        assert (mine.subscription_id, mine.state) == (second.pk, PledgeState.ENDING)
        assert not SurplusSubscription.objects.exists()

    def test_that_gave_everything_back_entitles_to_nothing(self, alma: User) -> None:
        project(make_subscription(alma))
        second = make_subscription(alma, product="patron")
        project(second)
        project(second, paid_until=None, status="ended", ended_at=NOON)
        standing = get_standing(alma, now=NOON)
        assert not standing.is_doubled
        assert "name_in_thanks" not in standing.benefits


class TestCompleteJoining:
    def test_of_a_single_gift_is_one_contribution_and_one_letter(self, alma: User) -> None:
        checkout = make_checkout(alma, interval="once", amount_minor=2500)
        payment = make_payment(alma, checkout=checkout, amount_minor=2500)
        for _ in range(2):
            operations.complete_joining(checkout, now=NOON)
            operations.project_payment(payment, now=NOON)
        assert Contribution.objects.get().payment == payment
        letter = Letter.objects.get()
        assert (letter.kind, letter.to) == ("thanks_once", alma.email)
        assert letter.context == {"name": "Alma Brandt", "amount": "$25"}
        assert get_membership(alma) is None

    def test_of_a_subscription_is_one_membership_and_one_letter(self, alma: User) -> None:
        checkout = make_checkout(alma, subscription=make_subscription(alma))
        for _ in range(2):
            operations.complete_joining(checkout, now=NOON)
        assert Membership.objects.count() == 1
        letter = Letter.objects.get()
        assert letter.kind == "thanks"
        assert letter.context["price"] == "$12 a month"
        assert letter.context["benefits"] == "The whole site without ads\nCommunity-only articles"

    def test_of_what_was_not_paid_is_refused(self, alma: User) -> None:
        with pytest.raises(NotPaid):
            operations.complete_joining(make_checkout(alma, state="open", completed_at=None), now=NOON)

    def test_a_payment_of_a_subscription_projects_its_membership(self, alma: User) -> None:
        operations.project_payment(make_payment(alma, subscription=make_subscription(alma)), now=NOON)
        assert get_membership(alma) is not None

    def test_a_payment_for_neither_is_nothing_of_ours(self, alma: User) -> None:
        operations.project_payment(make_payment(alma), now=NOON)
        assert not Contribution.objects.exists()


class TestOperationsGuardThemselves:
    """Whatever a form let through."""

    def test_an_amount_below_the_floor_is_never_asked_of_the_provider(self, alma: User) -> None:
        project(make_subscription(alma))
        with pytest.raises(AmountBelowFloor):
            operations.change_plan(
                alma,
                tier=Tier.objects.get(key="community"),
                interval=Interval.MONTH,
                amount=Money(599, "USD"),
                now=NOON,
            )

    def test_a_checkout_below_the_floor_is_never_begun(self, alma: User) -> None:
        price = TierPrice.objects.get(floor_minor=600)
        order = operations.JoinOrder(
            price=price,
            amount=Money(599, "USD"),
            email=alma.email,
            person=alma,
            token="",
            language="en",
            return_url="",
            cancel_url="",
        )
        with pytest.raises(AmountBelowFloor):
            operations.start_joining(order, earlier=[], now=NOON)


days = st.integers(0, 90)
mirrors = st.builds(
    lambda paid, status, ending, amount, product, ended: {
        "paid_until": None if paid is None else MORNING + timedelta(days=paid),
        "status": "ended" if ended is not None else status,
        "cancel_at_period_end": ending,
        "amount_minor": amount,
        "product": product,
        "ended_at": None if ended is None else MORNING + timedelta(days=ended),
    },
    st.none() | days,
    st.sampled_from(["active", "past_due"]),
    st.booleans(),
    st.sampled_from([600, 1200, 5000]),
    st.sampled_from(["community", "patron"]),
    st.none() | days,
)


class TestLaws(TestCase):
    """What holds for every history."""

    def setup_example(self) -> None:
        super().setup_example()
        make_tiers()

    @settings(max_examples=40, deadline=None)
    @given(st.lists(mirrors, min_size=1, max_size=5), st.integers(0, 200))
    def test_only_what_stands_at_last_counts(self, history: list[dict[str, Any]], day: int) -> None:
        """Messages lost, repeated or late: the membership is what the subscription says now."""
        now = MORNING + timedelta(days=day)
        watched, unwatched = make_person("watched@example.org"), make_person("unwatched@example.org")
        one, other = make_subscription(watched), make_subscription(unwatched)
        project(one), project(other)
        for mirror in history:
            project(one, **mirror)
            project(one, **mirror)
        project(other, **history[-1])
        assert _tell(watched, now) == _tell(unwatched, now)

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 2), mirrors), min_size=1, max_size=10),
        st.integers(0, 200),
    )
    def test_one_live_membership_at_most_and_whoever_paid_is_let_in(
        self, history: list[tuple[int, dict[str, Any]]], day: int
    ) -> None:
        now = MORNING + timedelta(days=day)
        person = make_person("twice@example.org")
        mine = [make_subscription(person, paid_until=None, status="incomplete") for _ in range(3)]
        for number, mirror in history:
            project(mine[number], **mirror)
        assert Membership.objects.live().filter(person=person).count() <= 1
        paid = [
            told.paid_until
            for told in Subscription.objects.filter(person=person)
            if told.paid_until and told.paid_until + GRACE > now
        ]
        assert is_entitled(person, now=now) == bool(paid)

    @settings(max_examples=40, deadline=None)
    @given(mirrors, st.integers(0, 200))
    def test_entitlement_is_that_of_the_rules(self, mirror: dict[str, Any], day: int) -> None:
        now = MORNING + timedelta(days=day)
        person = make_person("rule@example.org")
        subscription = make_subscription(person)
        project(subscription)
        project(subscription, **mirror)
        pledge = operations.build_pledge(subscription)
        assert is_entitled(person, now=now) == (subscription.was_paid and pledges.is_entitled(pledge, now))


def _tell(person: User, now: datetime) -> tuple[Any, ...]:
    standing = get_standing(person, now=now)
    mine = standing.membership
    assert mine is not None
    told = (mine.tier.key, mine.amount, mine.interval, mine.state, mine.paid_until, mine.since, mine.ends_at)
    return (*told, standing.benefits, standing.entitled_until)


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    @pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite in memory has one connection")
    def test_many_messages_make_one_membership(self) -> None:
        make_tiers()
        alma = make_person()
        mine = [make_subscription(alma) for _ in range(2)] * 4
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(project_alone, mine))
        assert Membership.objects.count() == 1
        assert SurplusSubscription.objects.count() == 1


def project_alone(subscription: Subscription) -> None:
    """Project on a connection of one's own."""
    try:
        operations.project_membership(subscription, now=NOON)
    finally:
        connection.close()
