"""Counts become sums: any split, order or repetition of batches gives the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masthead.insight import operations
from masthead.insight.models import HourlyReads, HourlyShowings, WrittenBatch
from masthead.kit.jobs.schedule import list_periods
from masthead.rules.counting import CountBatch, ReadCount, ReadFact, ShowingCount, ShowingFact, hour_of

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


def kept_sums() -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for model in (HourlyShowings, HourlyReads):
        for row in model.objects.values_list(*model.KEY, "n"):
            assert (model, *row[:-1]) not in sums
            sums[(model, *row[:-1])] = row[-1]
    return sums


def wanted_sums(sent: list[tuple[dict[ShowingCount, int], dict[ReadCount, int]]]) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for showings, reads in sent:
        for model, counts in ((HourlyShowings, showings), (HourlyReads, reads)):
            for count, n in counts.items():
                hour_at = datetime.fromtimestamp(count.hour, tz=UTC)
                rest = (getattr(count, name) for name in model.KEY[1:])
                cleaned = (value.replace("\x00", "�") if isinstance(value, str) else value for value in rest)
                sums[(model, hour_at, *cleaned)] += n
    return sums


@pytest.mark.django_db
class TestWriteBatch:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(sent=st.lists(batches, max_size=5), data=st.data())
    def test_gives_the_same_sums_in_any_order_however_often_repeated(
        self, sent: list[tuple[dict[ShowingCount, int], dict[ReadCount, int]]], data: st.DataObject
    ) -> None:
        for model in (HourlyShowings, HourlyReads, WrittenBatch):
            model.objects.all().delete()
        numbered = [CountBatch(id=f"b{n}", showings=showings, reads=reads) for n, (showings, reads) in enumerate(sent)]
        repeats = data.draw(st.lists(st.sampled_from(numbered), max_size=5)) if numbered else []

        for batch in data.draw(st.permutations([*numbered, *repeats])):
            operations.write_batch(batch, now=NOW)

        assert kept_sums() == wanted_sums(sent)

    def test_says_whether_it_added_anything(self) -> None:
        batch = CountBatch(id="once", showings={showing(): 2}, reads={read(): 3})

        assert operations.write_batch(batch, now=NOW)
        assert not operations.write_batch(batch, now=NOW)

        assert (HourlyShowings.objects.get().n, HourlyReads.objects.get().n) == (2, 3)

    def test_adds_nothing_of_a_batch_that_fails_and_all_of_it_later(self, monkeypatch: pytest.MonkeyPatch) -> None:
        batch = CountBatch(id="b", showings={showing(): 2}, reads={read(): 3})
        with monkeypatch.context() as broken:
            broken.setattr(operations, "_read_rows", lambda counts: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                operations.write_batch(batch, now=NOW)
        assert not HourlyShowings.objects.exists()

        assert operations.write_batch(batch, now=NOW)

    def test_takes_names_that_no_database_takes(self) -> None:
        reads = {
            read(article="a\x00b"): 1,
            read(article="a\ud800b"): 1,
            read(article="x" * 300): 1,
            read(article="x" * 400): 1,
        }

        operations.write_batch(CountBatch(id="nasty", showings={}, reads=reads), now=NOW)

        assert sorted((row.article, row.n) for row in HourlyReads.objects.all()) == [
            ("a?b", 1), ("a�b", 1), ("x" * 200, 2),
        ]  # fmt: skip

    def test_keeps_sums_beyond_32_bits(self) -> None:
        for n in range(3):
            operations.write_batch(CountBatch(id=str(n), showings={showing(): 2**31}, reads={}), now=NOW)

        assert HourlyShowings.objects.get().n == 3 * 2**31

    def test_writes_an_empty_batch(self) -> None:
        assert operations.write_batch(CountBatch(id="empty", showings={}, reads={}), now=NOW)


@pytest.mark.django_db
class TestForgetBatches:
    def test_forgets_only_what_is_too_old_to_come_again(self) -> None:
        batch = CountBatch(id="old", showings={showing(): 1}, reads={})
        operations.write_batch(batch, now=NOW)

        assert operations.forget_batches(now=NOW + operations.KEEP_BATCHES) == 0
        assert operations.forget_batches(now=NOW + operations.KEEP_BATCHES + timedelta(seconds=1)) == 1
        assert HourlyShowings.objects.get().n == 1

    def test_is_work_that_recurs(self) -> None:
        assert "masthead.insight.tasks.forget_old_batches" in list_periods()


Run = Callable[..., None]


@pytest.fixture
def run_in_threads(transactional_db: None, tmp_path: Path) -> Run:
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
            for model in (HourlyShowings, HourlyReads, WrittenBatch):
                editor.create_model(model)

    if connection.vendor == "sqlite":
        run_all(make_tables)
    return run_all


class TestCountWriter:
    def test_writes_from_many_threads_at_once_and_loses_nothing(self, run_in_threads: Run) -> None:
        writer = operations.CountWriter()

        def write(thread: int) -> None:
            appeals = sorted((str(appeal) for appeal in range(20)), reverse=bool(thread % 2))
            for n in range(10):
                counts = {showing(appeal=appeal): 1 for appeal in appeals}
                writer.write(CountBatch(id=f"{thread}-{n}", showings=counts, reads={read(): 1}))

        def check() -> None:
            assert set(HourlyShowings.objects.values_list("n", flat=True)) == {40}
            assert HourlyReads.objects.get().n == 40

        run_in_threads(*(partial(write, thread) for thread in range(4)))
        run_in_threads(check)

    def test_adds_one_batch_once_when_two_threads_bring_it(self, run_in_threads: Run) -> None:
        batch = CountBatch(id="same", showings={showing(): 1}, reads={})

        def check() -> None:
            assert HourlyShowings.objects.get().n == 1

        run_in_threads(*(lambda: operations.CountWriter().write(batch) for _thread in range(4)))
        run_in_threads(check)


@pytest.mark.django_db
class TestTold:
    def told(self, name: str, *marks: str) -> CountBatch:
        """A batch of two showings that are sums already, and these marks."""
        return CountBatch(id=name, showings={showing(): 2}, reads={}, told={mark: showing() for mark in marks})

    def test_is_added_once_however_many_batches_bring_it(self) -> None:
        many = [f"{n:016x}seen" for n in range(1000)]
        operations.write_batch(self.told("a", *many), now=NOW)
        operations.write_batch(self.told("a", *many), now=NOW)
        operations.write_batch(self.told("b", *many[500:], "new"), now=NOW)
        operations.write_batch(self.told("c"), now=NOW)
        assert HourlyShowings.objects.get().n == 3 * 2 + 1001

    def test_is_forgotten_when_its_token_is_dead(self) -> None:
        operations.write_batch(self.told("a", "old"), now=NOW - timedelta(days=4))
        operations.write_batch(self.told("b", "young"), now=NOW - timedelta(days=2))
        assert operations.forget_told(now=NOW) == 1
        assert operations.forget_told(now=NOW) == 0
        operations.write_batch(self.told("c", "young"), now=NOW)
        assert HourlyShowings.objects.get().n == 3 * 2 + 2
