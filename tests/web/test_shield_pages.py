"""The shield as readers and staff meet it: a sum on the join page, a sentence while closed, a button in the console."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from tests.apps.community_cast import make_tiers
from tests.payments.card_testers import CountingProvider
from tests.web.test_join import post
from wagtail.models import ModelLogEntry

from masthead.accounts.models import User
from masthead.payments import operations
from masthead.payments.models import CardPause, Checkout, FailedAttempt
from masthead.payments.operations.burst import notice_burst
from masthead.payments.proofs import solve
from masthead.rules import shielding
from masthead.rules.shielding import BURST, HELD_BACK

pytestmark = pytest.mark.django_db
CONSOLE = "/cms/shield/"


@pytest.fixture(autouse=True)
def service(monkeypatch: pytest.MonkeyPatch) -> CountingProvider:
    make_tiers()
    service = CountingProvider()
    monkeypatch.setattr("masthead.payments.operations.start.get_current_provider", lambda: service)
    monkeypatch.setattr(shielding, "LEAST_BITS", 6)
    monkeypatch.setattr(shielding, "MOST_BITS", 6)
    return service


@pytest.fixture
def manager(client: Client) -> User:
    """A person on the staff who may pause new cards, signed in."""
    person = User.objects.create_user("mira@lantern.example", is_staff=True)
    person.user_permissions.add(
        Permission.objects.get(codename="pause_new_cards"), Permission.objects.get(codename="access_admin")
    )
    client.force_login(person)
    return person


def bring_burst(failures: int = BURST) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    FailedAttempt.objects.create(subject="site", hour=hour, failures=failures)


def read(answer: Any) -> BeautifulSoup:
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


class TestJoinPage:
    def test_asks_for_no_sum_where_all_is_calm(self, client: Client) -> None:
        assert post(client).status_code == 302
        assert not read(client.get("/join/")).select("[data-proof], script[src*=prove]")

    def test_asks_for_a_sum_in_a_burst_and_goes_on_with_it(self, client: Client, service: CountingProvider) -> None:
        bring_burst()
        page = read(post(client, amount="20"))
        asked = page.select_one("[data-proof]")
        assert asked is not None
        assert page.select_one("#pay input[name=proof]") is not None
        assert service.calls == []
        solution = solve(str(asked["data-proof"]), bits=int(str(asked["data-bits"])))
        assert post(client, amount="20", proof=solution).status_code == 302
        assert Checkout.objects.get().amount_minor == 2000
        assert read(post(client, amount="20", email="noor@example.org", proof=solution)).select("[data-proof]")

    def test_keeps_what_was_chosen_and_typed(self, client: Client) -> None:
        bring_burst()
        page = read(post(client, tier="patron", amount="other", other="33", email="alma@example.org"))
        assert page.select_one("#email")["value"] == "alma@example.org"  # type: ignore[index]  # it is there
        assert page.select_one("#other")["value"] == "33"  # type: ignore[index]
        assert page.select_one("#pay input[name=tier]")["value"] == "patron"  # type: ignore[index]

    def test_says_a_way_to_those_without_javascript(self, client: Client) -> None:
        bring_burst()
        page = read(post(client, amount="20"))
        shown = page.select_one("[data-proof-fails]:not([hidden])")
        assert shown is not None
        assert "does not run JavaScript" in shown.get_text()
        assert "try again in an hour" in shown.get_text()
        assert page.select("[data-proof-works][hidden]")
        link = urlsplit(str(shown.select_one("a")["href"]))  # type: ignore[index]  # it is there
        back = urlsplit(parse_qs(link.query)["next"][0])
        assert back.path == "/join/"
        assert parse_qs(back.query)["amount"] == ["20"]
        assert "email" not in back.query

    def test_who_came_back_signed_in_needs_no_sum(self, client: Client) -> None:
        bring_burst()
        client.force_login(User.objects.create_user("alma@example.org"))
        assert post(client).status_code == 302

    def test_has_no_script_or_style_of_its_own_inside(self, client: Client) -> None:
        bring_burst()
        page = read(post(client))
        for script in page.select("script"):
            assert script.get("src")
            assert not script.get_text()
        worker = page.select_one("[data-worker]")
        assert worker is not None
        assert str(worker["data-worker"]).startswith("/static/")

    def test_says_that_payments_are_held_back(self, client: Client) -> None:
        bring_burst(HELD_BACK)
        assert "hold new payments back" in read(post(client)).get_text()

    def test_says_that_new_cards_are_paused(self, client: Client, service: CountingProvider) -> None:
        operations.pause_new_cards(User.objects.create_user("mira@lantern.example"), now=timezone.now())
        page = read(post(client))
        assert "We take no new payments for the moment" in page.get_text()
        assert service.calls == []


class TestConsole:
    def test_is_for_those_who_may(self, client: Client) -> None:
        editor = User.objects.create_user("edda@lantern.example", is_staff=True)
        editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client.force_login(editor)
        assert client.get(CONSOLE).status_code in {302, 403}
        client.post(CONSOLE, {"pause": "yes"})
        assert not CardPause.objects.exists()
        notice_burst(now=timezone.now())
        assert "trying out cards" not in client.get("/cms/").content.decode()

    def test_says_that_all_is_calm(self, client: Client, manager: User) -> None:
        assert "All is calm" in read(client.get(CONSOLE)).get_text()
        assert "See the shield" not in client.get("/cms/").content.decode()

    def test_says_on_the_home_page_and_its_own_that_somebody_tries_out_cards(
        self, client: Client, manager: User
    ) -> None:
        bring_burst()
        notice_burst(now=timezone.now())
        home = read(client.get("/cms/"))
        assert "Somebody is trying out cards" in home.get_text()
        assert home.select(f"a[href$='{CONSOLE}']")
        assert "Somebody has been trying out cards since" in read(client.get(CONSOLE)).get_text()

    def test_pauses_new_cards_with_one_button_and_takes_them_again(self, client: Client, manager: User) -> None:
        button = read(client.get(CONSOLE)).select_one("button[name=pause]")
        assert button is not None
        page = read(client.post(CONSOLE, {"pause": str(button["value"])}, follow=True))
        assert "New cards are paused since" in page.get_text()
        assert "New cards are paused." in client.get("/cms/").content.decode()
        again = page.select_one("button[name=pause]")
        assert again is not None
        read(client.post(CONSOLE, {"pause": str(again["value"])}, follow=True))
        assert not CardPause.objects.filter(ended_at=None).exists()
        assert ModelLogEntry.objects.filter(user=manager).count() == 2

    def test_lists_earlier_bursts(self, client: Client, manager: User) -> None:
        notice_burst(now=timezone.now())
        operations.end_bursts(now=timezone.now())
        assert len(read(client.get(CONSOLE)).select("tbody tr")) == 1

    def test_a_press_from_elsewhere_is_refused(self, manager: User) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(manager)
        assert strict.post(CONSOLE, {"pause": "yes"}).status_code == 403
