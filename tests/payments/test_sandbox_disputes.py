"""Disputes in the sandbox: the money goes, and comes back where the case is won."""

from __future__ import annotations

import pytest
import stripe
from tests.payments.test_sandbox_changes import api, bank, subscribe
from tests.payments.world import DISPUTED_CARD, Bank

__all__ = ["api", "bank"]


def dispute(api: stripe.V1Services, bank: Bank) -> stripe.Dispute:
    subscribe(api, bank, card=DISPUTED_CARD)
    assert api.disputes.list().data == []
    bank.turn_clock(1)
    [made] = api.disputes.list({"expand": ["data.charge"]}).data
    return made


def moved(made: stripe.Dispute) -> list[int]:
    return [movement.amount for movement in made.balance_transactions]


def told(bank: Bank) -> list[str]:
    return [event["type"].removeprefix("charge.dispute.") for event in bank.list_events() if "dispute" in event["type"]]


class TestDispute:
    def test_takes_the_money_back_first(self, api: stripe.V1Services, bank: Bank) -> None:
        made = dispute(api, bank)
        assert (made.status, made.amount, moved(made)) == ("needs_response", 1000, [-1000])
        assert isinstance(made.charge, stripe.Charge)
        assert made.charge.disputed
        assert told(bank) == ["created", "funds_withdrawn"]
        with pytest.raises(stripe.InvalidRequestError):
            api.refunds.create({"charge": made.charge.id})

    @pytest.mark.parametrize(
        ("words", "status", "money", "said"),
        [
            ("winning_evidence", "won", [-1000, 1000], ["updated", "funds_reinstated", "closed"]),
            ("losing_evidence", "lost", [-1000], ["updated", "closed"]),
            ("They read it daily.", "under_review", [-1000], ["updated"]),
        ],
    )
    def test_is_decided_by_the_evidence(
        self, api: stripe.V1Services, bank: Bank, words: str, status: str, money: list[int], said: list[str]
    ) -> None:
        made = dispute(api, bank)
        answered = api.disputes.update(made.id, {"evidence": {"uncategorized_text": words}})
        assert (answered.status, moved(answered)) == (status, money)
        assert told(bank)[2:] == said
        bank.turn_clock(10)
        assert api.disputes.retrieve(made.id).status == status

    def test_is_lost_when_it_is_given_up(self, api: stripe.V1Services, bank: Bank) -> None:
        made = dispute(api, bank)
        assert api.disputes.close(made.id).status == "lost"
        with pytest.raises(stripe.InvalidRequestError) as refused:
            api.disputes.update(made.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
        assert refused.value.http_status == 400

    def test_is_lost_when_nobody_answers(self, api: stripe.V1Services, bank: Bank) -> None:
        made = dispute(api, bank)
        api.disputes.update(made.id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": False})
        bank.turn_clock(8)
        lapsed = api.disputes.retrieve(made.id)
        assert (lapsed.status, lapsed.evidence_details.past_due, moved(lapsed)) == ("lost", True, [-1000])

    def test_is_of_what_was_not_sent_back_before(self, api: stripe.V1Services, bank: Bank) -> None:
        subscribe(api, bank, card=DISPUTED_CARD)
        [charge] = api.charges.list().data
        api.refunds.create({"charge": charge.id, "amount": 400})
        bank.turn_clock(1)
        assert [made.amount for made in api.disputes.list().data] == [600]
