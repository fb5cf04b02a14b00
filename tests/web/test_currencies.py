"""Every kind of currency, from floor to ledger: none, two and three decimals, and those that Stripe counts apart.

The figures in the table are written out by hand; nothing here asks our own money what they should be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone
from tests.web.community_sandbox import Desk, open_desk

from masthead.community.models import Tier, TierPrice
from masthead.insight.queries import get_numbers, last_days
from masthead.insight.spreadsheets import write_csv
from masthead.letters.models import Letter
from masthead.payments import operations
from masthead.payments.models import Checkout, Payment, Subscription
from masthead.payments.providers.stripe_words import from_stripe, to_stripe
from masthead.rules.money import CURRENCIES, BadAmount, Money, exponent, get_step

pytestmark = pytest.mark.django_db(transaction=True)
ALMA = "alma@example.org"
# Stripe's own list of zero-decimal currencies, but for UGX, which it takes in hundredths.
WHOLE = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())  # noqa: SIM905  a list this long reads better as words


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One currency: a floor, an amount as it is typed, kept, sent to Stripe and shown, and a refund of a part of it."""

    currency: str
    floor: int
    floor_shown: str
    typed: str
    minor: int
    at_stripe: int
    shown: str
    next_typed: str
    next_minor: int
    back: int
    back_shown: str
    csv: str


CASES = [
    Case(
        currency="USD", floor=600, floor_shown="$6",
        typed="12.50", minor=1250, at_stripe=1250, shown="$12.50",
        next_typed="15", next_minor=1500, back=250, back_shown="$2.50", csv="10.00",
    ),
    Case(
        currency="JPY", floor=500, floor_shown="¥500",
        typed="1,200", minor=1200, at_stripe=1200, shown="¥1,200",
        next_typed="1500", next_minor=1500, back=200, back_shown="¥200", csv="1000",
    ),
    Case(
        currency="KRW", floor=5000, floor_shown="₩5,000",
        typed="12000", minor=12_000, at_stripe=12_000, shown="₩12,000",
        next_typed="15000", next_minor=15_000, back=2000, back_shown="₩2,000", csv="10000",
    ),
    Case(
        currency="KWD", floor=1500, floor_shown="KWD 1.500",
        typed="3.750", minor=3750, at_stripe=3750, shown="KWD 3.750",
        next_typed="4.5", next_minor=4500, back=250, back_shown="KWD 0.250", csv="3.500",
    ),
    Case(
        currency="BHD", floor=1000, floor_shown="BHD 1",
        typed="2", minor=2000, at_stripe=2000, shown="BHD 2",
        next_typed="2.010", next_minor=2010, back=990, back_shown="BHD 0.990", csv="1.010",
    ),
    Case(
        currency="HUF", floor=150_000, floor_shown="HUF 1,500",
        typed="2500", minor=250_000, at_stripe=250_000, shown="HUF 2,500",
        next_typed="3000", next_minor=300_000, back=50_000, back_shown="HUF 500", csv="2000.00",
    ),
    Case(
        currency="ISK", floor=700, floor_shown="ISK 700",
        typed="1500", minor=1500, at_stripe=150_000, shown="ISK 1,500",
        next_typed="2000", next_minor=2000, back=500, back_shown="ISK 500", csv="1000",
    ),
    Case(
        currency="UGX", floor=10_000, floor_shown="UGX 10,000",
        typed="25000", minor=25_000, at_stripe=2_500_000, shown="UGX 25,000",
        next_typed="30000", next_minor=30_000, back=5000, back_shown="UGX 5,000", csv="20000",
    ),
    Case(
        currency="MGA", floor=1_000_000, floor_shown="MGA 10,000",
        typed="25000", minor=2_500_000, at_stripe=25_000, shown="MGA 25,000",
        next_typed="30000", next_minor=3_000_000, back=500_000, back_shown="MGA 5,000", csv="20000.00",
    ),
]  # fmt: skip
cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case.currency)


@pytest.fixture
def desk(tmp_path: Path, settings: Any) -> Iterator[Desk]:
    with open_desk(tmp_path) as desk:
        settings.MASTHEAD_SANDBOX_URL = desk.url
        yield desk


def offer(currency: str, floor: int) -> None:
    """Offer one tier at this floor by the month and once, with amounts that we suggest."""
    tier = Tier.objects.create(key="community", name="Community", benefits=["ad_free"])
    for interval in ("month", "once"):
        TierPrice.objects.create(tier=tier, currency=currency, interval=interval, floor_minor=floor)


def read(answer: Any) -> str:
    """Return the words of a page, with plain spaces."""
    assert answer.status_code == 200, answer
    page = BeautifulSoup(answer.content if hasattr(answer, "content") else answer, "html.parser")
    return " ".join(page.get_text(" ").replace("\u00a0", " ").split())


def order(client: Client, case: Case, *, amount: str = "", interval: str = "month") -> Any:
    return client.post(
        "/join/",
        {
            "tier": "community",
            "interval": interval,
            "currency": case.currency,
            "amount": "other",
            "other": amount or case.typed,
            "email": ALMA,
        },
    )


def get_price(desk: Desk) -> dict[str, Any]:
    """Return the price of the only subscription at the provider."""
    with desk._running.app.store.transaction(writes=False) as book:
        [subscription] = book.select("subscription", most=10)
    price: dict[str, Any] = subscription["items"]["data"][0]["price"]
    return price


@cases
def test_a_membership_is_right_everywhere(case: Case, client: Client, desk: Desk) -> None:
    offer(case.currency, case.floor)
    assert f"{case.floor_shown} or more." in read(client.get("/join/"))
    sent = order(client, case)
    assert sent.status_code == 302, read(sent)
    assert Checkout.objects.get().amount_minor == case.minor

    hosted = desk.url + urlsplit(sent.headers["Location"]).path.removeprefix("/sandbox")
    assert f"Pay {case.shown}" in read(requests.get(hosted, timeout=10))
    back = desk.pay(sent.headers["Location"])
    price = get_price(desk)
    assert (price["unit_amount"], price["currency"]) == (case.at_stripe, case.currency.lower())
    client.get(back)
    desk.deliver()
    assert f"{case.shown} a month" in read(client.get("/welcome/"))
    assert case.shown in read(requests.get(desk.url, timeout=10))

    payment, subscription = Payment.objects.get(), Subscription.objects.get()
    assert (payment.amount_minor, subscription.amount_minor) == (case.minor, case.minor)
    assert not payment.is_underpaid
    assert subscription.paid_until is not None
    letters = {letter.kind: letter for letter in Letter.objects.all()}
    for kind in ("receipt", "thanks"):
        assert case.shown in letters[kind].text.replace("\u00a0", " "), letters[kind].text

    mine = read(client.get("/membership/"))
    assert f"{case.shown} a month" in mine
    assert client.get("/membership/everything.json").json()["payments"][0]["amount_minor"] == case.minor

    operations.change_amount(subscription, Money(case.next_minor, case.currency), now=timezone.now())
    assert from_stripe(get_price(desk)["unit_amount"], case.currency) == Money(case.next_minor, case.currency)

    operations.refund_payment(payment, amount=Money(case.back, case.currency), now=timezone.now())
    desk.deliver()
    payment.refresh_from_db()
    assert payment.refunded_minor == case.back
    assert case.back_shown in read(client.get("/membership/"))
    numbers = get_numbers(last_days(7, now=timezone.now() + timedelta(minutes=1)))
    assert numbers.total.minor_by_currency == {case.currency: case.minor - case.back}
    sheet = "".join(write_csv(numbers))
    assert f"money_{case.currency}" in sheet
    assert f",{case.csv}" in sheet


@cases
def test_a_single_gift_is_right_and_renews_as_little(case: Case, client: Client, desk: Desk) -> None:
    offer(case.currency, case.floor)
    client.get(desk.pay(order(client, case, interval="once").headers["Location"]))
    desk.deliver()
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.currency, payment.is_underpaid) == (case.minor, case.currency, False)
    assert case.shown in read(client.get("/welcome/"))


@cases
def test_a_renewal_is_as_much_as_the_first(case: Case, client: Client, desk: Desk) -> None:
    offer(case.currency, case.floor)
    client.get(desk.pay(order(client, case).headers["Location"]))
    desk.turn_clock("month")
    desk.deliver()
    assert set(Payment.objects.values_list("amount_minor", flat=True)) == {case.minor}
    assert Payment.objects.count() == 2


@cases
def test_every_suggested_amount_can_be_paid(case: Case, client: Client, desk: Desk) -> None:
    offer(case.currency, case.floor)
    page = BeautifulSoup(client.get("/join/").content, "html.parser")
    values = [str(radio["value"]) for radio in page.select("input[name=amount]")][:-1]
    assert len(values) >= 3
    for value in values:
        fresh = Client()
        posted = {"tier": "community", "interval": "month", "currency": case.currency, "email": f"a{value}@x.example"}
        assert fresh.post("/join/", {**posted, "amount": value}).status_code == 302, value


@pytest.mark.parametrize(
    ("currency", "floor", "typed", "sentence"),
    [
        ("KWD", 1500, "5.124", "enter KWD 5.120 or KWD 5.130"),
        ("KWD", 1500, "1.501", "enter KWD 1.500 or KWD 1.510"),
        ("BHD", 1000, "1.005", "enter BHD 1 or BHD 1.010"),
        ("MGA", 1_000_000, "10000.50", "enter MGA 10,000 or MGA 10,001"),
        ("JPY", 500, "500.50", "Enter an amount in figures"),
        ("ISK", 700, "700,5", "Enter an amount in figures"),
    ],
)
def test_what_cannot_be_charged_exactly_is_refused_in_a_sentence(
    client: Client, currency: str, floor: int, typed: str, sentence: str
) -> None:
    offer(currency, floor)
    posted = {"tier": "community", "interval": "month", "currency": currency, "email": ALMA}
    assert sentence in read(client.post("/join/", {**posted, "amount": "other", "other": typed}))
    assert not Checkout.objects.exists()


def test_what_stripe_wants_and_says_is_the_same_money_in_every_currency() -> None:
    for currency in CURRENCIES:
        for figure in (1, 7, 10, 99, 12_345):
            amount = Money(figure * get_step(currency), currency)
            assert from_stripe(to_stripe(amount), currency) == amount
        if get_step(currency) > 1:
            with pytest.raises(BadAmount):
                to_stripe(Money(get_step(currency) + 1, currency))


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_stripe_is_sent_what_its_page_of_currencies_says(currency: str) -> None:
    """One major unit: whole where it has no decimals there, a thousand where three, else hundredths."""
    assert to_stripe(Money.from_major(1, currency)) == (1 if currency in WHOLE else 10 ** max(exponent(currency), 2))


def test_the_export_is_json_of_whole_numbers(client: Client, desk: Desk) -> None:
    case = next(case for case in CASES if case.currency == "KWD")
    offer(case.currency, case.floor)
    client.get(desk.pay(order(client, case).headers["Location"]))
    told = json.loads(client.get("/membership/everything.json").content)
    assert [type(payment["amount_minor"]) for payment in told["payments"]] == [int]
