"""Counts in ClickHouse: one insert a batch into a SummingMergeTree, each batch in the sums once.

A batch's rows and its id are one block of one table, and ClickHouse keeps a block whole or not at all. So:

- A batch whose id is there is left alone. This holds for as long as the table keeps ids, whatever happened since.
- A first attempt may still be on its way when the batch comes again. Both carry the same deduplication token,
  of which the server lets one through.
- A server notes the token a moment before it keeps the block. Killed in between, it would refuse the batch for ever:
  so the id is looked for after the insert, and where it is missing, the token's bearer is dead and the next is used.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import clickhouse_connect
from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from django.db import transaction
from django.utils import timezone
from urllib3.exceptions import HTTPError

from masthead.appeals.connections import fresh_connection
from masthead.insight.conf import ClickHouseServer
from masthead.insight.stores.clickhouse_table import BATCH, COLUMNS, READ, SHOWING, TABLE, prepare_table
from masthead.insight.stores.port import ArticleReads, CountsAway, ReadsInHour, ShowingsInHour
from masthead.insight.stores.rows import batch_key, read_rows, showing_rows
from masthead.insight.stores.told import claim
from masthead.rules.counting import CountBatch, ReadCount, ReadFact, ShowingCount

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

CONNECT_SECONDS = 3
ANSWER_SECONDS = 20
_TOKENS = 3
_ONE_BLOCK = 10_000_000
# What a server's or user's profile says otherwise may not break a batch in two, nor put it off.
_INSERT_SETTINGS = {
    "async_insert": 0,
    "insert_deduplicate": 1,
    "max_insert_block_size": _ONE_BLOCK,
    "min_insert_block_size_rows": _ONE_BLOCK,
    "min_insert_block_size_bytes": 0,
}
_IS_WITHIN = "kind = {kind:String} AND batch = '' AND hour_at >= {starts:UInt32} AND hour_at < {ends:UInt32}"


class ClickHouseCounts:
    """The store for where one database is no longer enough. Fits CountStore.

    It connects, and makes its table, when it is first asked. `now` is the clock by which ids of batches grow old.
    """

    def __init__(self, server: ClickHouseServer, *, now: Callable[[], datetime] = timezone.now) -> None:
        self._server = server
        self._now = now
        self._lock = threading.Lock()
        self._client: Client | None = None

    def write(self, batch: CountBatch) -> None:
        """Add the batch to the sums by one insert; safe to repeat, from any thread. Raises CountsAway."""
        key, now = batch_key(batch.id), self._now()
        showings: Mapping[ShowingCount, int] = batch.showings
        if batch.told:
            with fresh_connection(), transaction.atomic():
                showings = claim(batch, now=now)
        rows = [*_rows(showings, batch.reads), _ledger_row(key, now=now)]
        with self._connected() as client:
            for number in range(_TOKENS):
                if _has_batch(client, key):
                    return
                client.insert(
                    TABLE,
                    rows,
                    column_names=list(COLUMNS),
                    column_type_names=list(COLUMNS.values()),
                    settings={**_INSERT_SETTINGS, "insert_deduplication_token": f"{key}/{number}"},
                )
            if not _has_batch(client, key):
                raise CountsAway("ClickHouse took the counts and does not have them.")

    def sum_showings(self, *, starts_at: datetime, ends_at: datetime) -> Iterable[ShowingsInHour]:
        """Sum showings by hour, over all placements, countries and devices. Raises CountsAway."""
        rows = self._sum("what, appeal, variant", SHOWING, starts_at, ends_at)
        return [ShowingsInHour(_moment(hour), what, appeal, variant, n) for hour, what, appeal, variant, n in rows]

    def sum_reads(self, *, starts_at: datetime, ends_at: datetime) -> Iterable[ReadsInHour]:
        """Sum visits and reads by hour, over all articles. Raises CountsAway."""
        rows = self._sum("what, dedicated", READ, starts_at, ends_at)
        return [ReadsInHour(_moment(hour), what, bool(dedicated), n) for hour, what, dedicated, n in rows]

    def list_most_read(self, *, starts_at: datetime, ends_at: datetime, most: int) -> list[ArticleReads]:
        """List the articles that were read most. Raises CountsAway."""
        rows = self._ask(
            "SELECT article, sum(n) AS reads, sumIf(n, dedicated) "  # noqa: S608  our own table and columns
            f"FROM {TABLE} WHERE {_IS_WITHIN} AND what = {{what:String}} "
            "GROUP BY article ORDER BY reads DESC, article LIMIT {most:UInt32}",
            {**_within(READ, starts_at, ends_at), "what": ReadFact.READ.value, "most": most},
        )
        return [ArticleReads(*row) for row in rows]

    def check(self) -> None:
        """Connect, and make the table or bring it up to date. Raises CountsAway, NotOurTable, TableIsNewer."""
        with self._connected():
            pass

    def _sum(self, columns: str, kind: str, starts_at: datetime, ends_at: datetime) -> list[Any]:
        return self._ask(
            f"SELECT toUnixTimestamp(hour_at), {columns}, sum(n) "  # noqa: S608  our own table and columns
            f"FROM {TABLE} WHERE {_IS_WITHIN} GROUP BY hour_at, {columns}",
            _within(kind, starts_at, ends_at),
        )

    def _ask(self, question: str, parameters: dict[str, Any]) -> list[Any]:
        with self._connected() as client:
            return list(client.query(question, parameters=parameters).result_rows)

    @contextmanager
    def _connected(self) -> Iterator[Client]:
        """Lend the client, connected and with its table; after any failure it is made anew."""
        try:
            with self._lock:
                if self._client is None:
                    self._client = self._connect()
                client = self._client
            yield client
        except (ClickHouseError, HTTPError, OSError) as error:
            self._client = None
            why = getattr(error.__cause__, "reason", None) or error
            told = " ".join(str(why).split())[:300].rstrip(".")
            raise CountsAway(f"ClickHouse at {self._server.host} failed: {told}.") from error

    def _connect(self) -> Client:
        server = self._server
        client = clickhouse_connect.get_client(
            interface="https" if server.tls else "http",
            host=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            database=server.database,
            connect_timeout=CONNECT_SECONDS,
            send_receive_timeout=ANSWER_SECONDS,
            autogenerate_session_id=False,  # a session takes one question at a time; threads ask at once
            compress=False,
            query_limit=0,
            client_name="masthead",
        )
        prepare_table(client)
        return client


def _rows(showings: Mapping[ShowingCount, int], reads: Mapping[ReadCount, int]) -> Iterator[tuple[Any, ...]]:
    for (hour_at, *names), n in showing_rows(showings).items():
        yield (SHOWING, "", int(hour_at.timestamp()), *names, "", "", False, False, n)
    for (hour_at, what, *rest), n in read_rows(reads).items():
        yield (READ, "", int(hour_at.timestamp()), what, "", "", "", "", "", *rest, n)


def _ledger_row(key: str, *, now: datetime) -> tuple[Any, ...]:
    return (BATCH, key, int(now.timestamp()), *[""] * 8, False, False, 1)


def _has_batch(client: Client, key: str) -> bool:
    question = f"SELECT 1 FROM {TABLE} WHERE kind = '{BATCH}' AND batch = {{key:String}} LIMIT 1"  # noqa: S608  our own
    return bool(client.query(question, parameters={"key": key}).result_rows)


def _within(kind: str, starts_at: datetime, ends_at: datetime) -> dict[str, Any]:
    return {"kind": kind, "starts": int(starts_at.timestamp()), "ends": int(ends_at.timestamp())}


def _moment(unix_seconds: int) -> datetime:
    return datetime.fromtimestamp(unix_seconds, tz=UTC)
