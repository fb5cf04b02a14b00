"""The contract of every store of counts: the same tests on SQLite, PostgreSQL and ClickHouse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.apps.count_worlds import (
    EVER,
    HOUR,
    KINDS,
    NOW,
    ClickHouseWorld,
    Engine,
    SqlWorld,
    World,
    batches,
    read,
    run_in_threads,
    showing,
)

from masthead.insight import queries
from masthead.insight.stores import ArticleReads, CountStore
from masthead.rules.counting import CountBatch, ReadCount, ReadFact, ShowingCount, ShowingFact

Sums = tuple[dict[ShowingCount, int], dict[ReadCount, int]]

__all__ = ["run_in_threads"]


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("clickhouse"))
    engine.start()
    yield engine
    engine.kill()


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, db: None) -> World:
    if request.param == "sql":
        return SqlWorld()
    world = ClickHouseWorld(request.getfixturevalue("engine"))
    world.empty()
    return world


@pytest.fixture(params=KINDS)
def threaded_world(request: pytest.FixtureRequest) -> World:
    if request.param == "sql":
        return SqlWorld(request.getfixturevalue("run_in_threads"))
    world = ClickHouseWorld(request.getfixturevalue("engine"))
    world.empty()
    return world


def number(sent: list[Sums]) -> list[CountBatch]:
    return [CountBatch(id=f"b{n}", showings=showings, reads=reads) for n, (showings, reads) in enumerate(sent)]


def told_by(store: CountStore) -> tuple[Counter[Any], Counter[Any], list[ArticleReads]]:
    """Everything that the store tells, and that it tells each thing once."""
    showings: Counter[Any] = Counter()
    reads: Counter[Any] = Counter()
    for sum_ in store.sum_showings(**EVER):
        key = (sum_.hour_at, sum_.what, sum_.appeal, sum_.variant)
        assert key not in showings
        showings[key] = sum_.n
    for sum_ in store.sum_reads(**EVER):
        key = (sum_.hour_at, sum_.what, sum_.dedicated)
        assert key not in reads
        reads[key] = sum_.n
    return showings, reads, store.list_most_read(**EVER, most=1000)


def told_by_hand(sent: list[Sums]) -> tuple[Counter[Any], Counter[Any], list[ArticleReads]]:
    """What the store ought to tell, added up in plain Python."""
    shown: Counter[Any] = Counter()
    reads: Counter[Any] = Counter()
    of_articles: Counter[str] = Counter()
    by_dedicated: Counter[str] = Counter()
    for showings, seen in sent:
        for count, n in showings.items():
            shown[datetime.fromtimestamp(count.hour, tz=UTC), str(count.what), count.appeal, count.variant] += n
        for read_count, n in seen.items():
            hour_at = datetime.fromtimestamp(read_count.hour, tz=UTC)
            reads[hour_at, str(read_count.what), read_count.dedicated] += n
            if read_count.what is ReadFact.READ:
                article = read_count.article.replace("\x00", "\ufffd")
                of_articles[article] += n
                by_dedicated[article] += n * read_count.dedicated
    most = sorted(of_articles, key=lambda article: (-of_articles[article], article))
    return shown, reads, [ArticleReads(article, of_articles[article], by_dedicated[article]) for article in most]


law = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


# Every mark is of one showing, whoever tells of it.
MARKS = {f"{n:016x}seen": showing(appeal=str(n % 2), variant="ab"[n % 3 == 0]) for n in range(6)}


class TestTold:
    @law
    @given(sent=st.lists(st.sets(st.sampled_from(sorted(MARKS))), max_size=5), data=st.data())
    def test_counts_a_mark_once_whichever_batches_bring_it_and_wherever_they_are_cut_off(
        self, world: World, sent: list[set[str]], data: st.DataObject
    ) -> None:
        world.empty()
        numbered = [
            CountBatch(id=f"b{n}", showings={showing(): 2}, reads={}, told={mark: MARKS[mark] for mark in marks})
            for n, marks in enumerate(sent)
        ]
        repeats = data.draw(st.lists(st.sampled_from(numbered), max_size=4)) if numbered else []
        for batch in data.draw(st.permutations([*numbered, *repeats])):
            with world.cut(before=data.draw(st.integers(1, 5)), answer_lost=data.draw(st.booleans())):
                try:
                    world.store.write(batch)
                except Exception:  # noqa: BLE001  whatever it is, the batch comes again
                    pass
            world.store.write(batch)

        told: list[Sums] = [({MARKS[mark]: 1}, {}) for mark in set().union(*sent)]
        assert told_by(world.store) == told_by_hand([*told, *[({showing(): 2}, {})] * len(sent)])

    def test_counts_more_marks_than_one_statement_holds(self, world: World) -> None:
        many = {f"{n:016x}seen": showing() for n in range(1000)}
        world.store.write(CountBatch(id="a", showings={}, reads={}, told=dict(list(many.items())[:600])))
        world.store.write(CountBatch(id="b", showings={}, reads={}, told=dict(list(many.items())[300:])))
        assert [sum_.n for sum_ in world.store.sum_showings(**EVER)] == [1000]


class TestWrite:
    @law
    @given(sent=st.lists(batches, max_size=5), data=st.data())
    def test_gives_the_same_sums_in_any_order_however_often_repeated(
        self, world: World, sent: list[Sums], data: st.DataObject
    ) -> None:
        world.empty()
        numbered = number(sent)
        repeats = data.draw(st.lists(st.sampled_from(numbered), max_size=5)) if numbered else []

        for batch in data.draw(st.permutations([*numbered, *repeats])):
            world.store.write(batch)

        assert told_by(world.store) == told_by_hand(sent)

    @law
    @given(sent=st.lists(batches, min_size=1, max_size=4), data=st.data())
    def test_gives_the_same_sums_when_attempts_are_cut_off_at_any_step(
        self, world: World, sent: list[Sums], data: st.DataObject
    ) -> None:
        world.empty()
        for batch in number(sent):
            for step in data.draw(st.lists(st.integers(1, 4), max_size=3)):
                with world.cut(before=step, answer_lost=data.draw(st.booleans())):
                    try:
                        world.store.write(batch)
                    except Exception:  # noqa: BLE001  whatever it is, the batch comes again
                        continue
            world.store.write(batch)

        assert told_by(world.store) == told_by_hand(sent)

    def test_shows_nothing_of_a_batch_that_was_cut_off_before_its_change(self, world: World) -> None:
        batch = CountBatch(id="cut", showings={showing(): 2}, reads={read(): 3})
        # Before the second upsert of one transaction, or before the one insert.
        with world.cut(before=2, answer_lost=False), pytest.raises(Exception):  # noqa: B017, PT011
            world.store.write(batch)
        assert told_by(world.store) == (Counter(), Counter(), [])

        world.store.write(batch)

        assert told_by(world.store) == told_by_hand([({showing(): 2}, {read(): 3})])

    def test_takes_names_that_no_database_takes(self, world: World) -> None:
        names = ["a\x00b", "a\ud800b", "x" * 300, "x" * 400, "it's\t\\N\n\"", ""]
        batch = CountBatch(id="it's \\ {a} nasty\n id", showings={}, reads={read(article=name): 1 for name in names})

        for _again in range(2):
            world.store.write(batch)

        told = {row.article: row.reads for row in world.store.list_most_read(**EVER, most=10)}
        assert told == {"x" * 200: 2, "a\ufffdb": 1, "a?b": 1, "it's\t\\N\n\"": 1, "": 1}

    def test_keeps_sums_beyond_32_bits(self, world: World) -> None:
        for n in range(3):
            world.store.write(CountBatch(id=str(n), showings={showing(): 2**40}, reads={}))

        assert [sum_.n for sum_ in world.store.sum_showings(**EVER)] == [3 * 2**40]

    def test_writes_an_empty_batch(self, world: World) -> None:
        world.store.write(CountBatch(id="empty", showings={}, reads={}))

        assert told_by(world.store) == (Counter(), Counter(), [])

    def test_keeps_apart_batches_whose_ids_differ_in_case_or_space_only(self, world: World) -> None:
        for key in ("a", "A", "a ", " a"):
            world.store.write(CountBatch(id=key, showings={showing(): 1}, reads={}))

        assert [sum_.n for sum_ in world.store.sum_showings(**EVER)] == [4]

    @pytest.mark.django_db(transaction=True)
    def test_loses_nothing_of_many_threads_at_once(self, threaded_world: World) -> None:
        store = threaded_world.store

        def write(thread: int) -> None:
            appeals = sorted((str(appeal) for appeal in range(20)), reverse=bool(thread % 2))
            for n in range(10):
                counts = {showing(appeal=appeal): 1 for appeal in appeals}
                store.write(CountBatch(id=f"{thread}-{n}", showings=counts, reads={read(): 1}))

        def check() -> None:
            assert {sum_.n for sum_ in store.sum_showings(**EVER)} == {40}
            assert [sum_.n for sum_ in store.sum_reads(**EVER)] == [40]

        run = threaded_world.run_in_threads
        assert run is not None
        run(*(partial(write, thread) for thread in range(4)))
        run(check)

    @pytest.mark.django_db(transaction=True)
    def test_adds_one_batch_once_when_threads_bring_it_together(self, threaded_world: World) -> None:
        store = threaded_world.store
        batch = CountBatch(id="same", showings={showing(): 1}, reads={})

        def check() -> None:
            assert [sum_.n for sum_ in store.sum_showings(**EVER)] == [1]

        run: Callable[..., None] | None = threaded_world.run_in_threads
        assert run is not None
        run(*(lambda: store.write(batch) for _thread in range(4)))
        run(check)


class TestReading:
    def test_is_of_half_open_periods(self, world: World) -> None:
        hours = {HOUR - 3600: 1, HOUR: 10, HOUR + 3600: 100, HOUR + 7200: 1000}
        batch = CountBatch(
            id="hours",
            showings={showing(hour=hour): n for hour, n in hours.items()},
            reads={read(hour=hour): n for hour, n in hours.items()},
        )
        world.store.write(batch)
        first = datetime.fromtimestamp(HOUR, tz=UTC)
        period = {"starts_at": first, "ends_at": first + timedelta(hours=2)}

        assert sum(sum_.n for sum_ in world.store.sum_showings(**period)) == 110
        assert sum(sum_.n for sum_ in world.store.sum_reads(**period)) == 110
        assert world.store.list_most_read(**period, most=5) == [ArticleReads("x", 110, 0)]

    def test_names_the_most_read_only_and_breaks_ties_by_name(self, world: World) -> None:
        reads = {
            read(article="b"): 5,
            read(article="a"): 3,
            read(article="a", dedicated=True): 2,
            read(article="c"): 9,
            read(article="d"): 1,
            read(article="d", what=ReadFact.VISIT): 100,
        }
        world.store.write(CountBatch(id="most", showings={}, reads=reads))

        most = world.store.list_most_read(**EVER, most=3)

        assert most == [ArticleReads("c", 9, 0), ArticleReads("a", 5, 2), ArticleReads("b", 5, 0)]


class TestNumbers:
    def test_are_the_same_from_every_store(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("masthead.insight.queries.sums.get_store", lambda: world.store)
        showings = {
            showing(what=what, variant=variant, hour=HOUR - 86400 * day): n + day
            for n, what in enumerate(ShowingFact, start=1)
            for variant in "ab"
            for day in range(3)
        }
        reads = {
            read(what=what, dedicated=dedicated, hour=HOUR - 86400 * day): 10 + day
            for what in ReadFact
            for dedicated in (False, True)
            for day in range(3)
        }
        for _again in range(2):
            world.store.write(CountBatch(id="numbers", showings=showings, reads=reads))

        period = queries.last_days(7, now=NOW)
        numbers = queries.get_numbers(period)

        total = numbers.total
        assert (total.visits, total.dedicated_visits, total.reads, total.dedicated_reads) == (66, 33, 66, 33)
        assert (total.shown, total.seen, total.clicked, total.closed, total.not_now) == (12, 18, 24, 30, 36)
        assert [tally.reads for _day, tally in numbers.by_day] == [0, 0, 0, 0, 24, 22, 20]
        assert [(row.key, row.tally.seen) for row in numbers.by_appeal] == [("1", 18)]
        assert [(row.article, row.reads, row.dedicated_reads) for row in queries.list_top_articles(period)] == [
            ("x", 66, 33)
        ]


def test_the_database_is_where_counts_are_kept_by_default(settings: Any) -> None:
    from masthead.insight.stores import get_store
    from masthead.insight.stores.sql import SqlCounts

    assert settings.MASTHEAD_COUNTS == ""
    assert isinstance(get_store(), SqlCounts)
