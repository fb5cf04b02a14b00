"""Disputes in the ledger: the money is gone at once, and back where the case is won."""

from __future__ import annotations

import pytest
import stripe
from tests.payments.test_ledger import Deliver, follow, join
from tests.payments.world import DISPUTED_CARD, Bank, now, the_payment, the_subscription

from masthead.payments import operations
from masthead.payments.providers.base import Subject, SubjectKind
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

pytestmark = pytest.mark.django_db


class TestADispute:
    @pytest.mark.parametrize("interval", [Interval.MONTH, Interval.ONCE])
    @pytest.mark.parametrize(("words", "kept"), [("winning_evidence", 1200), ("losing_evidence", 0)])
    def test_takes_the_money_until_it_is_won(
        self, bank: Bank, deliver: Deliver, interval: Interval, words: str, kept: int
    ) -> None:
        checkout = join(bank, card=DISPUTED_CARD, interval=interval)
        bank.turn_clock(1)
        deliver()
        follow()
        assert the_payment().kept == Money(0, "USD")

        api = stripe.StripeClient("sk_test_masthead_sandbox", base_addresses={"api": bank.running.url}).v1
        [dispute] = api.disputes.list().data
        api.disputes.update(dispute.id, {"evidence": {"uncategorized_text": words}})
        deliver()
        follow()
        assert the_payment().kept == Money(kept, "USD")
        # The first message of all comes late, and tells nothing that is not so any more.
        operations.project(
            checkout.provider, Subject(kind=SubjectKind.CHECKOUT, reference=checkout.reference), now=now()
        )
        assert the_payment().kept == Money(kept, "USD")

    def test_ends_the_paid_time_with_the_money(self, bank: Bank, deliver: Deliver) -> None:
        join(bank, card=DISPUTED_CARD)
        bank.turn_clock(1)
        deliver()
        follow()
        assert the_subscription().paid_until is None
