"""Settings: typed, loud on nonsense, and `masthead doctor` on what is unsafe."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from masthead.config import doctor
from masthead.config.doctor import Weight, examine
from masthead.config.serving import PortTaken, refuse_taken_port
from masthead.kit import env


def start_with(tmp_path: Path, **names: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MASTHEAD_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "masthead.config.cli", "version"],
        env={**kept, "MASTHEAD_DATA": str(tmp_path / "data"), **names},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )


class TestStart:
    def test_needs_no_setting_at_all(self, tmp_path: Path) -> None:
        run = start_with(tmp_path)
        assert run.returncode == 0, run.stderr
        secret = tmp_path / "data" / "secret.key"
        assert len(secret.read_text()) >= 48
        assert secret.stat().st_mode & 0o777 == 0o600

    def test_tells_every_mistake_at_once_and_shows_no_traceback(self, tmp_path: Path) -> None:
        run = start_with(tmp_path, PORT="eighty", MASTHEAD_PAYMENTS="cash", MASTHEAD_DATABASE_URL="oracle://x")
        assert run.returncode == 1
        assert "Traceback" not in run.stderr
        for word in ("PORT is 'eighty'", "MASTHEAD_PAYMENTS is 'cash'", "MASTHEAD_DATABASE_URL must begin with"):
            assert word in run.stderr


class TestSecret:
    def test_is_the_same_for_processes_that_start_together(self, tmp_path: Path) -> None:
        path, found = tmp_path / "secret.key", []
        gate = threading.Barrier(8)

        def start() -> None:
            gate.wait()
            found.append(env.secret_kept_in(path))

        threads = [threading.Thread(target=start) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(found)) == 1
        assert [entry.name for entry in tmp_path.iterdir()] == ["secret.key"]


class TestPort:
    def test_taken_says_which_setting_to_change(self) -> None:
        import socket

        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with pytest.raises(PortTaken, match="PORT="):
                refuse_taken_port("127.0.0.1", taken.getsockname()[1], setting="PORT")


@pytest.mark.django_db
class TestDoctor:
    def test_finds_a_trial_unsafe_for_production(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            call_command("doctor")
        assert ended.value.code == 1
        said = capsys.readouterr().out
        for concern in (
            "Payments are in the sandbox",
            "No mail server is set",
            "The mailbox is open",
            "http://localhost",
        ):
            assert concern in said

    def test_is_content_with_production(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MASTHEAD_SECRET_KEY", settings.SECRET_KEY)
        settings.MASTHEAD_SECURE = True
        settings.MASTHEAD_SITE_URL = "https://news.example"
        settings.MASTHEAD_TRUSTED_PROXIES = 1
        settings.MASTHEAD_SMTP_URL = "smtp://mail.example"
        settings.MASTHEAD_MAILBOX = False
        settings.MASTHEAD_PAYMENTS = "stripe"
        settings.MASTHEAD_STRIPE_KEY = "rk_live"
        settings.MASTHEAD_STRIPE_WEBHOOK_SECRET = "whsec"
        monkeypatch.setattr(
            doctor, "EXAMINATIONS", tuple(e for e in doctor.EXAMINATIONS if e.__name__ != "examine_database")
        )
        assert [finding for finding in examine() if finding.weight is Weight.UNSAFE] == []

    @pytest.mark.parametrize(
        ("name", "value", "concern"),
        [
            ("DEBUG", True, "Debug is on"),
            ("SECRET_KEY", "short", "The secret is short"),
            ("ALLOWED_HOSTS", ["*"], "Any host name is answered"),
            (
                "MASTHEAD_COUNTRY_FILE",
                "/nowhere.mmdb",
                "The file of countries /nowhere.mmdb cannot be read: No such file or directory",
            ),
        ],
    )
    def test_names_each_concern(self, settings: Settings, name: str, value: object, concern: str) -> None:
        setattr(settings, name, value)
        assert concern in {finding.what for finding in examine()}
