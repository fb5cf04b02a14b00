"""The year's statement, as a page to print."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone
from tests.apps.community_cast import make_payment, make_person

from masthead.accounts.models import User

pytestmark = pytest.mark.django_db

STATEMENT = "/membership/statement/2025/"


@pytest.fixture
def alma() -> User:
    """She gave in three years, in two currencies; some of it went back."""
    alma = make_person()
    make_payment(alma, paid_at=datetime(2024, 5, 1, tzinfo=UTC))
    make_payment(alma, paid_at=datetime(2025, 2, 1, tzinfo=UTC))
    make_payment(alma, paid_at=datetime(2025, 3, 1, tzinfo=UTC), refunded_minor=200)
    make_payment(alma, paid_at=datetime(2025, 4, 1, tzinfo=UTC), amount_minor=2000, currency="EUR")
    make_payment(alma, paid_at=datetime(2025, 5, 1, tzinfo=UTC), refunded_minor=1200)
    make_payment(alma, paid_at=datetime(2023, 5, 1, tzinfo=UTC), refunded_minor=1200)
    make_payment(make_person("bo@example.org"), paid_at=datetime(2025, 6, 1, tzinfo=UTC), amount_minor=77700)
    return alma


@pytest.fixture
def member(client: Client, alma: User) -> Client:
    client.force_login(alma)
    return client


def get_page(client: Client, address: str = STATEMENT) -> BeautifulSoup:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return BeautifulSoup(answer.content, "html.parser")


class TestStatement:
    def test_lists_what_was_kept_and_sums_it_by_currency(self, member: Client) -> None:
        page = get_page(member)
        amounts = [tag.get_text() for tag in page.select("tbody .receipts__amount")]
        assert amounts == ["$12", "$10", "€20"]
        assert [tag.get_text() for tag in page.select("tfoot strong")] == ["€20", "$22"]
        assert "of $12, part of which was given back" in page.get_text()
        assert "Alma Brandt, alma@example.org" in page.get_text()

    def test_is_there_for_the_years_in_which_anything_was_kept(self, member: Client) -> None:
        page = get_page(member, "/membership/statement/")
        years = [tag.get_text() for tag in page.select(".statement__years a")]
        assert years == ["2025", "2024", "My membership"]
        assert page.select_one("a[aria-current=page]").get_text() == "2025"  # type: ignore[union-attr]  # a page without fails
        for year in (0, 1, 2023, 2026, 9999, 99999):
            assert member.get(f"/membership/statement/{year}/").status_code == 404

    def test_says_that_the_running_year_is_not_over(self, member: Client, alma: User) -> None:
        make_payment(alma, paid_at=timezone.now())
        assert "This year is not over" in get_page(member, "/membership/statement/").get_text()
        assert "This year is not over" not in get_page(member).get_text()

    def test_says_so_where_nothing_was_paid(self, client: Client) -> None:
        client.force_login(make_person())
        assert "You have paid nothing yet" in get_page(client, "/membership/statement/").get_text()

    def test_is_found_from_my_membership_and_for_who_is_signed_in_only(self, member: Client) -> None:
        assert 'href="/membership/statement/"' in member.get("/membership/").content.decode()
        answer = Client().get(STATEMENT)
        assert answer.status_code == 302
        assert f"next={STATEMENT}" in answer["Location"]
