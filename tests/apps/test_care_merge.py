"""Two people who are one."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.core import mail
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.apps.community_cast import MONTH, MORNING, make_payment, make_person, make_subscription, make_tiers

from masthead.accounts import operations as accounts
from masthead.accounts.mail import AccountMessage
from masthead.accounts.models import User
from masthead.community import operations
from masthead.community.care import merging
from masthead.community.care.log import list_notes
from masthead.community.care.merging import NotMergeable, TwoPayMemberships, merge_people
from masthead.community.models import Membership, Tier
from masthead.community.queries import has_paid_membership, is_entitled
from masthead.payments.models import Payment, Subscription
from masthead.rules.pledges import PledgeState

pytestmark = pytest.mark.django_db
_numbers = count()


@pytest.fixture
def pair() -> tuple[User, User]:
    make_tiers()
    return make_person("stays@example.org", ""), make_person("goes@example.org", "Alma")


def subscribe(person: User) -> None:
    operations.project_membership(make_subscription(person), now=MORNING)


class TestMergePeople:
    def test_moves_what_is_theirs_and_lets_both_addresses_sign_in(self, pair: tuple[User, User]) -> None:
        stays, goes = pair
        subscribe(goes)
        make_payment(goes)
        EmailAddress.objects.create(user=goes, email=goes.email, verified=True)
        merge_people(stays, goes, by=None, now=MORNING)
        goes.refresh_from_db()
        assert (goes.is_active, goes.name, merging.is_merged(goes)) == (False, "", True)
        assert Payment.objects.filter(person=stays).count() == 1
        assert User.objects.with_email("GOES@example.org").get() == stays
        assert EmailAddress.objects.get(email="goes@example.org").user == stays
        assert has_paid_membership("goes@example.org")
        assert is_entitled(stays, now=MORNING)
        assert accounts.get_or_create_person(email="goes@example.org") == (stays, False)

    def test_a_code_sent_to_either_address_signs_in_to_the_one_that_stays(
        self, pair: tuple[User, User], client: Client
    ) -> None:
        stays, goes = pair
        merge_people(stays, goes, by=None, now=MORNING)
        client.post(reverse("account_login"), {"email": "goes@example.org"})
        letter = mail.outbox[-1]
        assert isinstance(letter, AccountMessage)
        assert (letter.kind, letter.to) == ("sign_in_code", ["goes@example.org"])
        client.post(reverse("account_confirm_login_code"), {"code": letter.context["code"]})
        assert client.session["_auth_user_id"] == str(stays.pk)

    def test_both_addresses_outlive_a_sign_in(self, pair: tuple[User, User]) -> None:
        stays, goes = pair
        merge_people(stays, goes, by=None, now=MORNING)
        stays.refresh_from_db()
        stays.save()
        accounts.align_address(stays)
        assert EmailAddress.objects.filter(user=stays, email="goes@example.org").exists()

    def test_twice_is_once(self, pair: tuple[User, User]) -> None:
        stays, goes = pair
        merge_people(stays, goes, by=None, now=MORNING)
        merge_people(stays, goes, by=None, now=MORNING)
        assert list_notes(stays.pk).count() == 1
        assert list_notes(stays.pk)[0].label == f"#{stays.pk}"

    def test_two_who_pay_are_refused_and_nothing_has_changed(self, pair: tuple[User, User]) -> None:
        subscribe(pair[0])
        subscribe(pair[1])
        with pytest.raises(TwoPayMemberships):
            merge_people(*pair, by=None, now=MORNING)
        assert Membership.objects.live().count() == 2
        assert User.objects.filter(email="goes@example.org", is_active=True).exists()

    def test_what_was_given_makes_room_and_entitles_to_its_end(self, pair: tuple[User, User]) -> None:
        tier = Tier.objects.get(key="community")
        operations.grant_membership(pair[0], tier=tier, until=MORNING + 5 * MONTH, source="comp", now=MORNING)
        subscribe(pair[1])
        merge_people(*pair, by=None, now=MORNING)
        live = Membership.objects.live().get()
        assert (live.person, live.is_granted) == (pair[0], False)
        assert is_entitled(pair[0], now=MORNING + 4 * MONTH)

    def test_nobody_with_themselves_and_nobody_who_works_here(self, pair: tuple[User, User]) -> None:
        with pytest.raises(NotMergeable):
            merge_people(pair[0], pair[0], by=None, now=MORNING)
        User.objects.filter(pk=pair[1].pk).update(is_staff=True)
        with pytest.raises(NotMergeable):
            merge_people(*pair, by=None, now=MORNING)

    @pytest.mark.parametrize("step", ["_make_room", "_move_addresses", "note"])
    def test_killed_on_the_way_nothing_has_moved(
        self, pair: tuple[User, User], monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        def die(*_args: object, **_more: object) -> None:
            raise KeyboardInterrupt

        make_payment(pair[1])
        with monkeypatch.context() as patch:
            patch.setattr(merging, step, die)
            with pytest.raises(KeyboardInterrupt):
                merge_people(*pair, by=None, now=MORNING)
        assert Payment.objects.get().person == pair[1]
        assert User.objects.with_email("goes@example.org").get() == pair[1]
        merge_people(*pair, by=None, now=MORNING)
        assert Payment.objects.get().person == pair[0]


class TestMergingAnyhow(TestCase):
    @settings(max_examples=30)
    @given(
        people=st.lists(
            st.tuples(st.sampled_from(["none", "paid", "comp"]), st.lists(st.integers(1, 9999), max_size=3)),
            min_size=2,
            max_size=4,
        ),
        pairs=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6),
    )
    def test_keeps_the_sums_and_one_live_membership(
        self, people: list[tuple[str, list[int]]], pairs: list[tuple[int, int]]
    ) -> None:
        Membership.objects.all().delete()
        Payment.objects.all().delete()
        Subscription.objects.all().delete()
        Tier.objects.all().delete()
        community, _patron = make_tiers()
        rows = []
        for kind, amounts in people:
            person = make_person(f"p{next(_numbers)}@example.org")
            if kind == "paid":
                subscribe(person)
            elif kind == "comp":
                until = MORNING + timedelta(days=next(_numbers) + 1)
                operations.grant_membership(person, tier=community, until=until, source="comp", now=MORNING)
            for minor in amounts:
                make_payment(person, amount_minor=minor)
            rows.append(person)
        before = Payment.objects.aggregate(total=Sum("amount_minor"))
        addresses = {person.email for person in rows}
        for one, other in pairs:
            try:
                merge_people(rows[one % len(rows)], rows[other % len(rows)], by=None, now=MORNING)
            except (NotMergeable, TwoPayMemberships):
                pass
        assert Payment.objects.aggregate(total=Sum("amount_minor")) == before
        for person in User.objects.all():
            live = person.memberships.exclude(state=PledgeState.ENDED.value)
            assert live.count() <= 1
            if merging.is_merged(person):
                assert not person.payments.exists()
        assert all(User.objects.with_email(address).count() == 1 for address in addresses)


def test_editors_have_none_of_the_permissions() -> None:
    from masthead.appeals.permissions import grant_to_groups as grant_appeals
    from masthead.community.care.permissions import ACTS, MEMBER_CARE, grant_to_groups

    grant_appeals(using="default")
    grant_to_groups(using="default")
    care = Permission.objects.filter(group__name=MEMBER_CARE)
    assert set(ACTS) <= set(care.values_list("codename", flat=True))
    assert not care.filter(content_type__app_label__in=["appeals", "newsroom", "wagtailcore"]).exists()
    others = Permission.objects.filter(group__name__in=["Editors", "Membership managers"])
    assert not others.filter(codename__in=ACTS).exists()
