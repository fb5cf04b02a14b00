"""Readers with heavy-tailed histories, over HTTP with their real cookies; every count is held against a plain set."""

from __future__ import annotations

import random
import socket
import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from bench.load import Trouble, serving
from bench.paper import DAY, SITE, make_cookie_of
from masthead.rules.reading import DEFAULT_WINDOW_DAYS, MAX_READS

ARTICLES = 3_000
CLIENTS = 4
_MOST_READ = 450


@dataclass(slots=True)
class _Reader:
    """A reader as the load knows one: the newest day of each article, in a plain dictionary, and the cookie."""

    days: dict[str, int]
    cookie: str
    to_read: list[str] = field(default_factory=list)

    def expect(self, article: str, today: int) -> int:
        """Read an article and return the count that has to come back."""
        self.days[article] = today
        # What is read first is dropped first, those of one day by chance: only the number can be foretold past 300.
        return min(sum(1 for day in self.days.values() if today - day < DEFAULT_WINDOW_DAYS), MAX_READS)


@dataclass(slots=True)
class Tally:
    """What was sent and what came back."""

    visits: int = 0
    reads: int = 0
    wrong: list[str] = field(default_factory=list)


def replay(visits: int, env: Mapping[str, str]) -> str:
    """Send so many visits, check each answer and, in the end, what stands in the database; returns a table.

    Raises Trouble where one count is wrong. `env` names the data of a migrated site on SQLite.
    """
    today = int(time.time()) // DAY
    shares = [_make_readers(visits // CLIENTS, today, random.Random(seed)) for seed in range(CLIENTS)]
    tallies = [Tally() for _ in shares]
    with serving("counting:100", env=env, threads=8) as server:
        began = time.monotonic()
        threads = [
            threading.Thread(target=_send, args=(server.port, readers, tally, today))
            for readers, tally in zip(shares, tallies, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
    wrong = [what for tally in tallies for what in tally.wrong]
    if wrong:
        raise Trouble(f"{len(wrong)} answers were wrong, the first: {wrong[0]}")
    sent = sum(tally.visits for tally in tallies), sum(tally.reads for tally in tallies)
    counted = _sum(env, "visit"), _sum(env, "read")
    if sent != counted:
        raise Trouble(f"{sent[0]} visits and {sent[1]} reads were answered, {counted[0]} and {counted[1]} counted.")
    facts = {
        "readers": sum(len(readers) for readers in shares),
        "articles of the keenest": max(len(reader.days) for readers in shares for reader in readers),
        "visits answered, each with the count that a plain set gives": sent[0],
        "visits counted in the end": counted[0],
        "reads counted in the end": counted[1],
        "visits a second, the client's checking included": round(sent[0] / seconds),
    }
    rows = "\n".join(f"| {name} | {number:,} |" for name, number in facts.items())
    return f"## Readers with heavy-tailed histories\n\n| | |\n| --- | ---: |\n{rows}\n"


def _make_readers(visits: int, today: int, chance: random.Random) -> list[_Reader]:
    """Make readers with a past, whose visits add up to `visits`: most read little, few read hundreds."""
    readers: list[_Reader] = []
    left = visits
    while left > 0:
        past = {
            f"past-{chance.randrange(ARTICLES)}": today - chance.randrange(2 * DEFAULT_WINDOW_DAYS)
            for _ in range(_draw_number(chance) - 1)
        }
        reader = _Reader(past, make_cookie_of(past))
        number = min(left, _draw_number(chance))
        reader.to_read = [f"new-{int(chance.paretovariate(0.4)) % ARTICLES}" for _ in range(number)]
        left -= number
        readers.append(reader)
    return readers


def _draw_number(chance: random.Random) -> int:
    return min(int(chance.paretovariate(0.9)), _MOST_READ)


def _send(port: int, readers: list[_Reader], tally: Tally, today: int) -> None:
    """Let the readers visit, each in turn with one article, on one connection."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as connection:
        stream = connection.makefile("rb")
        waiting = list(readers)
        while waiting and not tally.wrong:
            for reader in waiting:
                article = reader.to_read.pop()
                is_new = today - reader.days.get(article, 0) >= DEFAULT_WINDOW_DAYS
                body = msgspec.json.encode({"article": article, "placements": ["end-of-article"]})
                connection.sendall(
                    f"POST /_masthead/visit HTTP/1.1\r\nHost: paper.test\r\nOrigin: {SITE}\r\n"
                    f"Cookie: {reader.cookie}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                expected = reader.expect(article, today)
                status, answered = _receive(stream, reader)
                tally.visits += 1
                tally.reads += is_new
                if status != 200 or answered.get("reads") != expected:
                    tally.wrong.append(f"{status}, {answered.get('reads')} for {expected} reads")
                    return
            waiting = [reader for reader in waiting if reader.to_read]


def _receive(stream: BinaryIO, reader: _Reader) -> tuple[int, dict[str, object]]:
    status = int(stream.readline().split()[1])
    length = 0
    while (line := stream.readline()) != b"\r\n":
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif name.lower() == b"set-cookie":
            reader.cookie = value.decode().partition(";")[0].strip()
    return status, msgspec.json.decode(stream.read(length))


def _sum(env: Mapping[str, str], what: str) -> int:
    [database] = Path(env["MASTHEAD_DATA"]).glob("*.sqlite3")
    with closing(sqlite3.connect(database)) as connection:
        [[total]] = connection.execute("SELECT COALESCE(SUM(n), 0) FROM insight_hourlyreads WHERE what = ?", [what])
    return int(total)
