"""Everything we hold about a person, in the person's own hands."""

from __future__ import annotations

import json

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.test import Client
from django.utils import timezone
from tests.apps.community_cast import make_payment, make_person, make_subscription, make_tiers

from masthead.accounts.mail import KIND_BY_PREFIX
from masthead.accounts.models import User
from masthead.community.export import TOLD
from masthead.community.models import Membership, Tier
from masthead.letters.models import Letter

pytestmark = pytest.mark.django_db

ADDRESS = "/membership/everything.json"


def sign_in(email: str, *, proved: bool = True) -> tuple[Client, User]:
    person = make_person(email)
    EmailAddress.objects.update_or_create(user=person, email=email, defaults={"verified": proved, "primary": True})
    client = Client()
    client.force_login(person, backend="masthead.accounts.passwords.PasswordBackend")
    return client, person


def make_membership(person: User) -> None:
    Membership.objects.create(
        person=person,
        tier=Tier.objects.all()[0],
        subscription=make_subscription(person),
        amount_minor=1200,
        currency="USD",
        interval="month",
        state="active",
        since=timezone.now(),
    )


def write_letter(to: str, *, kind: str = "receipt", subject: str = "Thank you", text: str = "Six dollars") -> None:
    Letter.objects.create(
        kind=kind,
        unique_key=f"{kind}:{to}",
        to=to,
        language="en",
        subject=subject,
        text=text,
        created_at=timezone.now(),
    )


class TestExport:
    def test_tells_everything_of_the_person_and_nothing_of_others(self) -> None:
        make_tiers()
        client, person = sign_in("alma@example.org")
        _other_client, other = sign_in("else@example.org")
        for one in (person, other):
            make_membership(one)
            make_payment(one)
            write_letter(one.email)

        answer = client.get(ADDRESS)

        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment; filename=")
        assert "no-store" in answer["Cache-Control"]
        told = json.loads(answer.content)
        assert told["account"]["email"] == "alma@example.org"
        assert [len(told[name]) for name in ("memberships", "subscriptions", "payments", "letters")] == [1, 1, 1, 1]
        assert told["letters"][0]["text"] == "Six dollars"
        assert "else@example.org" not in answer.content.decode()

    def test_tells_no_code(self) -> None:
        client, person = sign_in("alma@example.org")
        for kind in set(KIND_BY_PREFIX.values()):
            write_letter(person.email, kind=kind, subject=f"{kind} BXKR", text=f"{kind} BXKR")
        told = {letter["kind"]: letter for letter in client.get(ADDRESS).json()["letters"]}
        assert set(told) == set(KIND_BY_PREFIX.values())
        assert {kind for kind, letter in told.items() if "BXKR" not in json.dumps(letter)} == {
            "sign_in_code",
            "confirm_address",
        }

    def test_tells_no_letter_to_an_address_that_is_not_proved(self) -> None:
        """Who pays with a stranger's address is signed in to the new account, and may not read the stranger's mail."""
        client, person = sign_in("stranger@example.org", proved=False)
        write_letter(person.email)
        assert client.get(ADDRESS).json()["letters"] == []

    def test_is_for_who_is_signed_in(self) -> None:
        answer = Client().get(ADDRESS)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/login/")

    def test_is_offered_on_my_membership(self) -> None:
        client, _person = sign_in("alma@example.org")
        assert f'href="{ADDRESS}"' in client.get("/membership/").content.decode()

    def test_leaves_out_no_row_that_points_to_a_person(self) -> None:
        """A model that comes to point at people has to be told of, too."""
        ours = {"accounts", "account", "mfa", "letters", "payments", "community"}
        pointing = {
            model
            for model in apps.get_models()
            if model._meta.app_label in ours
            and any(field.related_model is User and not field.auto_created for field in model._meta.get_fields())
        }
        assert pointing <= {told.rows.model for told in TOLD.values()}
