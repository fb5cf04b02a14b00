"""Reconciliation: what no message told and no reader brought back is found all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.payments.world import Bank, now, settle, start, the_payment, the_subscription

from masthead.kit.jobs.models import Job
from masthead.kit.jobs.schedule import list_periods
from masthead.payments import operations
from masthead.payments.models import Checkout, CheckoutState, Payment, ProviderEvent
from masthead.payments.providers.base import PaymentsUnavailable, Statement
from masthead.payments.providers.stripe import StripeProvider

pytestmark = pytest.mark.django_db

Deliver = Callable[..., list[bool]]


def reconcile(*, hours: int = 1, everything: bool = False) -> operations.Findings:
    return operations.reconcile("sandbox", since=now() - timedelta(hours=hours), now=now(), everything=everything)


class TestReconcile:
    def test_finds_what_was_paid_and_never_told(self, bank: Bank) -> None:
        checkout = start()
        bank.pay(checkout.url)
        found = reconcile()
        assert found.is_clean
        assert found.missed > 0
        checkout.refresh_from_db()
        assert checkout.is_completed
        assert the_payment().amount == the_subscription().amount

    def test_finds_renewals_changes_ends_and_refunds(self, bank: Bank) -> None:
        checkout = start()
        bank.pay(checkout.url)
        settle(checkout)
        reference = the_subscription().reference
        bank.turn_clock(32)
        bank.provider.refund(the_payment().reference, amount=None, key="desk")
        bank.provider.cancel(reference)
        reconcile()
        assert Payment.objects.count() == 2
        assert Payment.objects.order_by("paid_at")[0].kept.minor == 0
        assert the_subscription().status == "ended"

    def test_does_nothing_the_second_time(self, bank: Bank) -> None:
        checkout = start()
        bank.pay(checkout.url)
        first, second = reconcile(), reconcile()
        assert first.missed > 0
        assert (second.missed, second.projected, second.settled, second.announced) == (0, 0, 0, 0)

    def test_does_not_follow_what_the_webhook_brought(self, bank: Bank, deliver: Deliver) -> None:
        checkout = start()
        bank.pay(checkout.url)
        deliver()
        found = reconcile()
        assert found.missed == 0
        assert ProviderEvent.objects.filter(outcome="waiting").exists()

    def test_follows_a_message_whose_job_was_lost(self, bank: Bank, deliver: Deliver) -> None:
        checkout = start()
        bank.pay(checkout.url)
        deliver()
        Job.objects.all().delete()
        operations.reconcile("sandbox", since=now(), now=now() + timedelta(minutes=20))
        assert not ProviderEvent.objects.filter(outcome="waiting").exists()
        checkout.refresh_from_db()
        assert checkout.is_completed

    def test_notes_a_page_that_closed_unheard(self, bank: Bank) -> None:
        checkout = start()
        bank.turn_clock(2)
        ProviderEvent.objects.all().delete()
        found = operations.reconcile("sandbox", since=now() + timedelta(hours=1), now=now() + timedelta(days=2))
        assert found.settled == 1
        assert Checkout.objects.get(pk=checkout.pk).state == CheckoutState.EXPIRED

    def test_names_what_it_cannot_mend_and_goes_on(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        checkout = start()
        bank.pay(checkout.url)

        def be_away(*_args: object) -> Statement:
            raise PaymentsUnavailable

        with monkeypatch.context() as patch:
            patch.setattr(StripeProvider, "read_checkout", be_away)
            found = reconcile()
        assert not found.is_clean
        assert "does not answer" in found.failures[0]
        assert the_subscription().was_paid
        assert reconcile(everything=True).is_clean

    def test_says_when_the_provider_cannot_be_listed(self, settings: object) -> None:
        settings.MASTHEAD_SANDBOX_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
        with pytest.raises(PaymentsUnavailable):
            reconcile()


class TestSchedule:
    def test_reconciles_by_itself(self) -> None:
        periods = {path: period.seconds for path, period in list_periods().items() if ".payments." in path}
        assert periods == {
            "masthead.payments.tasks.reconcile_recent": 600,
            "masthead.payments.tasks.reconcile_nightly": 86_400,
        }
