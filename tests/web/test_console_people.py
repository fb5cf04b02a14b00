"""Helping members in the console: who may, what it says, what it does at the real sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from tests.apps.community_cast import make_person, make_tiers
from tests.web.community_sandbox import Desk, open_desk
from wagtail.models import ModelLogEntry

from masthead.accounts.models import User
from masthead.community.models import Membership, Tier
from masthead.letters.models import Letter
from masthead.payments.models import Payment

pytestmark = pytest.mark.django_db(transaction=True)
ALMA = "alma@example.org"


@pytest.fixture
def desk(tmp_path: Path, settings: Any) -> Iterator[Desk]:
    make_tiers()
    with open_desk(tmp_path) as desk:
        settings.MASTHEAD_SANDBOX_URL = desk.url
        yield desk


@pytest.fixture
def alma(desk: Desk) -> User:
    reader = Client()
    posted = {"tier": "community", "interval": "month", "currency": "USD", "amount": "12", "email": ALMA}
    reader.get(desk.pay(reader.post("/join/", posted).headers["Location"]))
    return User.objects.get(email=ALMA)


def staff(group: str) -> Client:
    person = make_person(f"{group[:3].lower()}@paper.example")
    person.is_staff = True
    person.save()
    person.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def manager(db: None) -> Client:
    return staff("Membership managers")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def say(answer: Any) -> str:
    return next(reversed([str(message) for message in get_messages(answer.wsgi_request)]), "")


class TestLookUp:
    @pytest.mark.parametrize("asked", ["alma@", "ALMA@EXAMPLE.ORG", "Alma B"])
    def test_finds_by_address_and_name(self, manager: Client, alma: User, asked: str) -> None:
        assert ALMA in read(manager, f"/cms/people/?q={asked}")

    def test_finds_by_a_reference_of_the_provider(self, manager: Client, alma: User) -> None:
        reference = Payment.objects.get().reference
        assert ALMA in read(manager, f"/cms/people/?q={reference}")

    def test_lists_nobody_unasked(self, manager: Client, alma: User) -> None:
        for asked in ("", "a", "  ", "%"):
            assert ALMA not in read(manager, f"/cms/people/?q={asked}")
        assert "Nobody is known by" in read(manager, "/cms/people/?q=nobody")

    def test_tells_the_whole_story_in_few_queries(
        self, manager: Client, alma: User, django_assert_max_num_queries: Any
    ) -> None:
        story = read(manager, f"/cms/people/{alma.pk}/")
        for words in ("Went to pay $12 a month", "Paid $12 for Community", "Became a member", "Letter:", "Visa 4242"):
            assert words in story
        with django_assert_max_num_queries(30):
            manager.get(f"/cms/people/{alma.pk}/")

    def test_is_for_membership_managers(self, alma: User) -> None:
        for client in (staff("Editors"), Client()):
            for address in ("people/", f"people/{alma.pk}/", f"people/{alma.pk}/comp/", f"people/{alma.pk}/end/"):
                answer = client.get(f"/cms/{address}")
                assert answer.status_code in {302, 403}
                assert ALMA not in answer.content.decode()

    def test_a_membership_manager_publishes_no_article(self, manager: Client) -> None:
        person = User.objects.get(email="mem@paper.example")
        assert not person.has_perm("newsroom.add_articlepage")
        assert not person.has_perm("wagtailcore.publish_page")


class TestActions:
    def test_gives_a_membership_until_a_day(self, manager: Client, desk: Desk) -> None:
        bea = make_person("bea@example.org")
        day = timezone.localdate() + timedelta(days=90)
        tier = Tier.objects.get(key="community")
        answer = manager.post(f"/cms/people/{bea.pk}/comp/", {"tier": tier.pk, "until": day.isoformat()})
        assert "Community until" in say(answer)
        membership = Membership.objects.get(person=bea)
        assert (membership.source, membership.amount_minor) == ("comp", 0)
        assert "Gave a membership" in read(manager, f"/cms/people/{bea.pk}/")

    @pytest.mark.parametrize("until", ["", "2020-01-01", "soon"])
    def test_a_day_that_is_none_is_refused(self, manager: Client, desk: Desk, until: str) -> None:
        bea = make_person("bea@example.org")
        tier = Tier.objects.get(key="community")
        assert manager.post(f"/cms/people/{bea.pk}/comp/", {"tier": tier.pk, "until": until}).status_code == 200
        assert not Membership.objects.exists()

    def refund(self, manager: Client, alma: User, **changed: Any) -> Any:
        payment = Payment.objects.get()
        posted = {"payment": payment.pk, "refunded_before": payment.refunded_minor, "amount": "5", **changed}
        return manager.post(f"/cms/people/{alma.pk}/refund/", posted)

    def test_sends_a_payment_back_in_part_and_a_second_click_does_not(self, manager: Client, alma: User) -> None:
        page = read(manager, f"/cms/people/{alma.pk}/refund/?payment={Payment.objects.get().pk}")
        assert "goes back to the card" in page
        assert "$5 goes back" in say(self.refund(manager, alma))
        assert "in the meantime" in say(self.refund(manager, alma, refunded_before=0))
        assert Payment.objects.get().refunded_minor == 500
        assert ModelLogEntry.objects.filter(action="community.refund").count() == 1

    def test_all_of_it_pays_for_nothing_any_more(self, manager: Client, alma: User) -> None:
        self.refund(manager, alma, amount="12")
        assert Membership.objects.get().paid_until is None

    @pytest.mark.parametrize("amount", ["0", "13", "lots", "", "-1"])
    def test_wrong_amounts_are_refused(self, manager: Client, alma: User, amount: str) -> None:
        assert self.refund(manager, alma, amount=amount).status_code == 200
        assert Payment.objects.get().refunded_minor == 0

    def test_nobody_elses_payment_goes_back(self, manager: Client, alma: User) -> None:
        other = make_person("other@example.org")
        assert self.refund(manager, other).status_code == 200
        assert manager.get(f"/cms/people/{other.pk}/refund/?payment={Payment.objects.get().pk}").status_code == 404
        assert Payment.objects.get().refunded_minor == 0

    def test_ends_with_the_paid_time_or_at_once(self, manager: Client, alma: User, desk: Desk) -> None:
        assert "ends on" in say(manager.post(f"/cms/people/{alma.pk}/end/"))
        assert Membership.objects.get().state == "ending"
        assert "has ended" in say(manager.post(f"/cms/people/{alma.pk}/end/", {"at_once": "on"}))
        assert Membership.objects.get().state == "ended"
        assert desk.count_subscriptions() == 0
        assert "no membership" in say(manager.post(f"/cms/people/{alma.pk}/end/"))

    def test_sends_a_letter_again_but_no_code(self, manager: Client, alma: User) -> None:
        letter = Letter.objects.filter(kind="receipt").get()
        Letter.objects.filter(pk=letter.pk).update(text="Thank you.", subject="Receipt")
        for _ in range(2):
            manager.post(f"/cms/people/{alma.pk}/letters/{letter.pk}/again/")
        assert Letter.objects.filter(unique_key__startswith=f"again:{letter.pk}:").count() == 1
        Letter.objects.filter(pk=letter.pk).update(kind="sign_in_code")
        answer = manager.post(f"/cms/people/{alma.pk}/letters/{letter.pk}/again/")
        assert "cannot be sent again" in say(answer)

    def test_each_takes_its_own_permission(self, alma: User) -> None:
        client = staff("Membership managers")
        group = Group.objects.get(name="Membership managers")
        group.permissions.set(group.permissions.exclude(codename__in=["comp_person", "refund_payment"]))
        for action, status in (("comp", 302), ("refund", 302), ("end", 200)):
            assert client.get(f"/cms/people/{alma.pk}/{action}/").status_code == status
        assert client.get(f"/cms/people/{alma.pk}/merge/").status_code == 404
