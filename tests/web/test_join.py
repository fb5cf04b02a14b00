"""The join page: what it offers, what it takes and what it refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings as site
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.apps.community_cast import make_person, make_subscription, make_tiers

from masthead.community import operations
from masthead.community.models import Tier, TierPrice
from masthead.kit.keyring import get_showing_signer
from masthead.kit.sealing import TokenSigner
from masthead.payments.models import Checkout
from masthead.rules.showings import Showing

pytestmark = pytest.mark.django_db
TOKEN_OF = Showing("spring", "a", "end-of-article", "/politics/harbour", 1_790_000_000, b"12345678")


@pytest.fixture(autouse=True)
def tiers() -> tuple[Tier, Tier]:
    return make_tiers()


def open_page(client: Client, address: str = "/join/", **posted: str) -> BeautifulSoup:
    answer = client.post(address, posted) if posted else client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def get_button(page: BeautifulSoup) -> str:
    """Return the words of the button with the chosen amount, as CSS shows them."""
    chosen = page.select_one("input[name=amount][checked]")
    assert chosen is not None
    number = str(chosen["id"]).removeprefix("amount-")
    button = page.select_one("[data-go]")
    assert button is not None
    price = button.select_one(f".price-words--{number}")
    return "Continue to payment" + (price.get_text() if price else "")


def post(client: Client, **changed: str) -> Any:
    posted = {
        "tier": "community",
        "interval": "month",
        "currency": "USD",
        "amount": "12",
        "email": "alma@example.org",
        **changed,
    }
    return client.post("/join/", posted)


def get_errors(answer: Any) -> dict[str, str]:
    """Return the sentence beside each field."""
    page = BeautifulSoup(answer.content, "html.parser")
    return {str(tag["id"]).removesuffix("-error"): tag.get_text() for tag in page.select(".field__error")}


class TestOffer:
    def test_shows_the_tiers_side_by_side_with_their_benefits(self, client: Client) -> None:
        page = open_page(client)
        assert [tier.get_text() for tier in page.select(".tier__name")] == ["Community", "Patron"]
        assert "The whole site without ads" in page.select(".tier")[0].get_text()
        assert "Your name among our thanks" in page.select(".tier")[1].get_text()

    def test_says_the_exact_price_on_the_button(self, client: Client) -> None:
        assert get_button(open_page(client)) == "Continue to payment · $6 a month"
        assert get_button(open_page(client, "/join/?interval=year&amount=120")) == "Continue to payment · $120 a year"

    @pytest.mark.parametrize(
        ("address", "tier", "amounts"),
        [
            ("/join/?tier=patron", "patron", ["25", "40", "60", "other"]),
            ("/join/patron/", "patron", ["25", "40", "60", "other"]),
            ("/join/?tier=patron&interval=year", "patron", ["250", "400", "other"]),
            ("/join/?currency=EUR", "community", ["5", "10", "20", "other"]),
            ("/join/?interval=once", "community", ["10", "25", "50", "other"]),
            ("/join/?interval=once&tier=patron", "community", ["10", "25", "50", "other"]),
            ("/join/?tier=gold&interval=weekly&currency=XXX", "community", ["6", "12", "20", "other"]),
        ],
    )
    def test_takes_what_the_address_asks_for_or_the_nearest(
        self, client: Client, address: str, tier: str, amounts: list[str]
    ) -> None:
        page = open_page(client, address)
        assert page.select_one("#pay input[name=tier]")["value"] == tier  # type: ignore[index]  # it is there
        assert [str(radio["value"]) for radio in page.select("input[name=amount]")] == amounts

    def test_takes_an_own_amount_from_the_address(self, client: Client) -> None:
        page = open_page(client, "/join/?amount=17")
        assert page.select_one("#amount-other[checked]")
        assert page.select_one("#other")["value"] == "17"  # type: ignore[index]  # it is there

    def test_leaves_an_amount_behind_when_the_price_is_another(self, client: Client) -> None:
        page = open_page(client, "/join/?interval=once&tier=patron&amount=40")
        assert get_button(page) == "Continue to payment · $10 once"

    def test_a_single_gift_promises_no_benefits(self, client: Client) -> None:
        page = open_page(client, "/join/?interval=once")
        assert not page.select(".benefits")
        assert "no membership" in page.get_text()

    def test_needs_no_script(self, client: Client) -> None:
        page = open_page(client)
        for script in page.select("script"):
            assert script.get("src")
            assert not script.get_text()
        assert not page.select("[style], [onclick]")
        choices = page.select("form[method=get] button")
        assert {button.get("name") for button in choices} == {"interval", "tier", "currency", None}

    def test_is_never_cached(self, client: Client) -> None:
        assert "no-store" in client.get("/join/")["Cache-Control"]

    def test_says_so_where_nothing_is_offered(self, client: Client) -> None:
        Tier.objects.update(active=False)
        assert "not open yet" in open_page(client).get_text()

    def test_a_tier_that_is_not_offered_cannot_be_chosen(self, client: Client) -> None:
        Tier.objects.filter(key="patron").update(active=False)
        assert [tier.get_text() for tier in open_page(client, "/join/patron/").select(".tier__name")] == ["Community"]

    def test_costs_few_queries(self, client: Client, django_assert_max_num_queries: Any) -> None:
        client.get("/join/")
        with django_assert_max_num_queries(5):
            client.get("/join/")


class TestRefuse:
    """Whatever is posted, nothing reaches the provider that is not on offer."""

    @pytest.fixture(autouse=True)
    def _no_provider(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_args: Any, **_kwargs: Any) -> None:
            raise AssertionError("The provider was called.")

        monkeypatch.setattr("masthead.payments.operations.start.get_current_provider", refuse)

    @pytest.mark.parametrize(
        ("posted", "field", "sentence"),
        [
            ({"amount": "5.99"}, "amount", "The lowest amount is $6 a month."),
            ({"amount": "0"}, "amount", "The lowest amount is $6 a month."),
            ({"amount": "-12"}, "amount", "Enter an amount in figures, as 12 or 12.50."),
            ({"amount": "1e9"}, "amount", "Enter an amount in figures, as 12 or 12.50."),
            ({"amount": "other", "other": "5"}, "other", "The lowest amount is $6 a month."),
            ({"amount": "other", "other": ""}, "other", "Enter an amount in figures, as 12 or 12.50."),
            ({"amount": "", "other": "plenty"}, "other", "Enter an amount in figures, as 12 or 12.50."),
            (
                {"amount": "6001"},
                "amount",
                "That is more than $6,000. For a gift of this size",
            ),
            ({"tier": "patron", "amount": "6"}, "amount", "The lowest amount is $25 a month."),
            ({"interval": "year", "amount": "12"}, "amount", "The lowest amount is $60 a year."),
            ({"email": ""}, "email", "Enter your e-mail address: the receipt goes there, and you sign in with it."),
            ({"email": "alma"}, "email", "Enter an e-mail address like name@example.org."),
            ({"email": f"{'a' * 260}@example.org"}, "email", "at most 254 characters"),
        ],
    )
    def test_bad_input_gets_a_sentence_beside_its_field(
        self, client: Client, posted: dict[str, str], field: str, sentence: str
    ) -> None:
        answer = post(client, **posted)
        assert answer.status_code == 200
        errors = get_errors(answer)
        assert list(errors) == [field]
        assert sentence in errors[field]
        page = BeautifulSoup(answer.content, "html.parser")
        assert len(page.select("#errors li")) == 1
        described = page.select_one(f"[aria-describedby~={field}-error]")
        assert described is not None

    @pytest.mark.parametrize(
        "posted",
        [
            {"tier": "gold"},
            {"tier": ""},
            {"interval": "week"},
            {"interval": "day"},
            {"currency": "JPY"},
            {"currency": "usd"},
            {"tier": "patron", "interval": "once", "amount": "50"},
            {"tier": "patron", "currency": "EUR", "amount": "50"},
            {"tier": "community' --"},
            {"tier": "x" * 400},
        ],
    )
    def test_what_is_not_offered_is_not_sold(self, client: Client, posted: dict[str, str]) -> None:
        answer = post(client, **posted)
        assert answer.status_code == 200
        assert (
            "not offered any more" in answer.content.decode()
            or get_errors(answer)
            or "needs your attention" in (answer.content.decode())
        )
        assert not Checkout.objects.exists()

    def test_a_tier_withdrawn_meanwhile_is_not_sold(self, client: Client) -> None:
        Tier.objects.filter(key="patron").update(active=False)
        answer = post(client, tier="patron", amount="40")
        assert "not offered any more" in answer.content.decode()

    def test_a_floor_raised_meanwhile_counts(self, client: Client) -> None:
        TierPrice.objects.filter(floor_minor=600).update(floor_minor=1500)
        assert get_errors(post(client)) == {"amount": "The lowest amount is $15 a month."}

    def test_keeps_everything_that_was_typed(self, client: Client) -> None:
        answer = post(client, tier="patron", interval="year", amount="other", other="12 pounds", email="alma@")
        page = BeautifulSoup(answer.content, "html.parser")
        assert page.select_one("#other")["value"] == "12 pounds"  # type: ignore[index]  # it is there
        assert page.select_one("#email")["value"] == "alma@"  # type: ignore[index]
        assert page.select_one("#pay input[name=tier]")["value"] == "patron"  # type: ignore[index]
        assert page.select_one("#pay input[name=interval]")["value"] == "year"  # type: ignore[index]
        assert page.select_one("#amount-other[checked]")
        assert set(get_errors(answer)) == {"other", "email"}
        assert "2 things need your attention" in page.get_text()

    def test_an_address_with_a_membership_is_led_to_sign_in(self, client: Client) -> None:
        alma = make_person()
        operations.project_membership(make_subscription(alma), now=make_subscription(None).started_at)
        answer = post(client, email="  ALMA@Example.org ")
        assert "has a membership already" in get_errors(answer)["email"]
        form = BeautifulSoup(answer.content, "html.parser").select_one("form#sign-in")
        assert form is not None
        assert form.select_one("input[name=email]")["value"] == "ALMA@Example.org"  # type: ignore[index]
        assert not Checkout.objects.exists()

    def test_a_signed_in_member_is_led_to_my_membership(self, client: Client) -> None:
        alma = make_person()
        operations.project_membership(make_subscription(alma), now=make_subscription(None).started_at)
        client.force_login(alma)
        assert client.get("/join/?tier=patron").headers["Location"] == "/membership/"
        assert post(client, tier="patron", amount="40").headers["Location"] == "/membership/"

    def test_a_post_from_elsewhere_is_refused(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert post(strict).status_code == 403

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        posted=st.dictionaries(
            st.sampled_from(["tier", "interval", "currency", "amount", "other", "email", "from"]),
            st.text(max_size=40) | st.sampled_from(["community", "month", "USD", "other", "5.5", "a@b.example"]),
        )
    )
    def test_nonsense_never_breaks_it(self, client: Client, posted: dict[str, str]) -> None:
        try:
            answer = client.post("/join/", posted)
        except AssertionError:
            # Only a whole and honest order comes as far as the provider.
            assert {"tier", "interval", "currency", "email"} <= set(posted)
            return
        assert answer.status_code == 200
        assert client.get("/join/", posted).status_code == 200


class TestToken:
    def seal(self) -> str:
        return get_showing_signer().sign(TOKEN_OF.encode())

    def test_is_carried_through_every_form(self, client: Client) -> None:
        token = self.seal()
        page = open_page(client, f"/join/?from={token}")
        assert [str(field["value"]) for field in page.select("input[name=from]")] == [token] * 5

    @pytest.mark.parametrize("token", ["", "nonsense", "é" * 30, "A" * 5000])
    def test_that_is_none_of_ours_is_left_out(self, client: Client, token: str) -> None:
        assert not open_page(client, f"/join/?from={token}").select("input[name=from]")

    def test_for_another_purpose_is_left_out(self, client: Client) -> None:
        signer = TokenSigner([site.SECRET_KEY], purpose="letter", site=site.MASTHEAD_SITE_URL)
        foreign = signer.sign(TOKEN_OF.encode())
        assert not open_page(client, f"/join/?from={foreign}").select("input[name=from]")
        hollow = get_showing_signer().sign(b"no showing")
        assert not open_page(client, f"/join/?from={hollow}").select("input[name=from]")

    def test_tampered_with_is_left_out(self, client: Client) -> None:
        token = self.seal()
        changed = token[:-3] + re.sub(r".", lambda sign: "A" if sign[0] != "A" else "B", token[-3:])
        assert not open_page(client, f"/join/?from={changed}").select("input[name=from]")
