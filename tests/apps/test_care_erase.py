"""Being forgotten: what goes, what stays, and a stop at every step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from tests.apps.community_cast import MORNING, make_checkout, make_payment, make_person, make_subscription, make_tiers

from masthead.accounts.models import OtherAddress, User
from masthead.community import operations
from masthead.community.care import erasing, merging
from masthead.community.models import Contribution, EndReason, Erasure, Membership, SurplusSubscription
from masthead.letters.models import Letter, LetterState
from masthead.letters.operations import queue_letter
from masthead.payments.models import Checkout, Payment, Subscription
from masthead.payments.providers.base import PaymentsUnavailable
from masthead.rules.errors import MastheadError

pytestmark = pytest.mark.django_db


class Desk:
    """A provider that can be away."""

    def __init__(self) -> None:
        self.erased: list[tuple[str, str]] = []
        self.is_away = False

    def erase_customer(self, provider: str, customer: str) -> None:
        if self.is_away:
            raise PaymentsUnavailable
        self.erased.append((provider, customer))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk()
    monkeypatch.setattr("masthead.payments.operations.erase_customer", desk.erase_customer)
    return desk


@pytest.fixture
def alma() -> User:
    """Somebody of whom there is one row of everything."""
    make_tiers()
    alma = make_person()
    subscription = make_subscription(alma, customer="cus_1", card_label="Visa 4242")
    checkout = make_checkout(alma, name="Alma Brandt", network="abc", token="t", subscription=subscription)
    make_checkout(None, email=alma.email, state="open", completed_at=None)
    make_payment(alma, subscription=subscription, checkout=checkout, token="t", country="DE")
    gift = make_payment(alma, amount_minor=2500)
    Contribution.objects.create(payment=gift, person=alma, given_at=MORNING)
    membership = operations.project_membership(subscription, now=MORNING)
    assert membership is not None
    EndReason.objects.create(membership=membership, person=alma, why="money", words="Too dear", said_at=MORNING)
    operations.project_membership(make_subscription(alma, customer="cus_2"), now=MORNING)
    EmailAddress.objects.create(user=alma, email=alma.email, verified=True)
    OtherAddress.objects.create(user=alma, email="other@example.org")
    Authenticator.objects.create(user=alma, type="webauthn", data={"name": "phone"})
    for number, to in enumerate((alma.email, "Other@example.org")):
        queue_letter(kind="ended", to=to, context={}, language="en", unique_key=f"l{number}", now=MORNING)
    Client().force_login(alma)
    return alma


def everything_said() -> str:
    """Return all that every table says, as one text."""
    said: list[Any] = []
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            said += model._default_manager.values_list()
    return repr(said)


def assert_gone(person_key: int) -> None:
    letter = Letter.objects.get()
    assert letter.kind == erasing.ERASED
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.SENT, sent_at=timezone.now())
    erasure = erasing.erase(Erasure.objects.get().pk, now=MORNING)
    assert erasure.done_at is not None
    said = everything_said()
    for word in ("alma@", "other@", "Alma", "Too dear", "cus_1", "cus_2", "4242", "phone"):
        assert word not in said, word
    assert not User.objects.filter(pk=person_key).exists()
    for model in (Membership, SurplusSubscription, Session):
        assert not model._default_manager.exists()
    kept = Payment.objects.filter(person=None, token="").values_list("amount_minor", "currency", "country")
    assert sorted(kept) == [(1200, "USD", "DE"), (2500, "USD", "")]


class TestErase:
    def test_leaves_the_books_and_no_word_of_the_person(self, alma: User, desk: Desk) -> None:
        key = alma.pk
        erasure = erasing.ask_erasure(alma, by=None, now=MORNING)
        erasing.erase(erasure.pk, now=MORNING)
        assert sorted(desk.erased) == [("sandbox", "cus_1"), ("sandbox", "cus_2")]
        assert_gone(key)

    def test_closes_the_account_at_once_and_is_asked_once(self, alma: User, desk: Desk) -> None:
        first = erasing.ask_erasure(alma, by=None, now=MORNING)
        assert erasing.ask_erasure(alma, by=None, now=MORNING) == first
        alma.refresh_from_db()
        assert not alma.is_active

    def test_goes_on_here_while_the_provider_is_away(self, alma: User, desk: Desk) -> None:
        key, desk.is_away = alma.pk, True
        erasure = erasing.ask_erasure(alma, by=None, now=MORNING)
        erasing.erase(erasure.pk, now=MORNING)
        erasure.refresh_from_db()
        assert not User.objects.exists()
        assert (len(erasure.customers), erasure.done_at) == (2, None)
        desk.is_away = False
        assert erasing.erase_open(now=MORNING) == 0
        assert_gone(key)

    @pytest.mark.parametrize(
        "step", ["_scrub_rows", "_end_sessions", "_scrub_history", "queue_letter", "_erase_at_providers", "_finish"]
    )
    def test_killed_at_any_step_is_taken_up_again(
        self, alma: User, desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        class Killed(BaseException):
            pass

        def die(*_args: Any, **_more: Any) -> None:
            raise Killed

        key = alma.pk
        erasure = erasing.ask_erasure(alma, by=None, now=MORNING)
        with monkeypatch.context() as patch:
            patch.setattr(erasing, step, die)
            with pytest.raises(Killed):
                erasing.erase(erasure.pk, now=MORNING)
        erasing.erase_open(now=MORNING)
        assert_gone(key)

    def test_throws_away_a_last_letter_that_nobody_takes(self, alma: User, desk: Desk) -> None:
        erasure = erasing.ask_erasure(alma, by=None, now=MORNING)
        erasing.erase(erasure.pk, now=MORNING)
        assert Letter.objects.count() == 1
        later = MORNING + erasing.LETTER_WAITS + timedelta(seconds=1)
        assert erasing.erase(erasure.pk, now=later).done_at == later
        assert not Letter.objects.exists()

    def test_refuses_who_works_here(self, alma: User) -> None:
        User.objects.filter(pk=alma.pk).update(is_staff=True)
        with pytest.raises(erasing.NotErasable):
            erasing.ask_erasure(alma, by=None, now=MORNING)

    def test_a_refused_provider_keeps_it_open(self, alma: User, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_args: str) -> None:
            raise MastheadError

        monkeypatch.setattr("masthead.payments.operations.erase_customer", refuse)
        erasure = erasing.ask_erasure(alma, by=None, now=MORNING)
        assert erasing.erase(erasure.pk, now=MORNING).done_at is None
        assert not User.objects.exists()


class TestNothingIsForgotten:
    """A new table that points to a person has to say here what becomes of it."""

    # Deleted with the person's own row.
    FALLS: frozenset[str] = frozenset(
        {
            "account.EmailAddress",
            "accounts.OtherAddress",
            "mfa.Authenticator",
            "wagtailusers.UserProfile",
            "accounts.User_groups",
            "accounts.User_user_permissions",
            "wagtailadmin.EditingSession",
            "wagtailadmin.FormState",
        }
    )
    # Only who works here has these, and nobody who works here is erased.
    STAFF: frozenset[str] = frozenset({"wagtailcore", "wagtailimages", "wagtaildocs", "admin", "appeals", "newsroom"})

    def test_every_table_that_points_to_a_person_is_handled(self) -> None:
        handled = {model._meta.label for model in erasing.BECOMES}
        open_ones = set()
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.get_fields():
                is_theirs = field.is_relation and field.concrete and not field.many_to_many
                if is_theirs and field.related_model is User:
                    open_ones.add(model._meta.label)
        rest = {label for label in open_ones - handled - self.FALLS if label.split(".")[0] not in self.STAFF}
        assert settings.AUTH_USER_MODEL == "accounts.User"
        assert rest == set()

    def test_merging_moves_the_same_tables(self) -> None:
        assert (
            set(merging.MOVED)
            == set(erasing.BECOMES)
            == {
                Membership,
                SurplusSubscription,
                EndReason,
                Contribution,
                Checkout,
                Subscription,
                Payment,
            }
        )
