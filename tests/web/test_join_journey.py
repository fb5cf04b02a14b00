"""From the join page through the real sandbox to the welcome page, in every order of events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from tests.apps.community_cast import make_person, make_tiers
from tests.web.community_sandbox import ASKING_CARD, DECLINED_CARD, Desk, open_desk
from wagtail.models import Site

from masthead.accounts.models import User
from masthead.community.models import Contribution, Membership, SurplusSubscription
from masthead.community.passes import read_pass
from masthead.kit.keyring import get_showing_signer
from masthead.letters.models import Letter
from masthead.newsroom import testing as paper
from masthead.newsroom.models import PublicationSettings
from masthead.payments.models import Checkout, Payment
from masthead.rules.passes import Pass
from masthead.rules.showings import Showing

pytestmark = pytest.mark.django_db(transaction=True)
ALMA = "alma@example.org"


@pytest.fixture(autouse=True)
def tiers() -> None:
    make_tiers()


@pytest.fixture
def desk(tmp_path: Path, settings: Any) -> Iterator[Desk]:
    with open_desk(tmp_path) as desk:
        settings.MASTHEAD_SANDBOX_URL = desk.url
        yield desk


def order(client: Client, **changed: str) -> str:
    """Post the join form; return the address of the payment page."""
    posted = {"tier": "community", "interval": "month", "currency": "USD", "amount": "12", "email": ALMA, **changed}
    answer = client.post("/join/", posted)
    assert answer.status_code == 302, BeautifulSoup(answer.content, "html.parser").select_one("#errors")
    return str(answer.headers["Location"])


def get_pass(client: Client) -> Pass | None:
    """Return the pass that the client's cookies bear."""
    request = client.get("/accounts/closed/").wsgi_request
    return read_pass(request, timezone.now())


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def list_kinds() -> list[str]:
    return sorted(Letter.objects.values_list("kind", flat=True))


def check_joined_once() -> None:
    assert Membership.objects.count() == 1
    assert Payment.objects.count() == 1
    assert list_kinds() == ["receipt", "thanks"]
    assert not SurplusSubscription.objects.exists()


class TestJoin:
    def test_a_new_reader_pays_and_is_welcomed_in(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client))
        answer = client.get(back)
        assert answer.headers["Location"] == "/welcome/"
        assert is_signed_in(client)
        borne = get_pass(client)
        assert borne is not None
        assert borne.benefits == ("ad_free", "community_content")
        assert borne.name == "Alma Brandt"
        page = client.get("/welcome/").content.decode()
        assert "Welcome, Alma Brandt" in page
        assert "$12 a month" in page
        assert ALMA in page
        check_joined_once()
        membership = Membership.objects.get()
        assert (membership.person.email, membership.amount.minor, membership.state) == (ALMA, 1200, "active")
        assert client.get("/membership/").status_code == 200

    @pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
    def test_the_founding_editor_signs_the_welcome(self, client: Client, desk: Desk) -> None:
        row = PublicationSettings.for_site(Site.objects.get())
        row.founding_editor_name, row.founding_editor_role = "Wren Halloway", "Founding editor"
        row.founding_editor_portrait, row.founding_editor_signature = paper.make_picture(), paper.make_picture()
        row.save()
        client.get(desk.pay(order(client)))
        signed = BeautifulSoup(client.get("/welcome/").content, "html.parser").select_one(".signature")
        assert signed is not None
        assert signed.get_text(" ", strip=True) == "Wren Halloway Founding editor"
        for name in ("portrait", "hand"):
            picture = signed.select_one(f"img.signature__{name}")
            assert picture is not None, name
            assert client.get(str(picture["src"])).status_code == 200
            assert picture["alt"] == ""

    @pytest.mark.parametrize("times", [1, 3])
    def test_whichever_comes_first_is_enough(self, client: Client, desk: Desk, times: int) -> None:
        back = desk.pay(order(client))
        desk.deliver(times=times)
        check_joined_once()
        assert client.get(back).headers["Location"] == "/welcome/"
        assert is_signed_in(client)
        check_joined_once()

    @pytest.mark.parametrize("times", [1, 3])
    def test_return_first_then_the_messages(self, client: Client, desk: Desk, times: int) -> None:
        back = desk.pay(order(client))
        client.get(back)
        desk.deliver(times=times)
        client.get(back)
        check_joined_once()

    def test_a_message_alone_is_enough_where_the_reader_never_comes_back(self, client: Client, desk: Desk) -> None:
        desk.pay(order(client))
        desk.deliver()
        check_joined_once()
        assert not is_signed_in(client)

    def test_asks_the_provider_once_at_most(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client))
        before = desk.count_calls()
        client.get(back)
        assert desk.count_calls() == before + 1
        client.get(back)
        assert desk.count_calls() == before + 1

    def test_a_card_that_asks_is_confirmed_on_the_way(self, client: Client, desk: Desk) -> None:
        assert client.get(desk.pay(order(client), card=ASKING_CARD)).headers["Location"] == "/welcome/"
        check_joined_once()

    def test_a_declined_card_leaves_the_page_open(self, client: Client, desk: Desk) -> None:
        address = order(client)
        assert desk.pay(address, card=DECLINED_CARD) == ""
        checkout = Checkout.objects.get()
        answer = client.get(f"/join/return/{checkout.pk}/")
        assert answer.status_code == 200
        assert "waiting for the confirmation" in answer.content.decode()
        assert answer.headers["Refresh"].startswith("2; url=/join/return/")
        assert not Membership.objects.exists()
        assert client.get(desk.pay(address)).headers["Location"] == "/welcome/"

    def test_yearly_in_another_tier(self, client: Client, desk: Desk) -> None:
        client.get(desk.pay(order(client, tier="patron", interval="year", amount="other", other="333")))
        membership = Membership.objects.get()
        assert (membership.tier.key, membership.interval, membership.amount.minor) == ("patron", "year", 33300)
        assert (membership.paid_until - membership.since).days >= 365  # type: ignore[operator]  # it is paid

    def test_the_showing_that_led_here_is_on_the_payment(self, client: Client, desk: Desk) -> None:
        showing = Showing("spring", "a", "end-of-article", "/harbour", 1_790_000_000, b"12345678")
        token = get_showing_signer().sign(showing.encode())
        client.get(desk.pay(order(client, **{"from": token})))
        assert Payment.objects.get().token == token


class TestOnce:
    def test_is_a_contribution_and_thanks_but_no_membership(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client, interval="once", amount="25"))
        desk.deliver(times=2)
        assert client.get(back).headers["Location"] == "/welcome/"
        assert Contribution.objects.count() == 1
        assert not Membership.objects.exists()
        assert list_kinds() == ["receipt", "thanks_once"]
        page = client.get("/welcome/").content.decode()
        assert "Your gift of $25 has arrived" in page
        borne = get_pass(client)
        assert borne is not None
        assert (borne.is_member, borne.benefits, borne.quiet_until > 0) == (False, (), True)

    def test_a_member_may_give_once_more(self, client: Client, desk: Desk) -> None:
        client.get(desk.pay(order(client)))
        client.get(desk.pay(order(client, interval="once", amount="50")))
        assert Membership.objects.count() == 1
        assert Contribution.objects.get().payment.amount_minor == 5000


class TestExistingAccount:
    def test_gets_the_benefits_and_is_not_signed_in(self, client: Client, desk: Desk) -> None:
        make_person(ALMA, "Alma Secret")
        client.get(desk.pay(order(client)))
        assert not is_signed_in(client)
        borne = get_pass(client)
        assert borne is not None
        assert borne.benefits == ("ad_free", "community_content")
        assert (borne.name, borne.since) == ("", "")
        page = client.get("/welcome/").content.decode()
        assert "Sign in to see your membership" in page
        assert "Alma Secret" not in page
        assert client.get("/membership/").status_code == 302

    def test_pays_signed_in_and_stays_so(self, client: Client, desk: Desk) -> None:
        client.force_login(make_person(ALMA, "Alma"))
        client.get(desk.pay(order(client, email="someone@else.example")))
        borne = get_pass(client)
        assert borne is not None
        assert borne.name == "Alma"
        assert Membership.objects.get().person.email == ALMA
        assert Checkout.objects.get().email == ALMA
        assert not User.objects.filter(email="someone@else.example").exists()

    def test_that_came_up_while_paying_is_not_entered(self, client: Client, desk: Desk) -> None:
        """Two browsers, one address: only the payment that made the account signs in."""
        mine, theirs = order(client), order(other := Client())
        other.get(desk.pay(theirs))
        assert is_signed_in(other)
        client.get(desk.pay(mine))
        assert not is_signed_in(client)

    def test_that_was_entered_while_paying_is_not_entered_again(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client))
        desk.deliver()
        User.objects.update(last_login=timezone.now())
        client.get(back)
        assert not is_signed_in(client)
        assert get_pass(client) is not None

    def test_that_seems_younger_by_another_machines_clock_is_not_entered(self, client: Client, desk: Desk) -> None:
        make_person(ALMA)
        User.objects.update(date_joined=timezone.now() + timedelta(minutes=5))
        client.get(desk.pay(order(client)))
        assert not is_signed_in(client)

    def test_of_staff_is_never_entered(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client))
        desk.deliver()
        User.objects.update(is_staff=True)
        client.get(back)
        assert not is_signed_in(client)


class TestAnotherBrowser:
    def test_gets_neither_pass_nor_sign_in_nor_an_address(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client))
        stranger = Client()
        answer = stranger.get(back)
        assert answer.status_code == 200
        assert ALMA not in answer.content.decode()
        assert not is_signed_in(stranger)
        assert "mh_pass" not in stranger.cookies
        assert stranger.get("/welcome/").headers["Location"] == "/join/"

    def test_what_the_stranger_saw_takes_nothing_from_the_payer(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client))
        Client().get(back)
        client.get(back)
        assert is_signed_in(client)
        check_joined_once()

    def test_an_unknown_checkout_is_not_there(self, client: Client) -> None:
        assert client.get("/join/return/00000000-0000-4000-8000-000000000000/").status_code == 404
        assert client.get("/join/return/nonsense/").status_code == 404

    def test_after_signing_out_the_way_back_leads_nowhere(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client))
        client.get(back)
        client.post("/accounts/logout/")
        client.get(back)
        assert not is_signed_in(client)
        assert get_pass(client) is None


class TestTwice:
    def test_a_double_click_leads_to_one_payment_page(self, client: Client, desk: Desk) -> None:
        assert order(client) == order(client)
        assert Checkout.objects.count() == 1

    def test_another_amount_is_another_page(self, client: Client, desk: Desk) -> None:
        assert order(client) != order(client, amount="20")

    def test_a_second_tab_paid_a_moment_ago_counts(self, client: Client, desk: Desk) -> None:
        """The provider's message is on its way, and nobody came back yet: still no second checkout."""
        desk.pay(order(client))
        answer = client.post(
            "/join/",
            {"tier": "patron", "interval": "month", "currency": "USD", "amount": "25", "email": ALMA},
        )
        assert "has a membership already" in answer.content.decode()
        assert desk.count_subscriptions() == 1

    def test_two_tabs_both_paid_are_one_membership(self, client: Client, desk: Desk, caplog: Any) -> None:
        first, second = order(client), order(client, tier="patron", amount="40")
        client.get(desk.pay(first))
        back = desk.pay(second)
        client.get(back)
        desk.deliver(times=2)
        assert Membership.objects.count() == 1
        surplus = SurplusSubscription.objects.get()
        assert surplus.end_asked_at is not None
        assert desk.count_subscriptions() == 1
        assert desk.count_subscriptions(going_on=False) == 2
        borne = get_pass(client)
        assert borne is not None
        assert "name_in_thanks" in borne.benefits
        assert "a second membership by accident" in client.get("/membership/").content.decode()
        assert list_kinds() == ["receipt", "receipt", "thanks", "thanks"]


class TestUnhappy:
    def test_an_expired_page_leads_back_with_what_was_chosen(self, client: Client, desk: Desk) -> None:
        order(client, tier="patron", interval="year", amount="400")
        desk.turn_clock("month")
        checkout = Checkout.objects.get()
        page = client.get(f"/join/return/{checkout.pk}/").content.decode()
        assert "Nothing has been charged" in page
        link = BeautifulSoup(page, "html.parser").select_one(".actions .button")
        assert link is not None
        again = BeautifulSoup(client.get(str(link["href"])).content, "html.parser")
        assert again.select_one("#pay input[name=tier]")["value"] == "patron"  # type: ignore[index]  # it is there
        assert again.select_one("input[name=amount][checked]")["value"] == "400"  # type: ignore[index]

    def test_a_provider_that_is_away_is_a_sentence(self, client: Client, settings: Any) -> None:
        settings.MASTHEAD_SANDBOX_URL = "http://127.0.0.1:9"
        posted = {"tier": "community", "interval": "month", "currency": "USD", "amount": "12", "email": ALMA}
        answer = client.post("/join/", posted)
        assert answer.status_code == 200
        page = BeautifulSoup(answer.content, "html.parser")
        assert "Nothing was charged" in page.select_one("#errors").get_text()  # type: ignore[union-attr]  # it is there
        assert page.select_one("#email")["value"] == ALMA  # type: ignore[index]

    def test_a_provider_that_goes_away_while_paying_is_waited_for(
        self, client: Client, desk: Desk, settings: Any
    ) -> None:
        back = desk.pay(order(client))
        here = settings.MASTHEAD_SANDBOX_URL
        settings.MASTHEAD_SANDBOX_URL = "http://127.0.0.1:9"
        answer = client.get(back)
        assert "Refresh" in answer.headers
        settings.MASTHEAD_SANDBOX_URL = here
        assert client.get(back).headers["Location"] == "/welcome/"

    def test_waiting_ends_some_time(self, client: Client, desk: Desk) -> None:
        order(client)
        checkout = Checkout.objects.get()
        seen = []
        address = f"/join/return/{checkout.pk}/"
        while refresh := client.get(address).headers.get("Refresh"):
            seconds, address = refresh.split("; url=")
            seen.append(int(seconds))
        assert seen == sorted(seen)
        assert 60 <= sum(seen) <= 180
        for tries in ("-1", "999999", "x", "१", "1e3"):
            assert client.get(f"/join/return/{checkout.pk}/", {"tries": tries}).status_code == 200

    def test_the_way_back_from_the_payment_page_keeps_what_was_chosen(self, client: Client, desk: Desk) -> None:
        page = client.get("/join/?tier=patron&interval=month&currency=USD&amount=40&cancelled=1").content.decode()
        assert "You came back before paying" in page


class TestSession:
    def test_keeps_nothing_but_the_checkout(self, client: Client, desk: Desk) -> None:
        order(client)
        kept = Session.objects.get().get_decoded()
        assert list(kept) == ["community_started"]
        assert ALMA not in str(kept)
