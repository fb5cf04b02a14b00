from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import pytest

from masthead.config import serving
from masthead.config.serving import Part, Supervisor

WAITING = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    monkeypatch.setattr(serving.signal, "signal", lambda *_arguments: None)  # type: ignore[attr-defined]
    return Supervisor([Part("web", WAITING), Part("jobs", WAITING)])


def run(supervisor: Supervisor) -> tuple[threading.Thread, list[list[str]]]:
    """Run it in a thread, and note which parts were running when the site was announced."""
    running: list[list[str]] = []

    def ready() -> None:
        running.append([part.name for part in supervisor.parts if part.process is not None])

    thread = threading.Thread(target=lambda: supervisor.run(ready=ready, health_url="http://localhost/"))
    thread.start()
    return thread, running


class TestSupervisor:
    def test_starts_the_rest_when_the_first_part_answers_and_ends_all(
        self, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        is_up = threading.Event()
        monkeypatch.setattr(serving, "answers", lambda _url: supervisor.parts[0].process is not None and is_up.wait(5))
        thread, running = run(supervisor)
        is_up.set()
        wait_for(lambda: supervisor.parts[1].process is not None)
        supervisor._stopping.set()
        thread.join(timeout=15)
        assert running == [["web"]]
        assert [part.process.poll() is not None for part in supervisor.parts if part.process] == [True, True]

    def test_does_not_wait_for_ever(self, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(serving, "answers", lambda _url: False)
        monkeypatch.setattr(serving, "HEAD_START_SECONDS", 0.2)
        thread, running = run(supervisor)
        wait_for(lambda: supervisor.parts[1].process is not None)
        supervisor._stopping.set()
        thread.join(timeout=15)
        assert running == []


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until it holds, ten seconds at most."""
    pause = threading.Event()
    for _ in range(500):
        if holds():
            return
        pause.wait(0.02)
    raise AssertionError("It never held.")
