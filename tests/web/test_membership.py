""" "My membership", the welcome page and the pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests.apps.community_cast import make_payment, make_person, make_subscription, make_tiers
from tests.web.community_sandbox import Desk, open_desk

from masthead.accounts.models import User
from masthead.community import operations
from masthead.community.models import Membership, TierPrice
from masthead.community.passes import read_pass
from masthead.community.queries import get_membership
from masthead.kit.keyring import get_pass_signer
from masthead.payments.models import Payment, Subscription
from masthead.payments.operations import refund_payment
from masthead.rules.passes import COOKIE, HINT_COOKIE, Pass
from masthead.rules.pledges import GRACE

ALMA = "alma@example.org"


def get_page(client: Client, address: str = "/membership/") -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def get_facts(page: BeautifulSoup) -> dict[str, str]:
    """Return what the card says."""
    names = [tag.get_text() for tag in page.select(".standing__facts dt")]
    return dict(zip(names, [tag.get_text() for tag in page.select(".standing__facts dd")], strict=True))


def say(answer: Any) -> str:
    """Return the last message that an answer leaves for the next page, "" without any."""
    return next(reversed([str(message) for message in get_messages(answer.wsgi_request)]), "")


def bear(client: Client) -> Pass | None:
    """Return the pass that the client bears."""
    return read_pass(client.get("/accounts/closed/").wsgi_request, timezone.now())


def write_day(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%B} {local.day}, {local.year}"


@pytest.fixture
def alma(db: None) -> User:
    """A member since a month ago, paid for another month."""
    make_tiers()
    return make_person()


@pytest.fixture
def subscription(alma: User) -> Subscription:
    now = timezone.now()
    paid = make_subscription(alma, started_at=now - timedelta(days=31), paid_until=now + timedelta(days=29))
    operations.project_membership(paid, now=now)
    return paid


@pytest.fixture
def member(client: Client, alma: User, subscription: Subscription) -> Client:
    client.force_login(alma)
    return client


@pytest.mark.django_db
class TestPage:
    def test_leads_to_the_sign_in_and_back(self, client: Client) -> None:
        answer = client.get("/membership/")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/accounts/login/?next=/membership/"

    def test_says_tier_amount_and_next_charge(self, member: Client, subscription: Subscription) -> None:
        page = get_page(member)
        assert page.select_one("#standing-tier").get_text() == "Community"  # type: ignore[union-attr]  # it is there
        assert subscription.paid_until is not None
        assert get_facts(page) == {"You give": "$12 a month", "Next charge": write_day(subscription.paid_until)}
        assert f"Member since {write_day(subscription.started_at)}" in page.get_text()

    def test_says_days_in_the_zone_of_the_site(self, member: Client, alma: User, settings: Any) -> None:
        settings.TIME_ZONE = "Pacific/Kiritimati"
        Membership.objects.update(paid_until=datetime.fromisoformat("2031-06-30T12:00:00+00:00"))
        assert get_facts(get_page(member))["Next charge"] == "July 1, 2031"

    def test_lists_receipts_and_what_went_back(self, member: Client, alma: User) -> None:
        make_payment(alma, amount_minor=1200)
        make_payment(alma, amount_minor=2500, refunded_minor=500, paid_at=timezone.now())
        make_payment(make_person("other@example.org"), amount_minor=9900)
        rows = [row.get_text(" ", strip=True) for row in get_page(member).select(".receipts tbody tr")]
        assert rows[1] == "November 2, 2026 Community $12"
        assert rows[0].endswith("Community $5 given back $25")
        assert len(rows) == 2

    def test_says_what_a_failed_payment_means(self, member: Client, subscription: Subscription) -> None:
        Membership.objects.update(state="past_due")
        page = get_page(member)
        assert subscription.paid_until is not None
        assert write_day(subscription.paid_until + GRACE) in page.select_one(".notice--bad").get_text()  # type: ignore[union-attr]
        assert "Next charge" not in get_facts(page)

    def test_is_kind_to_somebody_without_a_membership(self, client: Client, alma: User) -> None:
        client.force_login(alma)
        page = get_page(client)
        assert "You are not a member yet" in page.get_text()
        assert page.select_one("main a.button")["href"] == "/join/"  # type: ignore[index]  # it is there

    def test_offers_to_join_again_with_what_was_chosen(self, member: Client) -> None:
        Membership.objects.update(state="ended", ends_at=timezone.now())
        page = get_page(member)
        assert "has ended" in page.get_text()
        link = page.select_one("main a.button")
        assert link is not None
        assert get_page(member, str(link["href"])).select_one("input[name=amount][checked]")["value"] == "12"  # type: ignore[index]

    def test_shows_nobody_elses(self, member: Client) -> None:
        other = Client()
        other.force_login(make_person("other@example.org"))
        assert "You are not a member yet" in get_page(other).get_text()

    def test_costs_eight_queries_at_most(self, member: Client, alma: User, django_assert_max_num_queries: Any) -> None:
        for _ in range(30):
            make_payment(alma)
        get_page(member)
        with django_assert_max_num_queries(8):
            get_page(member)

    @pytest.mark.parametrize("address", ["/membership/", "/membership/end/"])
    def test_is_never_cached(self, member: Client, address: str) -> None:
        assert "no-store" in member.get(address).headers["Cache-Control"]

    @pytest.mark.parametrize("address", ["/membership/amount/", "/membership/end/", "/membership/keep/"])
    def test_takes_no_post_from_elsewhere_and_none_from_strangers(self, alma: User, address: str) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(alma)
        assert strict.post(address, {"amount": "20"}).status_code == 403
        answer = Client().post(address, {"amount": "20"})
        assert answer.headers["Location"].startswith("/accounts/login/")

    @pytest.mark.parametrize("address", ["/membership/amount/", "/membership/end/", "/membership/keep/"])
    def test_says_so_where_there_is_nothing_to_change(self, client: Client, alma: User, address: str) -> None:
        client.force_login(alma)
        answer = client.post(address, {"amount": "20"})
        assert answer.headers["Location"] == "/membership/"
        assert say(answer)


@pytest.mark.django_db(transaction=True)
class TestChanges:
    """Against the real sandbox: what is said here is what will be charged."""

    @pytest.fixture
    def desk(self, tmp_path: Path, settings: Any) -> Iterator[Desk]:
        make_tiers()
        with open_desk(tmp_path) as desk:
            settings.MASTHEAD_SANDBOX_URL = desk.url
            yield desk

    @pytest.fixture
    def joined(self, client: Client, desk: Desk) -> Client:
        posted = {"tier": "community", "interval": "month", "currency": "USD", "amount": "12", "email": ALMA}
        client.get(desk.pay(client.post("/join/", posted).headers["Location"]))
        return client

    def test_a_lower_amount_is_charged_from_the_next_period_on(self, joined: Client, desk: Desk) -> None:
        answer = joined.post("/membership/amount/", {"amount": "other", "other": "7.50"})
        assert "you pay $7.50 a month" in say(answer)
        page = get_page(joined)
        assert get_facts(page)["You give"] == "$12 a month"
        assert "Community, $7.50 a month" in page.get_text()
        assert [payment.amount_minor for payment in Payment.objects.all()] == [1200]
        desk.turn_clock("month")
        desk.deliver()
        assert get_facts(get_page(joined))["You give"] == "$7.50 a month"
        assert [payment.amount_minor for payment in Payment.objects.order_by("paid_at")] == [1200, 750]

    def test_a_higher_amount_is_explained_before_it_is_charged(self, joined: Client) -> None:
        answer = joined.post("/membership/amount/", {"amount": "20"})
        assert answer.headers["Location"] == "/membership/change/confirm/?tier=community&interval=month&amount=20"
        assert "Today about $8 is charged" in get_page(joined, answer.headers["Location"]).get_text()
        assert [payment.amount_minor for payment in Payment.objects.all()] == [1200]

    def test_the_same_amount_again_changes_nothing(self, joined: Client, desk: Desk) -> None:
        before = desk.count_calls()
        for _ in range(2):
            joined.post("/membership/amount/", {"amount": "12"})
        assert desk.count_calls() == before

    @pytest.mark.parametrize(
        ("posted", "sentence"),
        [
            ({"amount": "5"}, "The lowest amount is $6 a month."),
            ({"amount": "other", "other": "5.99"}, "The lowest amount is $6 a month."),
            ({"amount": "other", "other": "lots"}, "Enter an amount in figures"),
            ({"amount": "60000"}, "more than $6,000"),
            ({}, "Enter an amount in figures"),
        ],
    )
    def test_an_amount_that_cannot_be_is_refused_in_place(
        self, joined: Client, desk: Desk, posted: dict[str, str], sentence: str
    ) -> None:
        before = desk.count_calls()
        page = BeautifulSoup(joined.post("/membership/amount/", posted).content, "html.parser")
        assert sentence in page.select_one(".field__error").get_text()  # type: ignore[union-attr]  # it is there
        assert page.select_one("details.fold[open]")
        assert desk.count_calls() == before
        assert Membership.objects.get().amount.minor == 1200

    def test_where_staff_took_the_price_away_nobody_can_go_lower(self, joined: Client) -> None:
        TierPrice.objects.all().delete()
        page = BeautifulSoup(joined.post("/membership/amount/", {"amount": "11"}).content, "html.parser")
        assert "The lowest amount is $12 a month." in page.get_text()

    def test_ending_is_one_page_and_one_button_and_keeps_the_paid_time(self, joined: Client, desk: Desk) -> None:
        page = get_page(joined, "/membership/end/")
        membership = Membership.objects.get()
        assert membership.paid_until is not None
        day = write_day(membership.paid_until)
        assert day in page.get_text()
        assert len(page.select("main form button")) == 1
        answer = joined.post("/membership/end/")
        assert f"ends on {day}" in say(answer)
        assert get_facts(get_page(joined))["Benefits until"] == day
        borne = bear(joined)
        assert borne is not None
        assert borne.benefits == ("ad_free", "community_content")
        assert desk.count_subscriptions() == 0
        desk.turn_clock("month")
        desk.deliver()
        membership.refresh_from_db()
        assert membership.state == "ended"
        assert Payment.objects.count() == 1

    def test_ending_twice_says_the_same_and_asks_the_provider_once(self, joined: Client, desk: Desk) -> None:
        first = say(joined.post("/membership/end/"))
        before = desk.count_calls()
        assert say(joined.post("/membership/end/")) == first
        assert desk.count_calls() == before
        assert joined.get("/membership/end/").headers["Location"] == "/membership/"

    def test_an_end_is_taken_back_and_asked_again(self, joined: Client, desk: Desk) -> None:
        joined.post("/membership/end/")
        assert "Keep my membership after all" in get_page(joined).get_text()
        answer = joined.post("/membership/keep/")
        assert "Good to have you with us still" in say(answer)
        joined.post("/membership/keep/")
        assert Membership.objects.get().state == "active"
        assert desk.count_subscriptions() == 1
        joined.post("/membership/end/")
        assert Membership.objects.get().state == "ending"

    def test_an_amount_cannot_be_changed_while_it_ends(self, joined: Client) -> None:
        joined.post("/membership/end/")
        assert "about to end" in say(joined.post("/membership/amount/", {"amount": "20"}))
        assert not get_page(joined).select("form[action='/membership/amount/']")

    def test_a_provider_that_is_away_is_a_sentence_and_changes_nothing(self, joined: Client, settings: Any) -> None:
        settings.MASTHEAD_SANDBOX_URL = "http://127.0.0.1:9"
        for address in ("/membership/amount/", "/membership/end/"):
            answer = joined.post(address, {"amount": "6"})
            assert answer.headers["Location"] == "/membership/"
            assert "does not answer" in say(answer)
        membership = Membership.objects.get()
        assert (membership.state, membership.amount.minor) == ("active", 1200)

    def test_a_refund_ends_the_paid_time_and_the_pass_follows(self, joined: Client, desk: Desk) -> None:
        refund_payment(Payment.objects.get(), now=timezone.now())
        assert Membership.objects.get().paid_until is None
        joined.get("/_masthead/pass")
        assert bear(joined) is None
        assert "given back" in get_page(joined).get_text()

    def test_a_renewal_moves_the_next_charge(self, joined: Client, desk: Desk) -> None:
        before = Membership.objects.get().paid_until
        desk.turn_clock("month")
        desk.deliver(times=2)
        after = Membership.objects.get().paid_until
        assert before is not None
        assert after is not None
        assert after - before >= timedelta(days=28)
        assert Payment.objects.count() == 2


@pytest.mark.django_db
class TestPass:
    def sign_in(self, client: Client) -> Any:
        """Sign in with the code of the letter; return the answer to the code."""
        # The limits of trying count across tests.
        cache.clear()
        client.post("/accounts/login/", {"email": ALMA})
        code = mail.outbox[-1].context["code"]  # type: ignore[attr-defined]  # a message of the accounts
        answer = client.post("/accounts/login/code/", {"code": code})
        assert answer.status_code == 302
        return answer

    def test_is_set_at_sign_in(self, client: Client, alma: User, subscription: Subscription) -> None:
        answer = self.sign_in(client)
        cookie, hint = answer.cookies[COOKIE], answer.cookies[HINT_COOKIE]
        assert cookie["httponly"]
        assert not hint["httponly"]
        for one in (cookie, hint):
            assert (one["path"], one["samesite"]) == ("/", "Lax")
            assert one["max-age"] == pytest.approx(30 * 86_400, abs=5)
        benefits, renew_at = hint.value.split("~")
        assert benefits == "ad_free.community_content"
        assert int(renew_at) == pytest.approx(timezone.now().timestamp() + 86_400, abs=5)
        signed = get_pass_signer().verify(cookie.value)
        assert signed is not None
        borne = Pass.decode(signed)
        assert (borne.name, borne.membership) == ("Alma Brandt", "community")
        assert borne.since == timezone.localdate(subscription.started_at).isoformat()

    def test_is_taken_away_at_the_sign_in_of_somebody_without(self, client: Client, alma: User) -> None:
        answer = self.sign_in(client)
        assert answer.cookies[COOKIE].value == ""
        assert answer.cookies[HINT_COOKIE]["max-age"] == 0

    def test_is_secure_on_https(self, member: Client, settings: Any) -> None:
        member.get("/_masthead/pass")
        assert not member.cookies[COOKIE]["secure"]
        settings.MASTHEAD_SECURE = True
        member.get("/_masthead/pass")
        assert member.cookies[COOKIE]["secure"]
        assert member.cookies[HINT_COOKIE]["secure"]

    def test_ends_with_the_paid_time_and_its_grace(self, member: Client, subscription: Subscription) -> None:
        paid_until = timezone.now() - GRACE + timedelta(days=2)
        Membership.objects.update(paid_until=paid_until)
        member.get("/_masthead/pass")
        borne = bear(member)
        assert borne is not None
        assert borne.expires_at == int((paid_until + GRACE).timestamp())
        request = member.get("/accounts/closed/").wsgi_request
        assert read_pass(request, paid_until + GRACE - timedelta(seconds=2)) is not None
        assert read_pass(request, paid_until + GRACE) is None

    def test_is_refreshed_without_a_body_and_without_a_store(self, member: Client) -> None:
        answer = member.get("/_masthead/pass")
        assert (answer.status_code, answer.content) == (204, b"")
        assert "no-store" in answer.headers["Cache-Control"]
        assert bear(member) is not None
        assert member.post("/_masthead/pass").status_code == 405

    def test_is_taken_away_at_the_refresh_where_the_membership_is_over(self, member: Client) -> None:
        member.get("/_masthead/pass")
        Membership.objects.update(paid_until=timezone.now() - GRACE - timedelta(seconds=1))
        member.get("/_masthead/pass")
        assert bear(member) is None
        assert member.cookies[HINT_COOKIE].value == ""

    def test_is_taken_away_from_whoever_is_not_signed_in(self, client: Client, alma: User) -> None:
        client.cookies[COOKIE], client.cookies[HINT_COOKIE] = "left over", "ad_free~1"
        client.get("/_masthead/pass")
        assert client.cookies[COOKIE].value == ""
        assert client.cookies[HINT_COOKIE].value == ""

    def test_is_taken_away_at_sign_out(self, member: Client) -> None:
        member.get("/_masthead/pass")
        member.post("/accounts/logout/")
        assert bear(member) is None
        assert member.cookies[HINT_COOKIE].value == ""

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text[:20] + ("A" if text[20] != "A" else "B") + text[21:],
            lambda text: text.rpartition(".")[0],
            lambda text: "",
            lambda text: "é~" + text,
        ],
    )
    def test_of_another_hand_is_none(self, member: Client, change: Any) -> None:
        member.get("/_masthead/pass")
        member.cookies[COOKIE] = change(member.cookies[COOKIE].value)
        assert bear(member) is None

    def test_that_is_signed_but_hollow_is_none(self, client: Client, alma: User) -> None:
        client.cookies[COOKIE] = get_pass_signer().sign(b"{}")
        assert bear(client) is None

    def test_looking_at_my_membership_brings_it_up_to_date(self, member: Client) -> None:
        get_page(member)
        assert bear(member) is not None

    def test_costs_nothing_on_other_pages(self, member: Client, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            Client().get("/_masthead/pass")


@pytest.mark.django_db
class TestWelcome:
    def test_without_a_payment_leads_where_one_belongs(self, client: Client, alma: User) -> None:
        assert client.get("/welcome/").headers["Location"] == "/join/"
        client.force_login(alma)
        assert client.get("/welcome/").headers["Location"] == "/membership/"


def test_no_membership_is_left_alone(alma: User) -> None:
    assert get_membership(alma) is None
