"""Run the processes of one machine together: web, jobs and, in a trial, the sandbox."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import ClassVar

from masthead.edge.countries import CountryFile
from masthead.rules.errors import MastheadError

logger = logging.getLogger(__name__)

STOP_SECONDS = 10.0
RESTART_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0)
# A process that lived this long has started well: its next restart is a first one again.
SETTLED_SECONDS = 30.0
# So long at most the first part starts alone: whoever waits for the site waits for nothing else.
HEAD_START_SECONDS = 10.0


class PortTaken(MastheadError):
    """The port is taken by another program."""

    code: ClassVar[str] = "port_taken"


@dataclass(slots=True)
class Part:
    """One process of the whole: its name, its command and how often it had to be started again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restarts: int = 0
    due: float = field(default=0.0)


def refuse_taken_port(host: str, port: int, *, setting: str) -> None:
    """Raise PortTaken with the way out, if something listens on the port already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: {setting}={port + 10}"
            ) from error


def refuse_bad_country_file(path: str) -> None:
    """Raise BadCountryFile, if a setting names a file that cannot be used: better now than in each worker."""
    if path:
        CountryFile(Path(path))


class Supervisor:
    """Start the parts, start again what ends, stop all together."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = list(parts)
        self._stopping = threading.Event()

    def run(self, *, ready: Callable[[], None], health_url: str) -> int:
        """Run until SIGTERM or SIGINT; call `ready` once when the site answers. Returns the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        announced = False
        self._hold_back(time.monotonic() + HEAD_START_SECONDS)
        while not self._stopping.is_set():
            self._tend(time.monotonic())
            if not announced and answers(health_url):
                announced = True
                ready()
                self._hold_back(0.0)
            self._stopping.wait(0.2 if announced else 0.05)
        self._end_all()
        return 0

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _hold_back(self, until: float) -> None:
        """Let the parts after the first start no sooner than that, unless they have started already."""
        for part in self.parts[1:]:
            if not part.started:
                part.due = until

    def _tend(self, now: float) -> None:
        for part in self.parts:
            if part.process is None and now >= part.due:
                # A process group of its own: Ctrl-C reaches the supervisor alone, which then stops all in order.
                part.process = subprocess.Popen(part.command, start_new_session=True, env=os.environ.copy())
                part.started = now
            elif part.process is not None and part.process.poll() is not None:
                lived = now - part.started
                part.restarts = 0 if lived > SETTLED_SECONDS else part.restarts + 1
                pause = RESTART_SECONDS[min(part.restarts, len(RESTART_SECONDS) - 1)]
                logger.warning(
                    "%s ended with status %s; it starts again in %s s", part.name, part.process.returncode, pause
                )
                part.process, part.due = None, now + pause

    def _end_all(self) -> None:
        running = [part.process for part in self.parts if part.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(url: str) -> bool:
    """Return whether the address answers with a success within a second."""
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310  our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def python(*words: str) -> list[str]:
    """Return the command of this very Python with `words`."""
    return [sys.executable, *words]
