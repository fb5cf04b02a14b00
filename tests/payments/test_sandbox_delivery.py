"""Webhooks over real HTTP: signed, tried again until they are taken, given up in the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import stripe
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer
from tests.payments.world import Bank, start

from masthead.kit.testing.jobs import run_jobs
from masthead.payments.models import ProviderEvent
from masthead.payments.providers.registry import get_provider
from masthead.payments.sandbox.app import Sandbox, make_app
from masthead.payments.sandbox.delivery import PAUSES, Deliverer
from masthead.payments.sandbox.serve import RunningSandbox

SECRET = "whsec_of_the_tests"


class Ear:
    """An HTTP server that notes what it is sent, and answers with the statuses it was told, then with 200."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, str, str]] = []
        self.statuses: list[int] = []
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ear.heard.append((body, self.headers["Stripe-Signature"], self.headers["Host"]))
                self.send_response(ear.statuses.pop(0) if ear.statuses else 200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    one = Ear()
    yield one
    one.close()


class Wall:
    """A clock on the wall that tests move."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def app(tmp_path: Path, ear: Ear, wall: Wall) -> Iterator[Sandbox]:
    made = make_app(
        tmp_path / "sandbox.sqlite3",
        public_url="http://pay.example",
        webhook_url=ear.url,
        webhook_host="paper.example",
        webhook_secret=SECRET,
        api_key="sk_test_x",
        wall=wall,
    )
    yield made
    made.store.close()


def happen(app: Sandbox) -> None:
    """Let something happen: one customer is made."""
    from masthead.payments.sandbox.api.customers import create_customer
    from masthead.payments.sandbox.params import Params

    with app.store.transaction() as book:
        create_customer(book, Params({"email": "a@example.org"}))


class TestDelivery:
    def test_is_signed_so_that_the_official_sdk_accepts_it(self, app: Sandbox, ear: Ear) -> None:
        happen(app)
        assert Deliverer(app.store).deliver_next()
        [(body, signature, host)] = ear.heard
        event = stripe.Webhook.construct_event(body, signature, SECRET, tolerance=300)
        assert event.type == "customer.created"
        assert host == "paper.example"
        assert "_secret" not in body.decode()

    def test_is_tried_again_later_and_not_after_it_was_taken(self, app: Sandbox, ear: Ear, wall: Wall) -> None:
        happen(app)
        ear.statuses = [500, 302]
        deliverer = Deliverer(app.store)
        assert deliverer.deliver_next()
        assert not deliverer.deliver_next()
        for pause in PAUSES[:2]:
            wall.now += pause
            assert deliverer.deliver_next()
        wall.now += 10**6
        assert not deliverer.deliver_next()
        assert len(ear.heard) == 3
        assert len({body for body, _, _ in ear.heard}) == 1

    def test_is_given_up_in_the_end(self, app: Sandbox, ear: Ear, wall: Wall) -> None:
        happen(app)
        ear.statuses = [500] * 50
        deliverer = Deliverer(app.store)
        attempts = 0
        for _ in range(20):
            attempts += deliverer.deliver_next()
            wall.now += 10**5
        assert attempts == len(PAUSES) + 1

    def test_to_nobody_is_tried_again_as_well(self, app: Sandbox, ear: Ear, wall: Wall) -> None:
        ear.close()
        happen(app)
        deliverer = Deliverer(app.store)
        assert deliverer.deliver_next()
        wall.now += PAUSES[0]
        assert deliverer.deliver_next()

    def test_goes_to_each_endpoint_that_wants_it(self, app: Sandbox, ear: Ear) -> None:
        from masthead.payments.sandbox.shapes.machinery import make_endpoint

        with app.store.transaction() as book:
            book.save(make_endpoint(book, url=ear.url, events=["customer.created"], secret="a"))
            book.save(make_endpoint(book, url=ear.url, events=["invoice.paid"], secret="b"))
        happen(app)
        deliverer = Deliverer(app.store)
        assert [deliverer.deliver_next() for _ in range(3)] == [True, True, False]

    def test_of_what_is_rolled_back_never_happens(self, app: Sandbox) -> None:
        from masthead.payments.sandbox.events import emit

        def fail() -> None:
            with app.store.transaction() as book:
                emit(book, "customer.created", {"id": "cus_1", "object": "customer"})
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert not Deliverer(app.store).deliver_next()


@pytest.mark.django_db(transaction=True)
class TestWholeWire:
    def test_from_the_card_to_the_membership_over_http(
        self, tmp_path: Path, live_server: LiveServer, settings: LazySettings, heard: object
    ) -> None:
        app = make_app(
            tmp_path / "sandbox.sqlite3",
            public_url="",
            webhook_url=f"{live_server.url}/payments/webhook/sandbox/",
            webhook_secret=settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET,
            api_key=settings.MASTHEAD_SANDBOX_KEY,
        )
        running = RunningSandbox(app)
        running.start()
        settings.MASTHEAD_SANDBOX_URL = running.url
        bank = Bank(running, get_provider("sandbox"))
        try:
            checkout = start()
            bank.pay(checkout.url)
            wanted = len(bank.list_events())
            deadline = time.monotonic() + 20
            while ProviderEvent.objects.count() < wanted and time.monotonic() < deadline:
                time.sleep(0.05)
            assert ProviderEvent.objects.count() == wanted
            run_jobs()
            checkout.refresh_from_db()
            assert checkout.is_completed
            assert set(ProviderEvent.objects.values_list("outcome", flat=True)) == {"done", "ignored"}
        finally:
            running.close()
