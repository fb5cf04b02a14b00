"""Counts in ClickHouse: its address, its table, and an engine that is killed."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.apps.count_worlds import ENGINE_PYTHON, EVER, HOUR, ClickHouseWorld, Engine, read, showing

from masthead.config import doctor
from masthead.insight.checks import check_counts
from masthead.insight.conf import BadCountsUrl, parse_counts_url
from masthead.insight.stores import CountsAway
from masthead.insight.stores.clickhouse import ClickHouseCounts
from masthead.insight.stores.clickhouse_table import STEPS, NotOurTable, TableIsNewer, read_version
from masthead.rules.counting import CountBatch

needs_engine = pytest.mark.skipif(not ENGINE_PYTHON, reason="runs in make test-clickhouse")
AWAY = "clickhouse://masthead:open-sesame@127.0.0.1:1/masthead"


class TestAddress:
    def test_is_read(self) -> None:
        server = parse_counts_url("clickhouses://us%40er:p%2Fw@counts.example/news_1")

        assert (server.host, server.port, server.tls, server.database) == ("counts.example", 8443, True, "news_1")
        assert (server.username, server.password) == ("us@er", "p/w")
        assert "p/w" not in repr(server)

    @pytest.mark.parametrize(
        "url",
        [
            "http://host/database",
            "clickhouse://host",
            "clickhouse://host/",
            "clickhouse:///database",
            "clickhouse://user:open-sesame@host:eighty/database",
            "clickhouse://host:0/database",
            "clickhouse://host:99999/database",
            "clickhouse://host/two/words",
            "clickhouse://host/data-base;",
            "clickhouse://host/database?secure=1",
            "clickhouse://[::1/database",
        ],
    )
    def test_refuses_nonsense_at_the_start_without_telling_the_password(self, url: str, settings: Any) -> None:
        with pytest.raises(BadCountsUrl) as refused:
            parse_counts_url(url)
        assert "open-sesame" not in str(refused.value)
        settings.MASTHEAD_COUNTS = url

        assert [error.id for error in check_counts()] == ["insight.E001"]
        assert [finding.what for finding in doctor.examine_counts()] == [str(refused.value).rstrip(".")]

    def test_needs_the_client_installed(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.MASTHEAD_COUNTS = AWAY
        assert check_counts() == []
        monkeypatch.setattr("masthead.insight.checks.find_spec", lambda name: None)

        assert [error.id for error in check_counts()] == ["insight.E002"]


class TestAway:
    def test_is_said_without_the_password(self) -> None:
        store = ClickHouseCounts(parse_counts_url(AWAY))

        with pytest.raises(CountsAway) as away:
            store.write(CountBatch(id="1", showings={showing(): 1}, reads={}))

        assert away.value.retriable
        assert "open-sesame" not in str(away.value)

    def test_is_found_by_the_doctor(self, settings: Any) -> None:
        settings.MASTHEAD_COUNTS = AWAY

        (found,) = doctor.examine_counts()

        assert found.what.startswith("ClickHouse at 127.0.0.1 failed")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[ClickHouseWorld]:
    engine = Engine(tmp_path)
    engine.start()
    yield ClickHouseWorld(engine)
    engine.kill()


@needs_engine
class TestTable:
    def test_is_made_with_its_version(self, world: ClickHouseWorld) -> None:
        assert read_version(world.client()) == len(STEPS)
        world.clickhouse.check()

    def test_is_not_touched_where_it_is_another_s_or_newer(self, world: ClickHouseWorld) -> None:
        client = world.client()
        for comment, refusal in (("mine", NotOurTable), ("Masthead counts, version 99", TableIsNewer)):
            client.command(f"ALTER TABLE masthead_counts MODIFY COMMENT '{comment}'")
            with pytest.raises(refusal):
                ClickHouseCounts(parse_counts_url(world.engine.url)).check()

    def test_keeps_a_large_batch_in_one_part(self, world: ClickHouseWorld) -> None:
        reads = {read(article=f"{n}-{'x' * 150}", hour=HOUR - 3600 * (n % 9000)): 1 for n in range(120_000)}

        world.store.write(CountBatch(id="large", showings={showing(): 1}, reads=reads))

        parts = world.client().query("SELECT rows FROM system.parts WHERE table = 'masthead_counts' AND active")
        assert [row for (row,) in parts.result_rows] == [120_002]

    def test_keeps_the_sums_when_parts_are_merged(self, world: ClickHouseWorld) -> None:
        for n in range(10):
            world.store.write(CountBatch(id=str(n), showings={showing(): 2}, reads={read(): 3}))
        world.client().command("OPTIMIZE TABLE masthead_counts FINAL")

        rows = world.client().query("SELECT kind, n FROM masthead_counts WHERE batch = '' ORDER BY kind").result_rows
        assert rows == [("read", 30), ("showing", 20)]
        world.store.write(CountBatch(id="3", showings={showing(): 2}, reads={}))
        assert [sum_.n for sum_ in world.store.sum_showings(**EVER)] == [20]


@needs_engine
class TestKilled:
    def test_takes_a_batch_whose_token_was_noted_by_an_engine_that_died_before_it_kept_the_rows(
        self, world: ClickHouseWorld
    ) -> None:
        # What such an engine leaves behind: the token is known, the batch's rows and id are not.
        client = world.client()
        columns = ["kind", "batch", "hour_at", "n"]
        client.insert(
            "masthead_counts", [["none", "", 0, 1]], columns, settings={"insert_deduplication_token": "torn/0"}
        )

        for _again in range(2):
            world.store.write(CountBatch(id="torn", showings={showing(): 5}, reads={}))

        assert [sum_.n for sum_ in world.store.sum_showings(**EVER)] == [5]

    def test_lets_one_of_two_inserts_through_that_are_on_their_way_together(
        self, world: ClickHouseWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Each of them has looked for the id before the other has inserted.
        gate, looks = threading.Barrier(4, timeout=20), threading.local()
        from masthead.insight.stores import clickhouse

        look = clickhouse._has_batch

        def look_together(*args: Any) -> bool:
            found = look(*args)
            if not getattr(looks, "done", False):
                looks.done = True
                gate.wait()
            return found

        monkeypatch.setattr(clickhouse, "_has_batch", look_together)
        batch = CountBatch(id="both", showings={showing(): 1}, reads={})
        world.run_in_threads(*(lambda: world.store.write(batch) for _thread in range(4)))

        assert [sum_.n for sum_ in world.store.sum_showings(**EVER)] == [1]

    def test_at_any_moment_counts_every_batch_once(self, world: ClickHouseWorld) -> None:
        batches = [CountBatch(id=f"k{n}", showings={showing(): 1}, reads={read(): n}) for n in range(60)]
        failures = 0

        def write_all() -> None:
            nonlocal failures
            for batch in batches:
                deadline = time.monotonic() + 60
                while True:
                    try:
                        world.store.write(batch)
                    except CountsAway:
                        failures += 1
                        assert time.monotonic() < deadline
                        time.sleep(0.01)
                    else:
                        break

        writer = threading.Thread(target=write_all)
        world.clickhouse.check()
        writer.start()
        lots = random.Random(7)
        while writer.is_alive():
            time.sleep(lots.uniform(0.02, 0.3))
            world.engine.kill()
            world.engine.start()
        writer.join()
        for batch in lots.sample(batches, 20):
            world.store.write(batch)

        assert [sum_.n for sum_ in world.store.sum_showings(**EVER)] == [len(batches)]
        assert [sum_.n for sum_ in world.store.sum_reads(**EVER)] == [sum(range(60))]
        assert failures
