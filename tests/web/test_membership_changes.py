"""What members change by themselves, at the real sandbox: what a page promises is what is charged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from tests.apps.community_cast import make_tiers
from tests.web.community_sandbox import Desk, open_desk

from masthead.community.models import EndReason, Membership
from masthead.letters.models import Letter
from masthead.payments.models import Payment, Subscription

pytestmark = pytest.mark.django_db(transaction=True)
FAILING_LATER = "4000 0000 0000 0341"


@pytest.fixture
def desk(tmp_path: Path, settings: Any) -> Iterator[Desk]:
    make_tiers()
    with open_desk(tmp_path) as desk:
        settings.MASTHEAD_SANDBOX_URL = desk.url
        yield desk


@pytest.fixture
def joined(client: Client, desk: Desk) -> Client:
    return join(client, desk)


def join(client: Client, desk: Desk, *, card: str = "", **changed: str) -> Client:
    posted = {"tier": "community", "interval": "month", "currency": "USD", "amount": "12", "email": "a@example.org"}
    address = client.post("/join/", {**posted, **changed}).headers["Location"]
    client.get(desk.pay(address, card=card) if card else desk.pay(address))
    return client


def read(client: Client, address: str = "/membership/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def say(answer: Any) -> str:
    return next(reversed([str(message) for message in get_messages(answer.wsgi_request)]), "")


def plan(tier: str = "community", interval: str = "month", amount: str = "12") -> dict[str, str]:
    return {"tier": tier, "interval": interval, "amount": amount}


def confirm(client: Client, **wanted: str) -> Any:
    return client.post("/membership/change/confirm/", plan(**wanted))


def foresee(client: Client, **wanted: str) -> str:
    return read(client, f"/membership/change/confirm/?{urlencode(plan(**wanted))}")


def list_paid() -> list[int]:
    return list(Payment.objects.order_by("paid_at", "pk").values_list("amount_minor", flat=True))


def list_letters(kind: str) -> list[str]:
    return list(Letter.objects.filter(kind=kind).values_list("unique_key", flat=True))


class TestChoosing:
    def test_shows_what_is_offered_with_the_present_chosen(self, joined: Client) -> None:
        page = BeautifulSoup(joined.get("/membership/change/").content, "html.parser")
        assert [tag.get_text() for tag in page.select(".tier__name")] == ["Community", "Patron"]
        assert [str(button["value"]) for button in page.select("button[name=interval]")] == ["month", "year"]
        chosen = page.select_one("input[name=amount][checked]")
        assert chosen is not None
        assert chosen["value"] == "12"

    def test_leads_to_the_page_that_explains(self, joined: Client) -> None:
        answer = joined.post("/membership/change/", plan("patron", "month", "25"))
        assert answer.headers["Location"] == "/membership/change/confirm/?tier=patron&interval=month&amount=25"

    def test_refuses_an_amount_below_the_floor_in_place(self, joined: Client) -> None:
        answer = joined.post("/membership/change/", plan("patron", "month", "12"))
        assert "The lowest amount is $25 a month." in answer.content.decode()

    @pytest.mark.parametrize(
        "wanted",
        [
            {"tier": "nothing"},
            {"interval": "once"},
            {"interval": "week"},
            {"amount": "lots"},
            {"amount": ""},
            {"amount": "-5"},
            {"tier": "patron", "amount": "12"},
            {"amount": "999999"},
        ],
    )
    def test_nonsense_changes_nothing(self, joined: Client, desk: Desk, wanted: dict[str, str]) -> None:
        before = desk.count_calls()
        answer = confirm(joined, **wanted)
        assert answer.headers["Location"] == "/membership/"
        assert say(answer)
        assert desk.count_calls() == before

    @pytest.mark.parametrize(
        "address",
        ["change/", "change/confirm/", "change/keep/", "pause/", "resume/", "card/", "card/changed/", "name/"],
    )
    def test_is_for_who_is_signed_in(self, address: str) -> None:
        for answer in (Client().get(f"/membership/{address}"), Client().post(f"/membership/{address}")):
            assert answer.status_code == 405 or answer.headers["Location"].startswith("/accounts/login/")


class TestUp:
    def test_says_what_today_costs_and_charges_that(self, joined: Client) -> None:
        assert "Today about $28 is charged to your card ( Visa 4242 )" in foresee(
            joined, tier="patron", amount="40"
        ).replace("(Visa 4242)", "( Visa 4242 )")
        answer = confirm(joined, tier="patron", amount="40")
        assert "From today on you pay $40 a month" in say(answer)
        assert list_paid() == [1200, 2800]
        assert Membership.objects.get().tier.key == "patron"
        assert len(list_letters("amount_changed")) == 1
        assert len(list_letters("receipt")) == 2

    def test_twice_charges_once(self, joined: Client) -> None:
        confirm(joined, tier="patron", amount="40")
        confirm(joined, tier="patron", amount="40")
        assert list_paid() == [1200, 2800]
        assert len(list_letters("amount_changed")) == 1

    def test_a_declined_card_says_so_and_changes_nothing(self, client: Client, desk: Desk) -> None:
        join(client, desk, card=FAILING_LATER)
        answer = confirm(client, tier="patron", amount="40")
        assert "declined" in say(answer)
        assert list_paid() == [1200]
        assert Membership.objects.get().tier.key == "community"
        assert not list_letters("amount_changed")

    def test_to_the_year_credits_the_month(self, joined: Client) -> None:
        assert "Today about $48 is charged" in foresee(joined, interval="year", amount="60")
        confirm(joined, interval="year", amount="60")
        assert list_paid() == [1200, 4800]
        paid_until = Membership.objects.get().paid_until
        assert paid_until is not None
        assert paid_until > timezone.now() + timedelta(days=360)


class TestDown:
    def test_waits_for_the_next_period_and_can_be_taken_back(self, client: Client, desk: Desk) -> None:
        join(client, desk, tier="patron", amount="40")
        assert "Nothing is charged today." in foresee(client, amount="12")
        confirm(client, amount="12")
        assert "Community, $12 a month" in read(client)
        assert Membership.objects.get().tier.key == "patron"
        assert "Everything stays as it is" in say(client.post("/membership/change/keep/"))
        assert "Keep what I have" not in read(client)
        desk.turn_clock("month")
        desk.deliver()
        assert list_paid() == [4000, 4000]

    def test_comes_with_the_next_charge(self, client: Client, desk: Desk) -> None:
        join(client, desk, tier="patron", amount="40")
        confirm(client, amount="12")
        desk.turn_clock("month")
        desk.deliver()
        membership = Membership.objects.get()
        assert (membership.tier.key, membership.amount_minor) == ("community", 1200)
        assert list_paid() == [4000, 1200]

    def test_from_the_year_to_the_month_comes_at_the_end_of_the_year(self, client: Client, desk: Desk) -> None:
        join(client, desk, interval="year", amount="60")
        paid_until = Membership.objects.get().paid_until
        confirm(client, interval="month", amount="12")
        membership = Membership.objects.get()
        assert (membership.interval, membership.paid_until) == ("year", paid_until)
        assert list_paid() == [6000]
        assert "Community, $12 a month" in read(client)


class TestPause:
    def test_leaves_charges_out_and_comes_back(self, joined: Client, desk: Desk) -> None:
        assert "next charge on" in read(joined, "/membership/pause/")
        end = Membership.objects.get().paid_until
        joined.post("/membership/pause/", {"months": "2"})
        joined.post("/membership/pause/", {"months": "2"})
        assert "Your membership pauses. Nothing is charged before" in read(joined)
        assert len(list_letters("paused")) == 1
        for _ in range(2):
            desk.turn_clock("month")
            desk.deliver()
        assert list_paid() == [1200]
        assert Membership.objects.get().paid_until == end
        desk.turn_clock("month")
        desk.deliver()
        assert list_paid() == [1200, 1200]
        assert Membership.objects.get().state == "active"

    def test_can_be_ended_before(self, joined: Client, desk: Desk) -> None:
        joined.post("/membership/pause/", {"months": "3"})
        assert "Your membership goes on" in say(joined.post("/membership/resume/"))
        desk.turn_clock("month")
        desk.deliver()
        assert list_paid() == [1200, 1200]

    @pytest.mark.parametrize("months", ["", "0", "4", "-1", "²", "1e1"])
    def test_nonsense_is_refused(self, joined: Client, months: str) -> None:
        assert "one, two or three months" in say(joined.post("/membership/pause/", {"months": months}))
        assert Membership.objects.get().state == "active"

    def test_is_not_for_the_year(self, client: Client, desk: Desk) -> None:
        join(client, desk, interval="year", amount="60")
        assert "Pause for a while" not in read(client)
        assert client.get("/membership/pause/").headers["Location"] == "/membership/"
        client.post("/membership/pause/", {"months": "1"})
        assert Membership.objects.get().state == "active"

    def test_does_not_keep_anybody_from_ending(self, joined: Client) -> None:
        joined.post("/membership/pause/", {"months": "1"})
        joined.post("/membership/end/")
        assert Membership.objects.get().state == "ending"


class TestEnding:
    def test_asks_why_and_offers_something_else_and_blocks_nothing(self, joined: Client) -> None:
        page = read(joined, "/membership/end/")
        assert "You need not say" in page
        assert "You can give less" in page
        assert "You can pause" in page
        joined.post("/membership/end/")
        assert Membership.objects.get().state == "ending"
        assert not EndReason.objects.exists()

    def test_keeps_what_is_said_once(self, joined: Client) -> None:
        for _ in range(2):
            joined.post("/membership/end/", {"reason": "money", "words": "  so  it goes "})
        reason = EndReason.objects.get()
        assert (reason.why, reason.words) == ("money", "so it goes")

    def test_takes_no_reason_of_its_own_making(self, joined: Client) -> None:
        joined.post("/membership/end/", {"reason": "<script>", "words": "x" * 9000})
        reason = EndReason.objects.get()
        assert (reason.why, len(reason.words)) == ("", 500)


class TestCardAndName:
    def test_leads_to_the_provider_and_says_what_came_of_it(self, joined: Client, desk: Desk) -> None:
        assert "Visa 4242" in read(joined)
        answer = joined.post("/membership/card/")
        assert "/portal/" in answer.headers["Location"]
        assert "as it stands" in say(joined.get("/membership/card/changed/"))

    def test_warns_of_a_card_that_expires_before_the_next_charge(self, joined: Client) -> None:
        Subscription.objects.update(card_expires_on=timezone.localdate())
        assert "before the next charge" in read(joined)

    def test_a_failed_payment_offers_another_card(self, joined: Client) -> None:
        Membership.objects.update(state="past_due")
        assert "did not go through" in read(joined)
        assert "Use another card" in read(joined)

    def test_the_name_is_changed_here_and_there(self, joined: Client) -> None:
        assert "Your name is Alma B. now" in say(joined.post("/membership/name/", {"name": " Alma  B. "}))
        assert Membership.objects.get().person.name == "Alma B."

    @pytest.mark.parametrize("name", ["", "   ", "x" * 200])
    def test_a_name_that_is_none_is_refused(self, joined: Client, name: str) -> None:
        before = Membership.objects.get().person.name
        joined.post("/membership/name/", {"name": name})
        assert Membership.objects.get().person.name == before


def test_a_provider_that_is_away_changes_nothing(joined: Client, settings: Any) -> None:
    settings.MASTHEAD_SANDBOX_URL = "http://127.0.0.1:9"
    for address, posted in (
        ("change/confirm/", plan("patron", "month", "40")),
        ("pause/", {"months": "1"}),
        ("card/", {}),
    ):
        assert "does not answer" in say(joined.post(f"/membership/{address}", posted))
    membership = Membership.objects.get()
    assert (membership.state, membership.tier.key) == ("active", "community")
