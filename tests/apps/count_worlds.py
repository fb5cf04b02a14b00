"""Stores of counts to test on: the tests' own database, and a ClickHouse engine under `make test-clickhouse`."""

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

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import OperationalError
from django.db import connection, connections
from hypothesis import strategies as st

from masthead.insight.conf import parse_counts_url
from masthead.insight.models import HourlyReads, HourlyShowings, ToldShowing, WrittenBatch
from masthead.insight.stores import CountStore
from masthead.insight.stores.clickhouse import ClickHouseCounts
from masthead.insight.stores.sql import SqlCounts
from masthead.rules.counting import ReadCount, ReadFact, ShowingCount, ShowingFact, hour_of

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HOUR = hour_of(NOW.timestamp())

showing_counts = st.builds(
    ShowingCount,
    hour=st.sampled_from([HOUR, HOUR + 3600]),
    what=st.sampled_from(list(ShowingFact)),
    appeal=st.sampled_from(["1", "2"]),
    variant=st.sampled_from(["a", "b"]),
    placement=st.sampled_from(["end-of-article", "banner"]),
    country=st.sampled_from(["", "PT"]),
    device=st.sampled_from(["", "mobile"]),
)
read_counts = st.builds(
    ReadCount,
    hour=st.sampled_from([HOUR, HOUR + 3600]),
    what=st.sampled_from(list(ReadFact)),
    article=st.text(max_size=3),
    section=st.sampled_from(["", "politics"]),
    dedicated=st.booleans(),
    member=st.booleans(),
)
amounts = st.integers(1, 10**9)
batches = st.builds(
    lambda showings, reads: (showings, reads),
    st.dictionaries(showing_counts, amounts, max_size=4),
    st.dictionaries(read_counts, amounts, max_size=4),
)


def showing(**changes: Any) -> ShowingCount:
    values: dict[str, Any] = {
        "hour": HOUR, "what": ShowingFact.SEEN, "appeal": "1", "variant": "a", "placement": "banner",
        "country": "PT", "device": "mobile", **changes,
    }  # fmt: skip
    return ShowingCount(**values)


def read(**changes: Any) -> ReadCount:
    values: dict[str, Any] = {
        "hour": HOUR, "what": ReadFact.READ, "article": "x", "section": "politics", "dedicated": False, "member": False,
        **changes,
    }  # fmt: skip
    return ReadCount(**values)


ENGINE_PYTHON = os.environ.get("MASTHEAD_TEST_CLICKHOUSE", "")
KINDS = ["sql", *(["clickhouse"] if ENGINE_PYTHON else [])]
ROOT = Path(__file__).resolve().parents[2]
EVER = {"starts_at": datetime(2020, 1, 1, tzinfo=UTC), "ends_at": datetime(2100, 1, 1, tzinfo=UTC)}


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
        for model in (HourlyShowings, HourlyReads, ToldShowing, WrittenBatch):
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
        self.client().command("DROP TABLE IF EXISTS masthead_counts")
        ToldShowing.objects.all().delete()
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


@pytest.fixture
def run_in_threads(transactional_db: None, tmp_path: Path) -> Callable[..., None]:
    """Run each of several works in a thread of its own, and raise what any of them raised.

    They share the tests' database, or a file where that is in the memory of one thread.
    """
    own = {**connections.settings["default"], "NAME": str(tmp_path / "counts.sqlite3")}

    def run(work: Callable[[], None]) -> None:
        if connection.vendor == "sqlite":
            connections["default"] = type(connections["default"])(own, "default")
        try:
            work()
        finally:
            connection.close()

    def run_all(*works: Callable[[], None]) -> None:
        with ThreadPoolExecutor(len(works)) as pool:
            for done in [pool.submit(run, work) for work in works]:
                done.result(timeout=60)

    def make_tables() -> None:
        with connection.schema_editor() as editor:
            for model in (HourlyShowings, HourlyReads, ToldShowing, WrittenBatch):
                editor.create_model(model)

    if connection.vendor == "sqlite":
        run_all(make_tables)
    return run_all
