"""Adding counts to the sums, and forgetting which batches were added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from masthead.appeals.connections import fresh_connection
from masthead.insight.models import HourlyReads, HourlyShowings, ToldShowing, WrittenBatch
from masthead.rules.counting import TOLD_SECONDS, CountBatch, ReadCount, ShowingCount

KEEP_BATCHES = timedelta(days=3)
CLAIMED_AT_ONCE = 400

Row = tuple[Any, ...]


class CountWriter:
    """Where edge's counts go for good: the sums by hour in this database. Fits rules' CountSink."""

    def write(self, batch: CountBatch) -> None:
        """Add the batch to the sums in one transaction; safe to repeat, from any thread."""
        with fresh_connection():
            write_batch(batch, now=timezone.now())


def write_batch(batch: CountBatch, *, now: datetime) -> bool:
    """Add one batch to the sums, whole or not at all; False if it is in them already.

    Any split of the same counts into batches, in any order and however often repeated, gives the same sums.
    """
    with transaction.atomic():
        if not _note_batch(batch.id, now=now):
            return False
        showings = Counter(batch.showings)
        showings.update(_claim(batch.told, now=now))
        _add(HourlyShowings, _showing_rows(showings))
        _add(HourlyReads, _read_rows(batch.reads))
    return True


def forget_batches(*, now: datetime) -> int:
    """Forget the ids of batches that are too old to come again. Returns how many. Safe to repeat."""
    forgotten, _by_model = WrittenBatch.objects.filter(written_at__lt=now - KEEP_BATCHES).delete()
    return forgotten


def forget_told(*, now: datetime) -> int:
    """Forget marks of showings whose tokens are too old to come again. Returns how many. Safe to repeat."""
    forgotten, _by_model = ToldShowing.objects.filter(told_at__lt=now - timedelta(seconds=TOLD_SECONDS)).delete()
    return forgotten


def _claim(told: Mapping[str, ShowingCount], *, now: datetime) -> list[ShowingCount]:
    """Remember these marks and return what was told under those that are new.

    In their order, so that two writers never wait for each other in a ring.
    """
    table, at = _table_of(ToldShowing), connection.ops.adapt_datetimefield_value(now)
    claimed: list[ShowingCount] = []
    marks = sorted(told)
    with connection.cursor() as cursor:
        for start in range(0, len(marks), CLAIMED_AT_ONCE):
            some = marks[start : start + CLAIMED_AT_ONCE]
            places = ", ".join(["(%s, %s)"] * len(some))
            cursor.execute(
                f"INSERT INTO {table} (mark, told_at) VALUES {places} "  # noqa: S608  our own table
                "ON CONFLICT DO NOTHING RETURNING mark",
                [value for mark in some for value in (mark, at)],
            )
            claimed += [told[mark] for (mark,) in cursor.fetchall()]
    return claimed


def _note_batch(batch_id: str, *, now: datetime) -> bool:
    table = _table_of(WrittenBatch)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, written_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",  # noqa: S608  our own table
            [_fit(WrittenBatch, "id", batch_id), connection.ops.adapt_datetimefield_value(now)],
        )
        return bool(cursor.rowcount)


def _add(model: type[HourlyShowings] | type[HourlyReads], sums: Mapping[Row, int]) -> None:
    """Add each number to its row, making the row where there is none.

    In the order of their keys, so that two writers never wait for each other in a ring.
    """
    if not sums:
        return
    table = _table_of(model)
    columns = ", ".join(model.KEY)
    places = ", ".join(["%s"] * (len(model.KEY) + 1))
    statement = (
        f"INSERT INTO {table} ({columns}, n) VALUES ({places}) "  # noqa: S608  our own table and columns
        f"ON CONFLICT ({columns}) DO UPDATE SET n = {table}.n + EXCLUDED.n"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [(connection.ops.adapt_datetimefield_value(key[0]), *key[1:], n) for key, n in sorted(sums.items())],
        )


def _showing_rows(counts: Mapping[ShowingCount, int]) -> Counter[Row]:
    rows: Counter[Row] = Counter()
    for count, n in counts.items():
        texts = {name: _fit(HourlyShowings, name, getattr(count, name)) for name in HourlyShowings.KEY[1:]}
        rows[(_hour(count.hour), *texts.values())] += n
    return rows


def _read_rows(counts: Mapping[ReadCount, int]) -> Counter[Row]:
    rows: Counter[Row] = Counter()
    for count, n in counts.items():
        texts = (_fit(HourlyReads, name, getattr(count, name)) for name in ("what", "article", "section"))
        rows[(_hour(count.hour), *texts, bool(count.dedicated), bool(count.member))] += n
    return rows


def _hour(unix_seconds: int) -> datetime:
    return datetime.fromtimestamp(unix_seconds, tz=UTC)


def _fit(model: type[models.Model], name: str, text: str) -> str:
    """Return `text` as its column takes it: one name that no database takes may not hold up all counts."""
    storable = str(text).encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    column = model._meta.get_field(name)  # noqa: SLF001  Django's documented way to a field
    return storable[: getattr(column, "max_length", None)]


def _table_of(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001  Django's documented way to a table's name
