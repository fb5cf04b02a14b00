"""People in the console, by the doors that staff use; and "delete everything about me"."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.apps.community_cast import make_checkout, make_payment, make_person, make_subscription, make_tiers

from masthead.accounts.models import User
from masthead.appeals.permissions import grant_to_groups as grant_appeals
from masthead.community import operations
from masthead.community.care.log import list_notes
from masthead.community.care.permissions import ACTS, MEMBER_CARE, grant_to_groups
from masthead.community.models import Erasure, Membership, Tier
from masthead.letters.models import Letter
from masthead.letters.operations import queue_letter
from masthead.payments.models import Payment
from masthead.rules.money import Money

_numbers = count(1)
pytestmark = pytest.mark.django_db
PAGES = {
    "comp_person": "comp",
    "refund_payment": "refund",
    "resend_letter": "resend",
    "cancel_membership": "cancel",
    "merge_people": "merge",
    "erase_person": "erase",
}


@pytest.fixture
def alma() -> User:
    make_tiers()
    return make_person()


@pytest.fixture
def care(client: Client) -> Client:
    grant_to_groups(using="default")
    person = User.objects.create_user("care@example.org", "", name="Cora", is_staff=True)
    person.groups.add(Group.objects.get(name=MEMBER_CARE))
    client.force_login(person)
    return client


@pytest.fixture
def sent_back(monkeypatch: pytest.MonkeyPatch) -> list[Money]:
    """Refunds go through, as far as our rows tell."""
    sent: list[Money] = []

    def refund(payment: Payment, *, amount: Money, now: Any) -> Payment:
        sent.append(amount)
        payment.refunded_minor += amount.minor
        payment.refunded_at = now
        payment.save()
        return payment

    monkeypatch.setattr("masthead.payments.operations.refund_payment", refund)
    return sent


def subscribe(person: User) -> Membership:
    now = timezone.now()
    subscription = make_subscription(person, started_at=now, paid_until=now + timedelta(days=30), customer="cus_1")
    membership = operations.project_membership(subscription, now=now)
    assert membership is not None
    return membership


def write(person: User, kind: str = "ended") -> Letter:
    return queue_letter(
        kind=kind,
        to=person.email,
        context={"x": "1"},
        language="en",
        unique_key=f"{kind}:{next(_numbers)}",
        now=timezone.now(),
    )


def address_of(permission: str, alma: User) -> str:
    args = {
        "refund_payment": lambda: [alma.pk, make_payment(alma).pk],
        "resend_letter": lambda: [alma.pk, write(alma).pk],
    }.get(permission, lambda: [alma.pk])()
    return reverse(f"care_{PAGES[permission]}", args=args)


def words(answer: Any) -> str:
    return BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)


def is_refused(answer: Any) -> bool:
    """Return whether Wagtail leads back to its front page, which is how it says no."""
    return bool(answer.status_code == 302 and answer["Location"] == "/cms/")


class TestPermissions:
    @pytest.mark.parametrize("permission", ACTS)
    def test_each_act_has_its_own(self, care: Client, alma: User, permission: str) -> None:
        address = address_of(permission, alma)
        assert care.get(address).status_code == 200
        group = Group.objects.get(name=MEMBER_CARE)
        group.permissions.remove(Permission.objects.get(codename=permission))
        assert is_refused(care.get(address))
        assert is_refused(care.post(address))
        page = care.get(reverse("care_person", args=[alma.pk])).content.decode()
        assert address not in page

    @pytest.mark.parametrize("role", ["Editors", "Membership managers"])
    def test_nobody_else_has_them(self, client: Client, alma: User, role: str) -> None:
        grant_appeals(using="default")
        grant_to_groups(using="default")
        group = Group.objects.get(name=role)
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        person = User.objects.create_user("other@example.org", "", is_staff=True)
        person.groups.add(group)
        client.force_login(person)
        for address in [reverse("care_people"), *(address_of(permission, alma) for permission in ACTS)]:
            assert is_refused(client.get(address)), address
        for permission in ACTS:
            assert is_refused(client.post(address_of(permission, alma))), permission

    def test_member_care_neither_writes_articles_nor_appeals(self, care: Client) -> None:
        assert is_refused(care.get(reverse("wagtailsnippets_appeals_appeal:add")))
        person = User.objects.get(email="care@example.org")
        assert not person.has_perm("appeals.publish_appeal")
        assert not any(name.startswith(("wagtailcore.", "newsroom.")) for name in person.get_all_permissions())

    def test_a_stranger_is_led_to_sign_in(self, client: Client) -> None:
        assert client.get(reverse("care_people")).status_code == 302


class TestLookUp:
    @pytest.mark.parametrize(
        "asked",
        [
            {"q": "alma@"},
            {"q": "BRANDT"},
            {"q": "pay_xyz"},
            {"q": "cus_xyz"},
            {"q": "sub_xyz"},
            {"amount": "37.00", "currency": "usd"},
            {"amount": "37", "on": "2026-11-02"},
        ],
    )
    def test_finds_by(self, care: Client, alma: User, asked: dict[str, str]) -> None:
        make_person("bo@example.org", "Bo")
        subscription = make_subscription(alma, reference="sub_xyz", customer="cus_xyz")
        make_payment(alma, reference="pay_xyz", subscription=subscription, amount_minor=3700)
        said = words(care.get(reverse("care_people"), asked))
        assert "alma@example.org" in said
        assert "bo@example.org" not in said

    @pytest.mark.parametrize(
        "asked", [{"q": "nobody@"}, {"amount": "x"}, {"amount": "5", "currency": "QQQ"}, {"q": "%"}]
    )
    def test_says_so_where_nobody_is(self, care: Client, alma: User, asked: dict[str, str]) -> None:
        answer = care.get(reverse("care_people"), asked)
        assert answer.status_code == 200
        assert "alma@example.org" not in words(answer)

    def test_shows_pages(self, care: Client) -> None:
        for number in range(30):
            make_person(f"many{number:02}@example.org")
        page = reverse("care_people")
        assert "Page 1 of 2" in words(care.get(page, {"q": "many"}))
        assert "many29@example.org" in words(care.get(page, {"q": "many", "p": "2"}))


class TestStory:
    def test_tells_everything_in_a_bounded_number_of_queries(
        self, care: Client, alma: User, django_assert_max_num_queries: Any
    ) -> None:
        membership = subscribe(alma)
        for _ in range(60):
            make_payment(alma, subscription=membership.subscription, checkout=make_checkout(alma))
        write(alma)
        with django_assert_max_num_queries(45):
            said = words(care.get(reverse("care_person", args=[alma.pk])))
        for part in ("Community", "Entitled until", "ended", "Membership begins", "Page 1 of 3"):
            assert part in said, part


class TestActs:
    def test_give_and_take_back(self, care: Client, alma: User) -> None:
        tier = Tier.objects.get(key="patron")
        day = (timezone.localdate() + timedelta(days=40)).isoformat()
        for _ in range(2):
            assert care.post(reverse("care_comp", args=[alma.pk]), {"tier": tier.pk, "until": day}).status_code == 302
        assert Membership.objects.live().get().source == "comp"
        assert [note.action for note in list_notes(alma.pk)] == ["community.comp"]
        for _ in range(2):
            care.post(reverse("care_revoke", args=[alma.pk]))
        assert not Membership.objects.live().exists()
        assert list_notes(alma.pk).count() == 2

    @pytest.mark.parametrize("until", ["2020-01-01", "2099-01-01", "soon", ""])
    def test_refuses_an_end_that_makes_no_sense(self, care: Client, alma: User, until: str) -> None:
        tier = Tier.objects.get(key="patron")
        answer = care.post(reverse("care_comp", args=[alma.pk]), {"tier": tier.pk, "until": until})
        assert answer.status_code == 200
        assert not Membership.objects.exists()

    def test_gives_nothing_to_who_pays(self, care: Client, alma: User) -> None:
        subscribe(alma)
        day = (timezone.localdate() + timedelta(days=40)).isoformat()
        tier = Tier.objects.get(key="patron")
        answer = care.post(reverse("care_comp", args=[alma.pk]), {"tier": tier.pk, "until": day})
        assert answer.status_code == 200
        assert Membership.objects.get().source == "paid"

    def test_sends_back_once_from_one_page(self, care: Client, alma: User, sent_back: list[Money]) -> None:
        payment = make_payment(alma)
        address = reverse("care_refund", args=[alma.pk, payment.pk])
        assert "$12" in words(care.get(address))
        for _ in range(2):
            care.post(address, {"amount": "5.00", "left": "1200"})
        assert sent_back == [Money(500, "USD")]
        note = list_notes(alma.pk).get()
        assert (note.label, note.data["minor"]) == (f"#{alma.pk}", 500)

    @pytest.mark.parametrize("amount", ["0", "-1", "12.01", "x", ""])
    def test_refuses_a_wrong_amount(self, care: Client, alma: User, sent_back: list[Money], amount: str) -> None:
        payment = make_payment(alma)
        address = reverse("care_refund", args=[alma.pk, payment.pk])
        assert care.post(address, {"amount": amount, "left": "1200"}).status_code == 200
        assert sent_back == []

    def test_sends_nobody_elses_payment_back(self, care: Client, alma: User, sent_back: list[Money]) -> None:
        payment = make_payment(make_person("bo@example.org"))
        assert care.post(reverse("care_refund", args=[alma.pk, payment.pk])).status_code == 404

    def test_sends_the_same_letter_once_more_to_the_present_address(self, care: Client, alma: User) -> None:
        letter = write(alma)
        address = reverse("care_resend", args=[alma.pk, letter.pk])
        token = BeautifulSoup(care.get(address).content, "html.parser").select_one("input[name=token]")
        assert token is not None
        for _ in range(2):
            care.post(address, {"token": token["value"]})
        first, again = Letter.objects.order_by("pk")
        assert (again.to, again.kind, again.context) == (alma.email, first.kind, first.context)
        assert again.unique_key.startswith("resent:")

    def test_sends_no_code_again(self, care: Client, alma: User) -> None:
        letter = write(alma, "sign_in_code")
        care.post(reverse("care_resend", args=[alma.pk, letter.pk]), {"token": "t"})
        assert Letter.objects.count() == 1

    @pytest.mark.parametrize(("when", "sent"), [("now", []), ("refund", [Money(1200, "USD")])])
    def test_ends_at_once(
        self,
        care: Client,
        alma: User,
        sent_back: list[Money],
        monkeypatch: pytest.MonkeyPatch,
        when: str,
        sent: list[Money],
    ) -> None:
        membership = subscribe(alma)
        make_payment(alma, subscription=membership.subscription)

        def cancel(subscription: Any, *, now: Any) -> Any:
            subscription.status, subscription.ended_at = "ended", now
            subscription.save()
            return subscription

        monkeypatch.setattr("masthead.payments.operations.cancel_subscription", cancel)
        for _ in range(2):
            assert care.post(reverse("care_cancel", args=[alma.pk]), {"when": when}).status_code == 302
        assert not Membership.objects.live().exists()
        assert sent_back == sent

    def test_merges(self, care: Client, alma: User) -> None:
        bo = make_person("bo@example.org", "Bo")
        make_payment(bo)
        address = reverse("care_merge", args=[alma.pk])
        assert "cannot be undone" in words(care.get(address))
        for _ in range(2):
            care.post(address, {"other": "bo@example.org"})
        assert Payment.objects.get().person == alma
        assert not User.objects.get(pk=bo.pk).is_active

    def test_erases_when_the_address_is_typed(self, care: Client, alma: User) -> None:
        address = reverse("care_erase", args=[alma.pk])
        assert care.post(address, {"word": "yes"}).status_code == 200
        assert not Erasure.objects.exists()
        for _ in range(2):
            assert care.post(address, {"word": "Alma@example.org"}).status_code in {302, 404}
        assert Erasure.objects.get().by_staff
        assert "alma" not in words(care.get(reverse("care_erasures"))).lower()

    @pytest.mark.parametrize("permission", ["comp_person", "cancel_membership", "merge_people", "erase_person"])
    def test_nothing_is_done_by_looking(self, care: Client, alma: User, permission: str) -> None:
        care.get(address_of(permission, alma), {"word": alma.email, "when": "now"})
        assert not list_notes(alma.pk).exists()


class TestEraseMe:
    def test_says_what_is_kept_and_signs_out(self, client: Client, alma: User) -> None:
        make_payment(alma)
        client.force_login(alma)
        assert reverse("membership_erase") in client.get(reverse("membership")).content.decode()
        assert "1 line" in words(client.get(reverse("membership_erase")))
        assert client.post(reverse("membership_erase"), {"word": "no"}).status_code == 200
        assert not Erasure.objects.exists()
        said = words(client.post(reverse("membership_erase"), {"word": alma.email}))
        assert "You are being forgotten" in said
        assert not Erasure.objects.get().by_staff
        assert client.get(reverse("membership")).status_code == 302

    def test_needs_a_sign_in(self, client: Client) -> None:
        assert client.post(reverse("membership_erase"), {"word": "x"}).status_code == 302
        assert not Erasure.objects.exists()
