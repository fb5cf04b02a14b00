"""Cards kept for later in the sandbox: Checkout in setup mode, and the billing portal."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import pytest
import requests
import stripe
from bs4 import BeautifulSoup
from tests.payments.test_sandbox_changes import api, bank, subscribe
from tests.payments.world import CONFIRMED_CARD, DECLINED_CARD, FAILING_CARD, GOOD_CARD, Bank

__all__ = ["api", "bank"]
RETURN = "https://paper.example/membership"


def open_setup(api: stripe.V1Services, customer: Any) -> Any:
    return api.checkout.sessions.create(
        {
            "mode": "setup",
            "customer": customer,
            "setup_intent_data": {"metadata": {"of": "alma"}},
            "success_url": "https://paper.example/saved",
            "cancel_url": RETURN,
        }
    )


def open_portal(api: stripe.V1Services, customer: Any) -> Any:
    return api.billing_portal.sessions.create({"customer": customer, "return_url": RETURN})


class TestSetupMode:
    def test_keeps_a_card_and_charges_nothing(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank, card=FAILING_CARD)
        session = open_setup(api, subscription.customer)
        assert "Nothing is charged now" in requests.get(session.url, timeout=10).text
        assert bank.pay(session.url, DECLINED_CARD).status_code == 402
        assert bank.pay(session.url, GOOD_CARD).headers["Location"] == "https://paper.example/saved"
        done = api.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
        assert (done.status, done.payment_status) == ("complete", "no_payment_required")
        intent: Any = done.setup_intent
        assert (intent.status, intent.metadata.of, intent.payment_method.card.last4) == ("succeeded", "alma", "4242")
        api.subscriptions.update(subscription.id, {"default_payment_method": intent.payment_method.id})
        assert len(api.charges.list().data) == 1
        bank.turn_clock(32)
        assert [invoice.status for invoice in api.invoices.list().data] == ["paid", "paid"]

    @pytest.mark.parametrize(("approve", "status"), [(True, "complete"), (False, "open")])
    def test_asks_the_cards_holder(self, api: stripe.V1Services, bank: Bank, approve: bool, status: str) -> None:
        session = open_setup(api, api.customers.create({"email": "a@example.org"}).id)
        bank.confirm(bank.pay(session.url, CONFIRMED_CARD), approve=approve)
        assert api.checkout.sessions.retrieve(session.id).status == status

    def test_needs_somebody_or_a_currency(self, api: stripe.V1Services) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            api.checkout.sessions.create({"mode": "setup", "success_url": RETURN, "cancel_url": RETURN})


class TestPortal:
    def test_shows_what_is_paid_for_and_leads_back(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank)
        answer = requests.get(open_portal(api, subscription.customer).url, timeout=10)
        page = BeautifulSoup(answer.text, "html.parser")
        [invoice] = api.invoices.list().data
        for shown in ("ends in 4242", "$10", str(invoice.number)):
            assert shown in page.text
        assert page.select_one(f"a[href='{RETURN}']")
        assert len(page.select("h1")) == 1
        assert not page.select("script, style, [style]")

    def test_changes_the_card_of_everything(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank, card=FAILING_CARD)
        bank.turn_clock(32)
        assert api.subscriptions.retrieve(subscription.id).status == "past_due"
        url = f"{open_portal(api, subscription.customer).url}/card"
        assert "Your card was not changed" in bank.pay(url, DECLINED_CARD).text
        assert bank.pay(url, "4111").status_code == 422
        saved = bank.pay(url, GOOD_CARD)
        assert "Your new card is saved" in requests.get(urljoin(url, saved.headers["Location"]), timeout=10).text
        customer: Any = api.customers.retrieve(str(subscription.customer))
        method: Any = api.payment_methods.retrieve(customer.invoice_settings.default_payment_method)
        assert method.card.last4 == "4242"
        bank.turn_clock(5)
        assert api.subscriptions.retrieve(subscription.id).status == "active"

    @pytest.mark.parametrize(("approve", "last4"), [(True, "3155"), (False, "4242")])
    def test_asks_the_cards_holder(self, api: stripe.V1Services, bank: Bank, approve: bool, last4: str) -> None:
        subscription = subscribe(api, bank)
        asked = bank.pay(f"{open_portal(api, subscription.customer).url}/card", CONFIRMED_CARD)
        bank.confirm(asked, approve=approve)
        kept: Any = api.subscriptions.retrieve(subscription.id, {"expand": ["default_payment_method"]})
        assert kept.default_payment_method.card.last4 == last4

    def test_is_open_for_an_hour_to_its_own_forms(self, api: stripe.V1Services, bank: Bank) -> None:
        subscription = subscribe(api, bank)
        url = open_portal(api, subscription.customer).url
        assert requests.post(f"{url}/card", {"number": GOOD_CARD}, timeout=10).status_code == 403
        assert requests.get(f"{url}x", timeout=10).status_code == 404
        assert requests.get(f"{url}/other", timeout=10).status_code == 404
        bank.turn_clock(1)
        assert requests.get(url, timeout=10).status_code == 410
