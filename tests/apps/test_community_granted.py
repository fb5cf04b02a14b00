"""Memberships that were given: by staff, by a reader, from the pool."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.apps.community_cast import MONTH, MORNING, make_person, make_subscription, make_tiers

from masthead.accounts.models import User
from masthead.community import operations
from masthead.community.models import Membership, MembershipSource, Tier
from masthead.community.queries import get_membership, has_paid_membership, is_entitled
from masthead.rules.pledges import GRACE, PledgeState

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
END = MORNING + 3 * MONTH


@pytest.fixture
def alma() -> User:
    make_tiers()
    return make_person()


def grant(person: User, *, tier: str = "community", until: object = END, source: str = "comp") -> Membership:
    row = Tier.objects.get(key=tier)
    return operations.grant_membership(person, tier=row, until=until, source=source, now=MORNING)  # type: ignore[arg-type]  # nonsense is tried too


class TestGrantMembership:
    def test_entitles_until_its_end_and_the_grace(self, alma: User) -> None:
        membership = grant(alma)
        assert (membership.amount.minor, membership.subscription_id, membership.is_granted) == (0, None, True)
        assert is_entitled(alma, now=MORNING)
        assert is_entitled(alma, now=END + GRACE - SECOND)
        assert not is_entitled(alma, now=END + GRACE)

    def test_given_again_is_prolonged_and_never_cut(self, alma: User) -> None:
        first = grant(alma, tier="patron")
        again = grant(alma, until=END + MONTH)
        shorter = grant(alma, until=END - MONTH)
        assert {first.pk} == {again.pk, shorter.pk}
        assert (shorter.ends_at, shorter.paid_until, shorter.tier.key) == (END + MONTH, END + MONTH, "patron")

    def test_is_refused_to_whoever_pays(self, alma: User) -> None:
        operations.project_membership(make_subscription(alma), now=MORNING)
        with pytest.raises(operations.AlreadyMember):
            grant(alma)

    @pytest.mark.parametrize(("until", "source"), [(MORNING, "comp"), (MORNING - SECOND, "gift"), (END, "paid")])
    def test_refuses_an_end_that_is_past_and_a_paid_one(self, alma: User, until: object, source: str) -> None:
        with pytest.raises(operations.BadGrant):
            grant(alma, until=until, source=source)
        assert not Membership.objects.exists()

    def test_refuses_a_source_that_does_not_exist(self, alma: User) -> None:
        with pytest.raises(ValueError, match="lottery"):
            grant(alma, source="lottery")

    def test_leaves_the_way_open_to_pay(self, alma: User) -> None:
        grant(alma)
        assert not has_paid_membership(alma.email)


class TestPayingMeanwhile:
    def test_takes_the_place_of_what_was_given(self, alma: User) -> None:
        given_one = grant(alma)
        paid = operations.project_membership(make_subscription(alma), now=MORNING + SECOND)
        given_one.refresh_from_db()
        assert paid is not None
        assert get_membership(alma) == paid
        assert (given_one.state, given_one.paid_until) == (PledgeState.ENDED, END)
        assert not alma.surplus_subscriptions.exists()

    def test_keeps_the_time_that_was_given(self, alma: User) -> None:
        grant(alma)
        operations.project_membership(make_subscription(alma, paid_until=MORNING + MONTH), now=MORNING)
        assert is_entitled(alma, now=END + GRACE - SECOND)


class TestTheEnd:
    def test_comes_by_the_calendar(self, alma: User) -> None:
        membership = grant(alma)
        assert operations.end_granted(now=END - SECOND) == 0
        assert operations.end_granted(now=END) == 1
        assert operations.end_granted(now=END) == 0
        membership.refresh_from_db()
        assert not membership.is_live

    def test_leaves_what_is_paid_alone(self, alma: User) -> None:
        operations.project_membership(make_subscription(alma, cancel_at_period_end=True), now=MORNING)
        assert operations.end_granted(now=END) == 0

    def test_comes_at_once_when_it_is_revoked(self, alma: User) -> None:
        membership = grant(alma)
        for _ in range(2):
            membership = operations.revoke_membership(membership, now=MORNING + MONTH)
        assert (membership.state, membership.ends_at) == (PledgeState.ENDED, MORNING + MONTH)
        assert not is_entitled(alma, now=MORNING + MONTH)

    def test_is_not_for_what_is_paid(self, alma: User) -> None:
        paid = operations.project_membership(make_subscription(alma), now=MORNING)
        assert paid is not None
        with pytest.raises(operations.NotGranted):
            operations.revoke_membership(paid, now=MORNING)


class TestWhateverComesFirst(TestCase):
    @given(
        acts=st.lists(
            st.tuples(st.sampled_from(["grant", "pay", "end", "calendar"]), st.integers(1, 400)), min_size=1, max_size=8
        )
    )
    @settings(deadline=None, max_examples=30)
    def test_at_most_one_is_live_and_no_given_day_is_lost(self, acts: list[tuple[str, int]]) -> None:
        if not Tier.objects.exists():
            make_tiers()
        person = make_person(f"p{User.objects.count()}@example.org")
        promised = MORNING
        for act, days in acts:
            until = MORNING + timedelta(days=days)
            match act:
                case "grant":
                    try:
                        grant(person, until=until, source=MembershipSource.GIFT)
                    except operations.AlreadyMember:
                        continue
                    promised = max(promised, until)
                case "pay":
                    operations.project_membership(make_subscription(person, paid_until=until), now=MORNING)
                    promised = max(promised, until)
                case "end":
                    for row in Membership.objects.live().paid().filter(person=person):
                        assert row.subscription is not None
                        row.subscription.status, row.subscription.ended_at = "ended", MORNING
                        row.subscription.save()
                        operations.project_membership(row.subscription, now=MORNING)
                case _:
                    operations.end_granted(now=MORNING)
            assert Membership.objects.live().filter(person=person).count() <= 1
            if promised > MORNING:
                assert is_entitled(person, now=promised - SECOND)
