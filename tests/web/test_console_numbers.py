"""The page of numbers, by the doors that staff use."""

from __future__ import annotations

import csv
import itertools
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from masthead.appeals.models import Appeal, AppealVariant
from masthead.appeals.permissions import grant_to_groups as grant_appeals
from masthead.insight.permissions import grant_to_groups as grant_numbers
from masthead.insight.stores.sql import write_batch
from masthead.kit.keyring import get_showing_signer
from masthead.payments.models import Checkout, Payment
from masthead.rules.counting import CountBatch, ReadCount, ReadFact, ShowingCount, ShowingFact, hour_of
from masthead.rules.showings import Showing

pytestmark = pytest.mark.django_db

NUMBERS = "/cms/numbers/"
CSV = "/cms/numbers/csv/"
_ids = itertools.count()


@pytest.fixture
def manager(client: Client) -> Client:
    grant_appeals(using="default")
    grant_numbers(using="default")
    person = get_user_model().objects.create_user(email="manager@example.org", password="")
    person.groups.add(Group.objects.get(name="Membership managers"))
    client.force_login(person)
    return client


def fill(*, at: datetime | None = None) -> Appeal:
    """Let a small day happen: 12 visits, an appeal seen 5 times, a join of $6.50 that it won, ¥500 that it did not."""
    at = at or timezone.now()
    appeal = Appeal(
        name="The editor asks",
        placements=["banner"],
        variants=[AppealVariant(heading="You’ve read <b>{reads}</b>", body="<p>a</p>", key="a")],
    )
    appeal.save()
    hour = hour_of(at.timestamp())

    def read(what: ReadFact, *, dedicated: bool) -> ReadCount:
        return ReadCount(hour=hour, what=what, article="old-cms/<77>", section="", dedicated=dedicated, member=False)

    def showing(what: ShowingFact) -> ShowingCount:
        return ShowingCount(
            hour=hour, what=what, appeal=appeal.key, variant="a", placement="banner", country="", device=""
        )

    batch = CountBatch(
        id=f"web-{next(_ids)}",
        showings={showing(ShowingFact.SHOWN): 1009, showing(ShowingFact.SEEN): 5, showing(ShowingFact.CLICKED): 1},
        reads={
            read(ReadFact.VISIT, dedicated=True): 4,
            read(ReadFact.VISIT, dedicated=False): 8,
            read(ReadFact.READ, dedicated=True): 3,
        },
    )
    write_batch(batch, now=at)
    token = get_showing_signer().sign(Showing(appeal.key, "a", "banner", "x", 1, b"12345678").encode())
    order = {"product": "community", "product_name": "Community", "provider": "sandbox", "token": token}
    Checkout.objects.create(
        **order, amount_minor=650, currency="USD", interval="month", state="completed", reference=f"c{next(_ids)}",
        created_at=at, completed_at=at,
    )  # fmt: skip
    Payment.objects.create(**order, amount_minor=650, currency="USD", reference=f"p{next(_ids)}", paid_at=at)
    Payment.objects.create(
        **(order | {"token": ""}), amount_minor=500, currency="JPY", reference=f"p{next(_ids)}", paid_at=at
    )
    return appeal


def page_of(answer: Any) -> BeautifulSoup:
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def tiles_of(page: BeautifulSoup) -> dict[str, tuple[str, str]]:
    return {
        tile.select_one("dt").get_text(): tuple(dd.get_text() for dd in tile.select("dd")[:2])
        for tile in page.select(".mh-tile")
    }


class TestNumbers:
    def test_show_the_totals(self, manager: Client) -> None:
        fill()

        assert tiles_of(page_of(manager.get(NUMBERS))) == {
            "Visits": ("12", "33.3% by dedicated readers"),
            "Reads": ("3", "3 by dedicated readers"),
            "Appeals seen": ("5", "of 1,009 shown"),
            "Clicks": ("1", "20% of those seen"),
            "Joins": ("1", "and 0 contributions"),
            "Money, USD": ("$6.50", "paid, less refunds"),
            "Money, JPY": ("¥500", "paid, less refunds"),
        }

    def test_show_each_appeal_with_its_variants_and_what_is_not_known(self, manager: Client) -> None:
        appeal = fill()

        rows = page_of(manager.get(NUMBERS)).select("[aria-labelledby=mh-appeals] tbody tr")
        texts = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in rows]

        figures = ["1,009", "5", "1", "20%", "1", "–", "$6.50", "–", "–"]
        assert texts == [
            ["The editor asks", *figures],
            ["1 You’ve read <b>{reads}</b>", *figures],
            ["Not known: came by another way", "–", "–", "–", "–", "–", "–", "¥500", "–", "–"],
        ]
        assert rows[0].select_one("a")["href"] == f"/cms/snippets/appeals/appeal/edit/{appeal.pk}/"

    def test_show_every_day_newest_first_and_their_sum(self, manager: Client) -> None:
        fill()
        fill(at=timezone.now() - timedelta(days=2))

        table = page_of(manager.get(NUMBERS, {"days": 7})).select_one("[aria-labelledby=mh-days] table")
        visits = [row.select("td")[0].get_text() for row in table.select("tbody tr")]

        assert visits == ["12", "–", "12", "–", "–", "–", "–"]
        assert table.select_one("tfoot td").get_text() == "24"
        assert table.select("tfoot td")[-1].get_text() == "$13 + ¥1,000"

    def test_show_the_articles_read_most(self, manager: Client) -> None:
        fill()

        row = page_of(manager.get(NUMBERS)).select_one("[aria-labelledby=mh-articles] tbody tr")

        assert [cell.get_text(strip=True) for cell in row.select("th, td")] == ["old-cms/<77>", "3", "3"]

    @pytest.mark.parametrize(
        ("asked", "shown"), [("7", 7), ("30", 30), ("90", 90), ("", 30), ("8", 30), ("x", 30), ("٧", 30)]
    )
    def test_are_of_the_days_asked_for(self, manager: Client, asked: str, shown: int) -> None:
        fill()

        page = page_of(manager.get(NUMBERS, {"days": asked}))

        assert len(page.select("[aria-labelledby=mh-days] tbody tr")) == shown
        assert page.select_one(".mh-periods [aria-current=page]").get_text() == f"{shown} days"

    def test_say_what_to_do_while_nothing_is_counted(self, manager: Client) -> None:
        page = page_of(manager.get(NUMBERS))

        assert "Nothing was counted in these days" in page.get_text()
        assert page.select_one(".mh-empty a")["href"] == "/cms/snippets/appeals/appeal/add/"
        assert not page.select("table.mh-table")

    def test_hide_their_charts_from_those_who_read_the_tables(self, manager: Client) -> None:
        fill()

        charts = page_of(manager.get(NUMBERS)).select("svg.mh-chart")

        assert charts
        assert all(chart.find_parent(attrs={"aria-hidden": "true"}) for chart in charts)

    def test_need_no_more_queries_for_more_days(self, manager: Client, django_assert_max_num_queries: Any) -> None:
        for days in range(20):
            fill(at=timezone.now() - timedelta(days=days))

        with django_assert_max_num_queries(25):
            manager.get(NUMBERS, {"days": 90})

    def test_change_nothing(self, manager: Client) -> None:
        assert manager.post(NUMBERS).status_code == 405
        assert manager.post(CSV).status_code == 405


class TestSpreadsheet:
    def test_is_downloaded_for_the_same_days(self, manager: Client) -> None:
        fill()
        link = page_of(manager.get(NUMBERS, {"days": 7})).select_one(f'a[href^="{CSV}"]')

        answer = manager.get(link["href"])

        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert "attachment" in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]
        rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
        assert sum(int(row["visits"]) for row in rows) == 12
        assert {row["appeal"] for row in rows} == {"", "The editor asks", "Not known"}


class TestWhoMaySeeThem:
    def test_a_membership_manager_finds_them_in_the_menu(self, manager: Client) -> None:
        assert '"numbers"' in manager.get("/cms/").content.decode().replace("&quot;", '"')

    def test_an_editor_does_not(self) -> None:
        grant_appeals(using="default")
        editor = get_user_model().objects.create_user(email="editor@example.org", password="")
        group = Group.objects.get(name="Editors")
        access = Group.objects.get(name="Membership managers").permissions.get(codename="access_admin")
        group.permissions.add(access)
        editor.groups.add(group)
        client = Client()
        client.force_login(editor)

        for address in (NUMBERS, CSV):
            answer = client.get(address)
            assert (answer.status_code, answer.get("Location")) in {(403, None), (302, "/cms/")}
        assert '"numbers"' not in client.get("/cms/").content.decode().replace("&quot;", '"')

    def test_a_stranger_is_sent_to_sign_in(self) -> None:
        for address in (NUMBERS, CSV):
            assert Client().get(address)["Location"].startswith("/cms/login/")


class TestCountsAway:
    def test_is_said_in_words(self, manager: Client, settings: Any) -> None:
        settings.MASTHEAD_COUNTS = "clickhouse://masthead:open-sesame@127.0.0.1:1/masthead"

        for address in (NUMBERS, CSV):
            answer = manager.get(address)

            assert answer.status_code == 503
            assert "cannot be reached just now" in answer.content.decode()
            assert "open-sesame" not in answer.content.decode()
