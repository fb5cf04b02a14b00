"""The sandbox as the site starts it: a process on loopback, and its pages mounted below the site."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.checks import Error
from django.core.management import CommandError, call_command

from masthead.kit.testing.network import get_free_port
from masthead.payments.checks import check_stripe
from masthead.payments.sandbox.store import Book
from masthead.payments.sandbox.wiring import get_webhook_url, make_configured_app


def ask(app: Any, path: str, **environ: str) -> tuple[str, dict[str, str], str]:
    """Ask the application as the site's own server would."""
    said: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        said.update(status=status, headers=dict(headers))

    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "wsgi.input": BytesIO(), **environ}
    body = b"".join(app(asked, start_response))
    return said["status"], said["headers"], body.decode()


@pytest.fixture
def app(settings: LazySettings, tmp_path: Path) -> Any:
    settings.MASTHEAD_DATA = tmp_path
    made = make_configured_app()
    yield made
    made.store.close()


class TestMountedPages:
    def test_link_below_where_they_are_mounted(self, app: Any) -> None:
        status, _, page = ask(app, "/", SCRIPT_NAME="/sandbox")
        assert status.startswith("200")
        assert 'href="/sandbox/sandbox.css?' in page
        assert 'action="/sandbox/clock"' in page

    def test_carry_no_api(self, app: Any, settings: LazySettings) -> None:
        key = f"Bearer {settings.MASTHEAD_SANDBOX_KEY}"
        status, _, _ = ask(app, "/v1/customers", HTTP_AUTHORIZATION=key)
        assert status.startswith("404")

    def test_are_found_by_readers_below_the_site(self, app: Any, settings: LazySettings) -> None:
        with app.store.transaction(writes=False) as book:
            assert isinstance(book, Book)
            assert book.get_meta("public_url") == f"{settings.MASTHEAD_SITE_URL}/sandbox"

    @pytest.mark.parametrize(
        ("bind", "host"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("::1", "[::1]")]
    )
    def test_send_events_to_the_site_itself(self, settings: LazySettings, bind: str, host: str) -> None:
        settings.MASTHEAD_BIND = bind
        assert get_webhook_url() == f"http://{host}:{settings.PORT}/payments/webhook/sandbox/"


class TestProcess:
    def test_answers_until_it_is_told_to_end(self, tmp_path: Path) -> None:
        port = get_free_port()
        environ = {
            **os.environ,
            "MASTHEAD_DATA": str(tmp_path),
            "MASTHEAD_SANDBOX_PORT": str(port),
            "DJANGO_SETTINGS_MODULE": "masthead.config.settings",
            "PYTHONPATH": "src",
        }
        command = [sys.executable, "-m", "masthead.config.cli", "sandbox"]
        with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as process:
            try:
                assert self.read_clock(port)["object"] == "test_helpers.test_clock"
            finally:
                process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0

    @staticmethod
    def read_clock(port: int) -> dict[str, Any]:
        url = f"http://127.0.0.1:{port}/v1/test_helpers/test_clocks/clock_sandbox"
        request = urllib.request.Request(url, headers={"Authorization": "Bearer sk_test_masthead_sandbox"})
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    clock: dict[str, Any] = json.load(answer)
                    return clock
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def test_is_not_there_where_money_is_real(self, settings: LazySettings) -> None:
        settings.MASTHEAD_PAYMENTS = "stripe"
        with pytest.raises(CommandError):
            call_command("sandbox")


class TestChecks:
    def test_refuse_stripe_without_its_keys(self, settings: LazySettings) -> None:
        settings.MASTHEAD_PAYMENTS = "stripe"
        assert [type(found) for found in check_stripe(None)] == [Error, Error]
        settings.MASTHEAD_STRIPE_KEY = "rk_live_1"
        settings.MASTHEAD_STRIPE_WEBHOOK_SECRET = "whsec_1"
        assert check_stripe(None) == []

    def test_ask_nothing_of_a_trial(self) -> None:
        assert check_stripe(None) == []
