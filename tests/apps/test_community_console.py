"""What staff see and edit in the console."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from tests.apps.community_cast import MORNING, make_payment, make_person, make_subscription, make_tiers

from masthead.accounts.models import User
from masthead.community import operations
from masthead.community.models import Membership, Tier, TierPrice

pytestmark = pytest.mark.django_db
TIERS = "wagtailsnippets_community_tier"
MEMBERS = "wagtailsnippets_community_membership"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("staff@example.org", "a long enough password"))
    return client


def price(number: int, **changed: str) -> dict[str, str]:
    fields = {"id": "", "interval": "month", "currency": "USD", "floor": "6", "suggested": "6 12 20", "DELETE": ""}
    return {f"prices-{number}-{name}": value for name, value in {**fields, **changed}.items()}


def tier(*prices: dict[str, str], **changed: Any) -> dict[str, Any]:
    posted: dict[str, Any] = {
        "name": "Friend",
        "key": "friend",
        "description": "Two sentences.",
        "active": "on",
        "benefits": ["community_content", "ad_free"],
        "prices-TOTAL_FORMS": str(len(prices)),
        "prices-INITIAL_FORMS": "0",
        "prices-MIN_NUM_FORMS": "1",
        "prices-MAX_NUM_FORMS": "1000",
        **changed,
    }
    for one in prices:
        posted |= one
    return posted


def get_errors(answer: Any) -> str:
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(tag.get_text(" ", strip=True) for tag in page.select(".error-message, .messages, .errorlist"))


class TestTiers:
    def test_are_made_with_amounts_in_major_units(self, staff: Client) -> None:
        posted = tier(
            price(0),
            price(1, interval="year", floor="60.50", suggested="60,50 120 1,200"),
            price(2, currency="jpy", floor="800", suggested=""),
            price(3, currency="KWD", floor="1.250", suggested="2 2.500"),
        )
        answer = staff.post(reverse(f"{TIERS}:add"), posted)
        assert answer.status_code == 302, get_errors(answer)
        made = Tier.objects.get(key="friend")
        assert made.benefits == ["ad_free", "community_content"]
        told = list(made.prices.values_list("currency", "interval", "floor_minor", "suggested_minor"))
        assert told == [
            ("USD", "month", 600, [600, 1200, 2000]),
            ("USD", "year", 6050, [6050, 12000, 120000]),
            ("JPY", "month", 800, []),
            ("KWD", "month", 1250, [2000, 2500]),
        ]
        assert len(TierPrice.objects.get(currency="JPY").suggested) >= 3

    @pytest.mark.parametrize(
        ("prices", "sentence"),
        [
            ([price(0, floor="12")], "No suggested amount can be below the lowest amount."),
            ([price(0, suggested="6 20 12")], "Each amount must be larger than the one before it."),
            ([price(0, suggested="6 6")], "Each amount must be larger than the one before it."),
            ([price(0, suggested="6 7 8 9 10 11")], "Suggest five amounts at most"),
            ([price(0, suggested="6 twelve")], "“twelve” is no amount in USD."),
            ([price(0, floor="free")], "“free” is no amount in USD."),
            ([price(0, floor="0", suggested="")], "The lowest amount must be more than nothing."),
            ([price(0, floor="-6")], "is no amount"),
            ([price(0, floor="6.005")], "is no amount"),
            ([price(0, currency="JPY", floor="6.50", suggested="")], "is no amount"),
            ([price(0, currency="ABC")], "There is no such currency."),
            ([price(0, interval="week")], "Select a valid choice"),
            ([price(0), price(1)], "There is a price for this currency and interval already."),
            ([], "submit at least 1"),
        ],
    )
    def test_with_bad_prices_are_refused_with_a_sentence(
        self, staff: Client, prices: list[dict[str, str]], sentence: str
    ) -> None:
        answer = staff.post(reverse(f"{TIERS}:add"), tier(*prices))
        assert answer.status_code == 200
        assert sentence in get_errors(answer)
        assert not Tier.objects.exists()

    def test_take_no_benefit_that_is_not_there(self, staff: Client) -> None:
        answer = staff.post(reverse(f"{TIERS}:add"), tier(price(0), benefits=["gold_bars"]))
        assert "Select a valid choice" in get_errors(answer)

    def test_keep_their_key_and_show_their_amounts(self, staff: Client) -> None:
        community, _patron = make_tiers()
        page = BeautifulSoup(staff.get(reverse(f"{TIERS}:edit", args=[community.pk])).content, "html.parser")
        assert page.select_one("#id_key")["disabled"] == ""  # type: ignore[index]  # it is there
        assert page.select_one("#id_prices-0-floor")["value"] == "6"  # type: ignore[index]
        assert page.select_one("#id_prices-0-suggested")["value"] == "6 12 20"  # type: ignore[index]
        first = community.prices.get(currency="USD", interval="month")
        posted = tier(price(0, id=str(first.pk), floor="7", suggested="7 14"), name="Community", key="stolen")
        answer = staff.post(reverse(f"{TIERS}:edit", args=[community.pk]), {**posted, "prices-INITIAL_FORMS": "1"})
        assert answer.status_code == 302, get_errors(answer)
        community.refresh_from_db()
        first.refresh_from_db()
        assert (community.key, first.floor_minor, first.suggested_minor) == ("community", 700, [700, 1400])

    def test_stay_while_they_have_members(self, staff: Client) -> None:
        community, patron = make_tiers()
        operations.project_membership(make_subscription(make_person()), now=MORNING)
        for one in (community, patron):
            staff.post(reverse(f"{TIERS}:delete", args=[one.pk]))
        assert list(Tier.objects.all()) == [community]

    def test_are_listed_with_their_prices(self, staff: Client, django_assert_max_num_queries: Any) -> None:
        make_tiers()
        staff.get(reverse(f"{TIERS}:list"))
        answer = staff.get(reverse(f"{TIERS}:list"))
        assert "$6 a month, $60 a year, $5 once, €5 a month" in answer.content.decode()


class TestMembers:
    @pytest.fixture
    def alma(self) -> User:
        make_tiers()
        alma = make_person()
        operations.project_membership(make_subscription(alma), now=MORNING)
        other = make_person("bert@example.org", "Bert")
        operations.project_membership(make_subscription(other, product="patron", status="past_due"), now=MORNING)
        return alma

    def list_addresses(self, staff: Client, **query: str) -> set[str]:
        page = staff.get(reverse(f"{MEMBERS}:list"), query).content.decode()
        return {address for address in ("alma@example.org", "bert@example.org") if address in page}

    def test_are_listed_searched_and_filtered(self, staff: Client, alma: User) -> None:
        both = {"alma@example.org", "bert@example.org"}
        assert self.list_addresses(staff) == both
        assert self.list_addresses(staff, q="alma") == {"alma@example.org"}
        assert self.list_addresses(staff, q="Bert") == {"bert@example.org"}
        assert self.list_addresses(staff, state="past_due") == {"bert@example.org"}
        patron = Tier.objects.get(key="patron")
        assert self.list_addresses(staff, tier=str(patron.pk)) == {"bert@example.org"}
        assert "$12 a month" in staff.get(reverse(f"{MEMBERS}:list")).content.decode()

    def test_cost_no_query_each(self, staff: Client, alma: User, django_assert_max_num_queries: Any) -> None:
        for number in range(8):
            person = make_person(f"reader{number}@example.org")
            operations.project_membership(make_subscription(person), now=MORNING)
        staff.get(reverse(f"{MEMBERS}:list"))
        with django_assert_max_num_queries(18):
            staff.get(reverse(f"{MEMBERS}:list"))

    def test_can_be_looked_at_and_not_changed(self, staff: Client, alma: User) -> None:
        membership = Membership.objects.get(person=alma)
        assert staff.get(reverse(f"{MEMBERS}:inspect", args=[membership.pk])).status_code == 200
        for name, args in (("add", []), ("edit", [membership.pk]), ("delete", [membership.pk])):
            address = reverse(f"{MEMBERS}:{name}", args=args)
            assert staff.get(address).status_code == 302
            assert staff.post(address, {"state": "ended"}).status_code == 302
        membership.refresh_from_db()
        assert membership.state == "active"

    def test_cannot_be_deleted_many_at_once(self, staff: Client, alma: User) -> None:
        pks = list(Membership.objects.values_list("pk", flat=True))
        query = "&".join(f"id={pk}" for pk in pks)
        staff.post(f"/cms/bulk/community/membership/delete/?next=/cms/&{query}", {"confirm": "yes"})
        assert Membership.objects.count() == len(pks) == 2

    def test_say_days_that_lie_ahead(self, staff: Client, alma: User) -> None:
        assert "December 2, 2026" in staff.get(reverse(f"{MEMBERS}:list")).content.decode()

    def test_are_nothing_for_editors_without_the_permission(self, client: Client, alma: User) -> None:
        editor = User.objects.create_user("editor@example.org", "a long enough password", is_staff=True)
        access = Permission.objects.get(codename="access_admin")
        editor.user_permissions.add(access)
        client.force_login(editor)
        assert "alma@" not in client.get(reverse(f"{MEMBERS}:list"), follow=True).content.decode()
        editor.user_permissions.add(Permission.objects.get(codename="view_membership"))
        client.force_login(User.objects.get(pk=editor.pk))
        assert "alma@" in client.get(reverse(f"{MEMBERS}:list"), follow=True).content.decode()

    @pytest.mark.parametrize("many", [False, True])
    def test_are_not_deleted_among_the_people(self, staff: Client, alma: User, many: bool) -> None:
        reader = make_person("reader@example.org")
        for person in (alma, reader):
            one = reverse("wagtailusers_users:delete", args=[person.pk])
            answer = staff.post(f"/cms/bulk/accounts/user/delete/?next=/cms/&id={person.pk}" if many else one)
            assert answer.status_code == 302
        assert User.objects.filter(pk=alma.pk).exists()
        assert not User.objects.filter(pk=reader.pk).exists()

    def test_gifts_and_double_payments_have_their_lists(self, staff: Client, alma: User) -> None:
        operations.project_membership(make_subscription(alma), now=MORNING)
        operations.record_contribution(make_payment(alma, amount_minor=2500))
        gifts = staff.get(reverse("wagtailsnippets_community_contribution:list")).content.decode()
        doubles = staff.get(reverse("wagtailsnippets_community_surplussubscription:list")).content.decode()
        assert "$25" in gifts
        assert "alma@example.org" in doubles
