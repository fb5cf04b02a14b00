"""While somebody tries out cards, a reader's own browser does the sum and goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Newsroom, Reader
from tests.browser.test_joining import go_to_checkout, new_address, pay

pytestmark = pytest.mark.browser
BURST = 30


@pytest.fixture
def _burst(newsroom: Newsroom) -> Iterator[None]:
    """Let far more payments be begun than paid, on the whole site."""
    hour = datetime.now(tz=UTC).strftime("%Y-%m-%d %H:00:00")
    with closing(sqlite3.connect(newsroom.data / "masthead.sqlite3", timeout=20)) as database:
        with database:
            database.execute("DELETE FROM payments_failedattempt")
            database.execute("INSERT INTO payments_failedattempt VALUES (NULL, 'site', ?, ?)", (hour, BURST))
        yield
        with database:
            database.execute("DELETE FROM payments_failedattempt")


@pytest.mark.usefixtures("_burst")
class TestShield:
    def test_a_stranger_joins_all_the_same(self, reader: Reader) -> None:
        page = go_to_checkout(reader, new_address("sum"))
        pay(page)
        page.wait_for_url("**/welcome/**")

    def test_the_sum_is_said_while_it_is_done(self, reader: Reader) -> None:
        reader.page.route("**/prove_worker*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        page = go_to_checkout(reader, new_address("sum"))
        expect(page.locator("[data-proof-works]")).to_be_visible()
        expect(page.locator("[data-proof-fails]")).to_be_hidden()

    def test_without_javascript_there_is_a_way(self, someone: Callable[..., Reader]) -> None:
        reader = someone(java_script_enabled=False)
        page = go_to_checkout(reader, new_address("plain"))
        expect(page.locator("[data-proof-fails]")).to_be_visible()
        page.get_by_role("link", name="Sign in with a code").click()
        page.wait_for_url("**/accounts/login/**")
