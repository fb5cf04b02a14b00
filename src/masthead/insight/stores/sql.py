"""Counts in the site's own database: summed upserts, one transaction a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from masthead.appeals.connections import fresh_connection
from masthead.insight.models import HourlyReads, HourlyShowings, WrittenBatch
from masthead.insight.stores.port import ArticleReads, ReadsInHour, ShowingsInHour
from masthead.insight.stores.rows import Row, batch_key, read_rows, showing_rows
from masthead.insight.stores.told import claim
from masthead.rules.counting import CountBatch, ReadFact


class SqlCounts:
    """The store that needs nothing besides. Fits CountStore."""

    def check(self) -> None:
        """Reach the database; its tables are kept in step by migrations."""
        connection.ensure_connection()

    def write(self, batch: CountBatch) -> None:
        """Add the batch to the sums in one transaction; safe to repeat, from any thread."""
        with fresh_connection():
            write_batch(batch, now=timezone.now())

    def sum_showings(self, *, starts_at: datetime, ends_at: datetime) -> Iterable[ShowingsInHour]:
        """Sum showings by hour, over all placements, countries and devices."""
        rows = _within(HourlyShowings, starts_at, ends_at).values_list("hour_at", "what", "appeal", "variant")
        for hour_at, what, appeal, variant, n in rows.annotate(total=Sum("n")).order_by().iterator():
            yield ShowingsInHour(hour_at, what, appeal, variant, n)

    def sum_reads(self, *, starts_at: datetime, ends_at: datetime) -> Iterable[ReadsInHour]:
        """Sum visits and reads by hour, over all articles."""
        rows = _within(HourlyReads, starts_at, ends_at).values_list("hour_at", "what", "dedicated")
        for hour_at, what, dedicated, n in rows.annotate(total=Sum("n")).order_by().iterator():
            yield ReadsInHour(hour_at, what, dedicated, n)

    def list_most_read(self, *, starts_at: datetime, ends_at: datetime, most: int) -> list[ArticleReads]:
        """List the articles that were read most."""
        rows = _within(HourlyReads, starts_at, ends_at).filter(what=ReadFact.READ).values_list("article")
        totals = rows.annotate(total=Sum("n"), by_dedicated=Sum("n", filter=Q(dedicated=True), default=0))
        return [ArticleReads(*row) for row in totals.order_by("-total", "article")[:most]]


def write_batch(batch: CountBatch, *, now: datetime) -> bool:
    """Add one batch to the sums, whole or not at all; False if it is in them already.

    Any split of the same counts into batches, in any order and however often repeated, gives the same sums.
    """
    with transaction.atomic():
        if not _note_batch(batch.id, now=now):
            return False
        _add(HourlyShowings, showing_rows(claim(batch, now=now)))
        _add(HourlyReads, read_rows(batch.reads))
    return True


def _note_batch(batch_id: str, *, now: datetime) -> bool:
    table = _table_of(WrittenBatch)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, written_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",  # noqa: S608  our own table
            [batch_key(batch_id), connection.ops.adapt_datetimefield_value(now)],
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


def _within(model: Any, starts_at: datetime, ends_at: datetime) -> Any:
    return model.objects.filter(hour_at__gte=starts_at, hour_at__lt=ends_at)


def _table_of(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001  Django's documented way to a table's name
