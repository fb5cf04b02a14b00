"""Stores of counts to test on: the tests' own database, and a ClickHouse engine where `make test-clickhouse` gives one."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import OperationalError
from django.db import connection

from masthead.insight.conf import parse_counts_url
from masthead.insight.models import HourlyReads, HourlyShowings, WrittenBatch
from masthead.insight.stores import CountStore
from masthead.insight.stores.clickhouse import ClickHouseCounts
from masthead.insight.stores.sql import SqlCounts

ENGINE_PYTHON = os.environ.get("MASTHEAD_TEST_CLICKHOUSE", "")
KINDS = ["sql", *(["clickhouse"] if ENGINE_PYTHON else [])]
ROOT = Path(__file__).resolve().parents[2]
EVER = {"starts_at": datetime(2020, 1, 1, tzinfo=UTC), "ends_at": datetime(2100, 1, 1, tzinfo=UTC)}

Works = tuple[Callable[[], None], ...]


class Cut(OperationalError):
    """The line was cut."""


class Engine:
    """A ClickHouse engine in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"clickhouse://127.0.0.1:{self._port}/masthead"

    def start(self) -> None:
        script = ROOT / "scripts" / "clickhouse_engine.py"
        self._process = subprocess.Popen([str(ROOT / ENGINE_PYTHON), str(script), str(self._folder), str(self._port)])
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{self._port}/ping")
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Kill it as a power cut would, by SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()


class SqlWorld:
    """The tests' own database."""

    def __init__(self, run_in_threads: Callable[..., None] | None = None) -> None:
        self.store: CountStore = SqlCounts()
        self.run_in_threads = run_in_threads

    def empty(self) -> None:
        for model in (HourlyShowings, HourlyReads, WrittenBatch):
            model.objects.all().delete()

    @contextmanager
    def cut(self, *, before: int, answer_lost: bool) -> Iterator[None]:
        """Fail at the statement of that number that changes something, or just after it."""
        changes = 0

        def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal changes
            if not sql.startswith("INSERT"):
                return execute(sql, params, many, context)
            changes += 1
            if changes == before and not answer_lost:
                raise Cut
            done = execute(sql, params, many, context)
            if changes == before:
                raise Cut
            return done

        with connection.execute_wrapper(fail):
            yield


class ClickHouseWorld:
    """A table of its own on the engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clickhouse = ClickHouseCounts(parse_counts_url(engine.url))
        self.store: CountStore = self.clickhouse

    def client(self) -> Client:
        self.clickhouse.check()
        client = self.clickhouse._client
        assert client is not None
        return client

    def empty(self) -> None:
        self.client().command("DROP TABLE IF EXISTS masthead_counts SYNC")
        self.clickhouse._client = None

    @contextmanager
    def cut(self, *, before: int, answer_lost: bool) -> Iterator[None]:
        """Fail at the call of that number, or lose its answer: the look for the id, the insert, the look after it."""
        client, calls = self.client(), 0
        asked = {name: getattr(client, name) for name in ("query", "insert")}

        def fail(name: str) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls == before and not answer_lost:
                    raise Cut
                done = asked[name](*args, **kwargs)
                if calls == before:
                    raise Cut
                return done

            return call

        for name in asked:
            setattr(client, name, fail(name))
        try:
            yield
        finally:
            for name, method in asked.items():
                setattr(client, name, method)

    def run_in_threads(self, *works: Callable[[], None]) -> None:
        with ThreadPoolExecutor(len(works)) as pool:
            for done in [pool.submit(work) for work in works]:
                done.result(timeout=60)


World = SqlWorld | ClickHouseWorld
