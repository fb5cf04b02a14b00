"""A burst is noticed once, told to staff once, and over when it is; new cards are paused by hand."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from tests.apps.community_cast import make_person
from tests.payments.card_testers import CountingProvider
from tests.payments.world import make_order
from wagtail.models import ModelLogEntry

from masthead.accounts.models import User
from masthead.letters.models import Letter
from masthead.payments import operations, tasks
from masthead.payments.models import Burst, CardPause, Checkout, FailedAttempt, Payment
from masthead.payments.operations.burst import notice_burst
from masthead.payments.operations.tally import PAID, SITE, TURNED_AWAY
from masthead.rules.shielding import BURST, HELD_BACK

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> CountingProvider:
    service = CountingProvider()
    monkeypatch.setattr("masthead.payments.operations.start.get_current_provider", lambda: service)
    return service


@pytest.fixture
def manager() -> User:
    """A person on the staff who may pause new cards."""
    person = User.objects.create_user("mira@lantern.example", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="pause_new_cards"))
    return person


def set_counts(at: datetime = AT, **counts: int) -> None:
    names = {"site": SITE, "away": TURNED_AWAY, "paid": PAID}
    for name, failures in counts.items():
        hour = at.replace(minute=0)
        FailedAttempt.objects.update_or_create(subject=names[name], hour=hour, defaults={"failures": failures})


def begin(**told: Any) -> Checkout:
    return operations.start_checkout(make_order(**told), now=AT)


class TestBurst:
    def test_is_noticed_once_and_told_to_those_who_can_do_something(
        self, manager: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        User.objects.create_user("editor@lantern.example", is_staff=True)
        User.objects.create_superuser("admin@lantern.example")
        User.objects.create_user("gone@lantern.example", is_superuser=True, is_active=False)
        set_counts(site=BURST)
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                with pytest.raises(operations.ProofWanted):
                    begin()
        assert Burst.objects.get().began_at == AT
        assert set(Letter.objects.values_list("kind", "to")) == {
            ("burst_alarm", "mira@lantern.example"),
            ("burst_alarm", "admin@lantern.example"),
        }
        assert Letter.objects.count() == 2
        assert sum("tries out cards" in record.message for record in caplog.records) == 1

    def test_is_one_whoever_notices_it_first(self, manager: User) -> None:
        assert notice_burst(now=AT) is not None
        assert notice_burst(now=AT) is None
        assert Burst.objects.count() == Letter.objects.count() == 1

    def test_is_over_when_the_attempts_stop(self, manager: User) -> None:
        set_counts(site=BURST, away=500)
        with pytest.raises(operations.ProofWanted):
            begin()
        assert not operations.end_bursts(now=AT + timedelta(hours=1))
        assert operations.end_bursts(now=AT + timedelta(hours=2))
        assert not operations.end_bursts(now=AT + timedelta(hours=2))
        burst = Burst.objects.get()
        assert (burst.ended_at, burst.turned_away) == (AT + timedelta(hours=2), 501)
        assert notice_burst(now=AT + timedelta(hours=9)) is not None

    def test_goes_on_while_attempts_are_turned_away(self) -> None:
        """What reached the provider is long ago, but who tries out cards has not stopped."""
        set_counts(site=0, away=BURST)
        with pytest.raises(operations.ProofWanted):
            begin()

    def test_turns_nobody_away_in_a_campaign(self) -> None:
        set_counts(site=4000, paid=1000)
        assert begin().url
        assert not Burst.objects.exists()

    def test_holds_strangers_back_but_not_who_has_paid(self, service: CountingProvider) -> None:
        set_counts(site=HELD_BACK)
        alma = make_person()
        for person_id in (None, alma.pk):
            with pytest.raises(operations.HeldBack) as raised:
                begin(person_id=person_id)
        assert raised.value.status == 429
        assert "Nothing was charged" in str(raised.value)
        Payment.objects.create(
            provider="sandbox",
            reference="pi_1",
            person=alma,
            product="community",
            product_name="Community",
            amount_minor=600,
            currency="USD",
            paid_at=AT,
        )
        assert begin(person_id=alma.pk).url
        Payment.objects.update(refunded_minor=600, refunded_at=AT)
        with pytest.raises(operations.HeldBack):
            begin(person_id=alma.pk)
        assert len(service.calls) == 1

    def test_is_looked_after_by_the_job(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(operations, "reconcile", lambda *_args, **_kwargs: None)
        notice_burst(now=AT)
        tasks.reconcile_recent.call()
        assert Burst.objects.get().ended_at is not None


class TestPause:
    def test_lets_nobody_begin_and_asks_nobody(self, manager: User, service: CountingProvider) -> None:
        assert operations.pause_new_cards(manager, now=AT)
        assert not operations.pause_new_cards(manager, now=AT)
        with pytest.raises(operations.CardsPaused) as raised:
            begin(person_id=manager.pk)
        assert raised.value.status == 503
        assert service.calls == []
        assert not Checkout.objects.exists()

    def test_is_taken_back(self, manager: User) -> None:
        assert not operations.take_new_cards(manager, now=AT)
        operations.pause_new_cards(manager, now=AT)
        assert operations.take_new_cards(manager, now=AT + timedelta(hours=1))
        assert begin().url
        assert CardPause.objects.get().ended_at == AT + timedelta(hours=1)

    def test_is_in_the_audit_log(self, manager: User) -> None:
        for _ in range(2):
            operations.pause_new_cards(manager, now=AT)
        for _ in range(2):
            operations.take_new_cards(manager, now=AT)
        entries = ModelLogEntry.objects.order_by("pk").values_list("action", "user_id")
        assert list(entries) == [("payments.pause_cards", manager.pk), ("payments.take_cards", manager.pk)]
