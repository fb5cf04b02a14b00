"""Readers may add what their payment costs, so that the whole amount arrives."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.test import Client
from tests.apps.community_cast import make_tiers
from tests.web.community_sandbox import open_desk

from masthead.community.models import PaymentFee
from masthead.payments.models import Checkout

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sandbox(tmp_path: Path, settings: Any) -> Iterator[None]:
    make_tiers()
    with open_desk(tmp_path) as desk:
        settings.MASTHEAD_SANDBOX_URL = desk.url
        yield


def order(client: Client, **changed: str) -> Checkout:
    posted = {"tier": "community", "interval": "month", "currency": "USD", "amount": "12", "email": "a@example.org"}
    answer = client.post("/join/", {**posted, **changed})
    assert answer.status_code == 302
    return Checkout.objects.latest("created_at")


def card_fee() -> None:
    PaymentFee.objects.create(currency="USD", percent=Decimal("2.9"), fixed_minor=30)


def test_is_not_offered_where_no_fee_is_known(client: Client) -> None:
    page = BeautifulSoup(client.get("/join/").content, "html.parser")
    assert page.select_one("#cover") is None
    assert order(client, cover="1").amount_minor == 1200


def test_names_the_fee_of_each_amount_and_the_price_with_it(client: Client) -> None:
    card_fee()
    page = BeautifulSoup(client.get("/join/").content, "html.parser")
    label = page.select_one("label[for=cover] .price-words--1")
    price = page.select_one("[data-go] .price-words--1 .price-covered")
    assert label is not None
    assert price is not None
    assert (label.get_text(), price.get_text()) == (": $0.67", " · $12.67 a month")
    assert page.select_one("#cover[checked]") is None


@pytest.mark.parametrize(
    ("posted", "minor"), [({}, 1200), ({"cover": "1"}, 1267), ({"cover": "1", "amount": "6"}, 649)]
)
def test_is_paid_by_who_chose_it_alone(client: Client, posted: dict[str, str], minor: int) -> None:
    card_fee()
    assert order(client, **posted).amount_minor == minor


def test_stays_chosen_when_something_else_was_wrong(client: Client) -> None:
    card_fee()
    posted = {"tier": "community", "interval": "month", "currency": "USD", "amount": "12", "email": "no", "cover": "1"}
    page = BeautifulSoup(client.post("/join/", posted).content, "html.parser")
    assert page.select_one("#cover[checked]") is not None


@pytest.mark.parametrize(("currency", "percent"), [("XXQ", 1), ("USD", 51), ("USD", -1)])
def test_nonsense_is_refused_in_the_console(currency: str, percent: int) -> None:
    with pytest.raises(ValidationError):
        PaymentFee(currency=currency, percent=percent).full_clean()
