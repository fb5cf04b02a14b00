"""What the sandbox keeps: objects as JSON in a SQLite file of its own, changed in one transaction a request."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

# The documents of Stripe's API are open-ended JSON: they are the edge of the system, and stay inside this package.
Document = dict[str, Any]

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
OFFSET: Final = "offset"
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
    due INTEGER, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_due ON objects (due, seq) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_customer ON objects (kind, json_extract(body, '$.customer'), seq);
CREATE INDEX IF NOT EXISTS objects_intent ON objects (kind, json_extract(body, '$.payment_intent'), seq);
CREATE INDEX IF NOT EXISTS objects_invoice ON objects (kind, json_extract(body, '$.invoice'), seq);
CREATE INDEX IF NOT EXISTS objects_charge ON objects (kind, json_extract(body, '$.charge'), seq);
CREATE INDEX IF NOT EXISTS objects_paid_by ON objects (kind, json_extract(body, '$.payment.payment_intent'), seq);
CREATE INDEX IF NOT EXISTS objects_subscription
    ON objects (kind, json_extract(body, '$.parent.subscription_details.subscription'), seq);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due REAL, delivered REAL, answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def make_id(prefix: str) -> str:
    """Return a new identifier in Stripe's manner."""
    return prefix + "_" + "".join(secrets.choice(ALPHABET) for _ in range(24))


class Book:
    """One transaction on the store. `now` is the sandbox's time, `wall` the real one, both in Unix seconds."""

    def __init__(self, connection: sqlite3.Connection, *, wall: float) -> None:
        self.connection = connection
        self.wall = wall
        self.now = int(wall) + int(self.get_meta(OFFSET, "0"))

    def get(self, reference: str) -> Document | None:
        """Return an object by its identifier."""
        row = self.connection.execute("SELECT body FROM objects WHERE id = ?", (reference,)).fetchone()
        return json.loads(row[0]) if row else None

    def save(self, document: Document, *, due: int | None = None) -> Document:
        """Keep an object, new or changed; `due` is when it wants attention next."""
        self.connection.execute(
            "INSERT INTO objects (id, kind, created, due, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET due = excluded.due, body = excluded.body",
            (document["id"], document["object"], document.get("created", self.now), due, json.dumps(document)),
        )
        return document

    def delete(self, reference: str) -> None:
        """Forget an object."""
        self.connection.execute("DELETE FROM objects WHERE id = ?", (reference,))

    def select(
        self, kind: str, condition: str = "", values: tuple[Any, ...] = (), *, most: int = 100
    ) -> list[Document]:
        """Return the newest objects of a kind; `condition` is SQL of ours, with its values apart."""
        query = f"SELECT body FROM objects WHERE kind = ? {condition} ORDER BY seq DESC LIMIT ?"  # noqa: S608  ours
        rows = self.connection.execute(query, (kind, *values, most))
        return [json.loads(row[0]) for row in rows]

    def get_first_due(self, until: int) -> tuple[int, Document] | None:
        """Return the object that wants attention first, until a moment, and when."""
        row = self.connection.execute(
            "SELECT due, body FROM objects WHERE due IS NOT NULL AND due <= ? ORDER BY due, seq LIMIT 1", (until,)
        ).fetchone()
        return (row[0], json.loads(row[1])) if row else None

    def get_meta(self, name: str, default: str = "") -> str:
        """Return a value of the store itself."""
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def set_meta(self, name: str, value: str) -> None:
        """Set a value of the store itself."""
        self.connection.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )


class Store:
    """The file. Threads share a few connections; several processes may use the file at once."""

    def __init__(self, path: Path, *, wall: Callable[[], float]) -> None:
        self.path = path
        self.wall = wall
        self._free: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            for statement in SCHEMA.split(";"):
                connection.execute(statement)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._free.pop() if self._free else None
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=15, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
        try:
            yield connection
        finally:
            with self._lock:
                self._free.append(connection)

    @contextmanager
    def transaction(self, *, writes: bool = True) -> Iterator[Book]:
        """Give a book; everything in it happens, or nothing of it."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            try:
                book = Book(connection, wall=self.wall())
                yield book
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            while self._free:
                self._free.pop().close()
