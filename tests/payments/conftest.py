"""Every test of payments has a bank of its own on loopback, and hears what payments announce."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.dispatch import Signal
from tests.payments.world import Bank, Heard, now, sign_event

from masthead.payments import operations, signals
from masthead.payments.providers.registry import get_provider
from masthead.payments.sandbox.app import make_app
from masthead.payments.sandbox.serve import RunningSandbox

NAMES = ("checkout_completed", "subscription_changed", "payment_recorded", "payment_failed")


@pytest.fixture
def bank(tmp_path: Path, settings: LazySettings) -> Iterator[Bank]:
    """A running sandbox that the site is set to; it sends its events nowhere, the tests carry them."""
    app = make_app(
        tmp_path / "sandbox.sqlite3",
        public_url="",
        webhook_url="",
        webhook_secret=settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET,
        api_key=settings.MASTHEAD_SANDBOX_KEY,
    )
    running = RunningSandbox(app)
    running.start()
    settings.MASTHEAD_SANDBOX_URL = running.url
    yield Bank(running, get_provider("sandbox"))
    running.close()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """What payments announce; nobody else listens."""
    listener = Heard()
    for name in NAMES:
        signal = Signal()
        signal.connect(_make_receiver(listener, name), weak=False)
        for module in (signals, operations.announce.__globals__):
            if isinstance(module, dict):
                monkeypatch.setitem(module, name, signal)
            else:
                monkeypatch.setattr(module, name, signal)
    return listener


def _make_receiver(listener: Heard, name: str) -> Callable[..., None]:
    def receive(**told: Any) -> None:
        listener.note(name, next(told[key] for key in ("checkout_id", "subscription_id", "payment_id") if key in told))

    return receive


@pytest.fixture(autouse=True)
def nobody_else_listens(request: pytest.FixtureRequest) -> None:
    """Keep the other apps' receivers out of the tests of payments."""
    if "bank" in request.fixturenames:
        request.getfixturevalue("heard")


@pytest.fixture
def deliver(bank: Bank, settings: LazySettings) -> Callable[..., list[bool]]:
    """Carry the bank's events to the site's inbox, as its webhooks would; returns which of them were new."""

    def carry(*kinds: str, events: list[dict[str, Any]] | None = None) -> list[bool]:
        taken = []
        for event in bank.list_events(*kinds) if events is None else events:
            body = json.dumps(event).encode()
            headers = sign_event(body, settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET, at=now())
            taken.append(operations.receive_webhook("sandbox", body, headers, now=now()))
        return taken

    return carry
