"""Offers: by code or by link, with an end and a limit, to the real sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone
from tests.apps.community_cast import make_person, make_subscription, make_tiers
from tests.web.community_sandbox import Desk, open_desk

from masthead.community import operations
from masthead.community.models import Membership, Offer, Redemption, Tier
from masthead.community.offering.operations import OfferOver, count_uses, take
from masthead.payments.models import Checkout, Payment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, settings: Any) -> Iterator[Desk]:
    make_tiers()
    with open_desk(tmp_path) as desk:
        settings.MASTHEAD_SANDBOX_URL = desk.url
        yield desk


def make_offer(**told: Any) -> Offer:
    return Offer.objects.create(**{"name": "Spring", "code": "SPRING", "percent_off": 50, "months": 3, **told})


def post(client: Client, **changed: str) -> Any:
    posted = {"tier": "community", "interval": "month", "currency": "USD", "amount": "12", "email": "a@example.org"}
    return client.post("/join/", {**posted, "offer": "SPRING", **changed})


def read(answer: Any) -> str:
    return BeautifulSoup(answer.content, "html.parser").get_text(" ")


class TestJoinPage:
    @pytest.mark.parametrize("code", ["SPRING", "spring", " Spring "])
    def test_says_what_is_paid_at_first_and_later(self, client: Client, code: str) -> None:
        make_offer()
        page = BeautifulSoup(client.get("/join/", {"offer": code}).content, "html.parser")
        assert "Your offer SPRING: 50 % off for 3 months." in page.get_text()
        price = page.select_one("[data-go] .price-words--1")
        assert price is not None
        assert price.get_text() == " · $6 a month for 3 months, then $12 a month"
        assert len(page.select("input[type=hidden][name=offer][value=SPRING]")) >= 3

    @pytest.mark.parametrize(
        ("told", "asked", "words"),
        [
            ({}, {"offer": "AUTUMN"}, "We know no offer with this code"),
            ({"active": False}, {}, "This offer is over"),
            ({"ends_at": "2020-01-01T00:00Z"}, {}, "This offer is over"),
            ({"percent_off": None, "off_minor": 600, "currency": "USD"}, {}, "not for what you chose"),
            ({"percent_off": None, "off_minor": 100, "currency": "EUR"}, {}, "not for what you chose"),
            ({}, {"interval": "once"}, "not for what you chose"),
            ({}, {"offer": "%00<script>"}, "We know no offer"),
        ],
    )
    def test_says_why_there_is_none(
        self, client: Client, told: dict[str, Any], asked: dict[str, str], words: str
    ) -> None:
        make_offer(**told)
        text = read(client.get("/join/", {"offer": "SPRING", **asked}))
        assert words in text
        assert "Your offer" not in text

    def test_for_one_tier_is_for_no_other(self, client: Client) -> None:
        make_offer(tier=Tier.objects.get(key="patron"))
        assert "not for what you chose" in read(client.get("/join/?offer=SPRING"))
        assert "Your offer" in read(client.get("/join/patron/?offer=SPRING"))


class TestTaking:
    def test_charges_less_and_begins_the_membership(self, client: Client, desk: Desk) -> None:
        offer = make_offer()
        answer = post(client)
        assert answer.status_code == 302
        client.get(desk.pay(answer.headers["Location"]))
        assert Membership.objects.get().is_live
        assert Payment.objects.get().amount_minor == 600
        assert count_uses(offer, now=timezone.now()) == 1

    def test_days_to_try_begin_without_a_charge(self, client: Client, desk: Desk) -> None:
        make_offer(percent_off=None, months=None, trial_days=30)
        client.get(desk.pay(post(client).headers["Location"]))
        membership = Membership.objects.get()
        assert membership.is_live
        assert membership.paid_until is not None
        assert not Payment.objects.exists()
        assert "Thank you" in read(client.get("/welcome/"))

    def test_again_for_the_same_leads_to_the_same_page(self, client: Client) -> None:
        make_offer(limit=1)
        assert post(client).headers["Location"] == post(client).headers["Location"]
        assert Redemption.objects.count() == Checkout.objects.count() == 1

    def test_without_it_is_another_checkout(self, client: Client) -> None:
        make_offer()
        assert post(client).headers["Location"] != post(client, offer="").headers["Location"]

    def test_ends_with_the_limit(self, client: Client) -> None:
        make_offer(limit=1)
        assert post(client).status_code == 302
        assert "This offer is over" in read(post(Client(), email="b@example.org"))
        Checkout.objects.update(state="expired")
        assert post(Client(), email="b@example.org").status_code == 302

    def test_is_for_new_members_once(self, client: Client) -> None:
        make_offer()
        person = make_person("old@example.org")
        operations.project_membership(
            make_subscription(person, status="ended", ended_at=timezone.now()), now=timezone.now()
        )
        assert "for new members" in read(post(client, email="old@example.org"))
        Offer.objects.update(for_new_only=False)
        assert post(client, email="old@example.org").status_code == 302

    def test_gives_the_use_back_when_the_provider_is_away(self, client: Client, settings: Any) -> None:
        make_offer(limit=1)
        settings.MASTHEAD_SANDBOX_URL = "http://127.0.0.1:9"
        assert post(client).status_code == 200
        assert not Redemption.objects.exists()

    @pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite in memory has one writer for all threads")
    def test_of_many_who_want_the_last_one_one_gets_it(self) -> None:
        offer = make_offer(limit=1)

        def try_it(number: int) -> bool:
            try:
                take(offer, email=f"p{number}@example.org", now=timezone.now())
            except OfferOver:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(try_it, range(8))) == 1


class TestConsole:
    @pytest.mark.parametrize(
        "told",
        [
            {"percent_off": None},
            {"trial_days": 3},
            {"percent_off": 100},
            {"percent_off": None, "off_minor": 100},
            {"code": "a b"},
            {"code": "<b>"},
            {"months": 0},
        ],
    )
    def test_nonsense_is_refused(self, told: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            Offer(**{"name": "x", "code": "SPRING", "percent_off": 50, **told}).full_clean()

    def test_nor_can_it_be_in_the_database(self) -> None:
        with pytest.raises(IntegrityError):
            make_offer(trial_days=3)

    def test_an_offer_that_ends_soon_holds_until_then(self) -> None:
        offer = make_offer(ends_at=timezone.now() + timedelta(seconds=60))
        assert str(offer) == "SPRING"
