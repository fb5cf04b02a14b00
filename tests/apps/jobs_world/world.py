"""Starts worker processes, enqueues from other processes, reads what became of it."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

PREAMBLE = "import django; django.setup(); from tests.apps.jobs_world.samples import *; import time\n"


class World:
    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.log = folder / "log"
        self.log.touch()
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.apps.jobs_world.settings",
            "JOBS_DATABASE_URL": url,
            "JOBS_LOG": str(self.log),
            "PYTHONPATH": os.pathsep.join(["src", "."]),
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        self.django("migrate", "-v0")

    def django(self, *words: str) -> None:
        subprocess.run([sys.executable, "-m", "django", *words], env=self.environment, check=True, timeout=60)

    def python(self, code: str) -> None:
        subprocess.run([sys.executable, "-c", PREAMBLE + code], env=self.environment, check=True, timeout=60)

    def start_worker(self, *words: str) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen([sys.executable, "-m", "django", "jobs", *words], env=self.environment)
        self.workers.append(worker)
        return worker

    def select(self, statement: str) -> list[tuple[Any, ...]]:
        if self.url.startswith("sqlite"):
            with contextlib.closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=10)) as there:
                return list(there.execute(statement))
        with psycopg.connect(self.url) as wire:
            return list(wire.execute(statement).fetchall())

    def told(self, *words: str) -> list[list[str]]:
        """The lines of the log with these words: time, process, what, whom."""
        lines = [line.split() for line in self.log.read_text().splitlines()]
        return [line for line in lines if line[2:] == list(words)]

    def count_jobs(self) -> int:
        return int(self.select("SELECT count(*) FROM jobs_job WHERE task NOT LIKE '%tick'")[0][0])

    def wait(self, until: Callable[[], object], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, f"waited in vain; the log says:\n{self.log.read_text()}"
            time.sleep(0.02)

    def end(self) -> None:
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                worker.send_signal(signal.SIGKILL)
            worker.wait()


@contextlib.contextmanager
def open_database(folder: Path) -> Iterator[str]:
    """A database for one world, beside the tests' own: PostgreSQL where the tests run on it, else a file."""
    server = os.environ.get("MASTHEAD_TEST_DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield f"sqlite:///{folder / 'jobs.sqlite3'}"
        return
    name = f"masthead_jobs_{os.getpid()}_{time.monotonic_ns()}"
    address = server.rsplit("/", 1)[0]
    with psycopg.connect(f"{address}/postgres", autocommit=True) as wire:
        wire.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{address}/{name}"
        finally:
            wire.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
