"""What money costs the machine: repeated messages write nothing, and the return page is answered from a few queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.apps.community_cast import make_tiers
from tests.web.community_sandbox import Desk, open_desk
from tests.web.test_join_journey import order

from masthead.kit.testing.jobs import run_jobs
from masthead.payments.models import Checkout, ProviderEvent
from masthead.payments.sandbox.delivery import sign

pytestmark = pytest.mark.django_db(transaction=True)
READS = ("SELECT", "PRAGMA")


@pytest.fixture
def desk(tmp_path: Path, settings: Any) -> Iterator[Desk]:
    make_tiers()
    with open_desk(tmp_path) as desk:
        settings.MASTHEAD_SANDBOX_URL = desk.url
        yield desk


def list_writes(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries.captured_queries if not query["sql"].lstrip().startswith(READS)]


@pytest.mark.parametrize("kind", ["checkout.session.completed", "payment_intent.payment_failed", "customer.created"])
def test_a_thousand_repeated_messages_write_nothing_after_the_first(client: Client, kind: str) -> None:
    make_tiers()
    card = {"fingerprint": "f1"}
    about = {"id": "x_1", "object": kind.partition(".")[0], "last_payment_error": {"payment_method": {"card": card}}}
    body = json.dumps({"id": "evt_1", "type": kind, "created": 1_790_000_000, "data": {"object": about}}).encode()
    signature = sign(body, site.MASTHEAD_SANDBOX_WEBHOOK_SECRET, at=int(timezone.now().timestamp()))

    def send() -> None:
        answer = client.post(
            "/payments/webhook/sandbox/", body, "application/json", headers={"Stripe-Signature": signature}
        )
        assert answer.status_code == 200

    with CaptureQueriesContext(connection) as first:
        send()
    assert list_writes(first)
    run_jobs()
    seen = 0
    for _ in range(10):
        # The log of queries holds 9,000 at the most.
        with CaptureQueriesContext(connection) as queries:
            for _ in range(100):
                send()
        assert list_writes(queries) == []
        seen += len(queries)
    assert seen == 1000
    assert ProviderEvent.objects.count() == 1


class TestReturnPage:
    """The provider is asked once at most, and the page is answered from six queries at most.

    What is counted is what the answer takes: the one time that a payment is written down, and the one time that its
    reader is signed in (a new session, the old one deleted), the rows that this writes come on top.
    """

    def count(self, client: Client, address: str, *, without: tuple[str, ...] = ()) -> int:
        """Count the queries of a page, but for those on the tables named."""
        client.get("/join/")  # the frame of the pages is remembered
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        shown = [query["sql"] for query in queries.captured_queries]
        return sum(
            not sql.startswith(("BEGIN", "COMMIT")) and not any(table in sql for table in without) for sql in shown
        )

    def test_after_the_message(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client))
        desk.deliver()
        calls = desk.count_calls()
        assert self.count(client, back, without=("django_session", "last_login")) <= 6
        assert desk.count_calls() == calls

    def test_again(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client))
        client.get(back)
        calls = desk.count_calls()
        assert self.count(client, back) <= 6
        assert desk.count_calls() == calls

    def test_in_another_browser(self, client: Client, desk: Desk) -> None:
        back = desk.pay(order(client))
        desk.deliver()
        assert self.count(Client(), back) <= 6

    def test_while_it_is_not_paid(self, client: Client, desk: Desk) -> None:
        order(client)
        back = f"/join/return/{Checkout.objects.get().pk}/"
        calls = desk.count_calls()
        assert self.count(client, back) <= 6
        assert desk.count_calls() == calls + 1

    def test_before_the_message(self, client: Client, desk: Desk) -> None:
        """Then the page writes the payment down itself; it still asks once."""
        back = desk.pay(order(client))
        calls = desk.count_calls()
        with CaptureQueriesContext(connection) as queries:
            client.get(back)
        assert desk.count_calls() == calls + 1
        assert len(queries) <= 100
