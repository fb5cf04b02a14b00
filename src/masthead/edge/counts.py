"""Counts: summed in memory, written in batches by one thread, each batch once and for good."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import Counter
from typing import NamedTuple

from masthead.rules.counting import CountBatch, CountSink, ReadCount, ReadFact, ShowingCount, ShowingFact
from masthead.rules.showings import NONCE_BYTES

ShowingKey = tuple[int, ShowingFact, str, str, str, str, str]
ReadKey = tuple[int, ReadFact, str, str, bool, bool]


class Visit(NamedTuple):
    """One page view as it is counted. `shown` names appeal, variant and placement of what it was given."""

    hour: int
    article: str
    section: str
    dedicated: bool
    member: bool
    is_read: bool
    country: str = ""
    device: str = ""
    shown: tuple[tuple[str, str, str], ...] = ()


FLUSH_SECONDS = 1.0
PATIENCE_SECONDS = 3.0
MAX_ARTICLES_AN_HOUR = 20_000
MAX_SUMS = 100_000
MAX_REMEMBERED = 25_000
_CLOSE_SECONDS = 5.0
_PAUSE_SECONDS = 0.25

logger = logging.getLogger(__name__)


class Counts:
    """Sums what is counted. A visit is counted in passing; a beacon waits for the commit that holds it.

    A batch that could not be written comes again, the same under the same id, before any later one. Meanwhile new
    counts are summed in memory, and beacons are turned away once the sink has failed for `patience_seconds`.
    """

    def __init__(self, sink: CountSink, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._sink = sink
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._urgent = threading.Event()
        self._writing = threading.Lock()
        self._noted: list[Visit] = []
        self._open = _Batch()
        self._sealed: _Batch | None = None
        self._failing_since: float | None = None
        self._remembered: dict[bytes, _Batch] = {}
        self._remembered_before: dict[bytes, _Batch] = {}
        self._articles: set[str] = set()
        self._articles_hour = 0
        self._is_closing = False
        self._thread: threading.Thread | None = None

    def add(self, visit: Visit) -> None:
        """Count one visit. It is only noted here, which takes no lock, and summed when the next batch is made up."""
        self._noted.append(visit)

    def add_beacon(self, mark: bytes, showing: ShowingKey) -> bool:
        """Count what a browser told of a showing, once for each `mark`, and wait until it is written.

        Returns False when it could not be written in time; the same mark may then come again and still counts once.
        """
        with self._lock:
            batch = self._remembered.get(mark, self._remembered_before.get(mark))
            if batch is None:
                if self._is_closing or self._has_lost_patience():
                    return False
                batch = self._open
                batch.told[mark] = showing
                self._remember(mark, batch)
        if batch.is_written.is_set():
            return True
        self._urgent.set()
        return batch.is_written.wait(0 if self._has_lost_patience() else self._patience_seconds)

    def flush(self) -> bool:
        """Try once to write what is waiting. Returns whether nothing waits any more."""
        with self._writing:
            while True:
                with self._lock:
                    self._sum_noted()
                if self._sealed is None:
                    with self._lock:
                        if not self._open:
                            return True
                        self._sealed, self._open = self._open, _Batch()
                if not self._write(self._sealed):
                    return False
                self._sealed = None
                if not self._urgent.is_set():
                    return True
                self._urgent.clear()

    def count_waiting(self) -> int:
        """Count the sums that are not yet written."""
        with self._lock:
            self._sum_noted()
        sealed = self._sealed
        return len(self._open) + (0 if sealed is None else len(sealed))

    def start(self) -> None:
        """Write every second from now on, and at once for a beacon."""
        self._thread = threading.Thread(target=self._run, name="masthead-counts", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more beacons and write what is waiting, trying for some seconds."""
        self._is_closing = True
        self._urgent.set()
        if self._thread is not None:
            self._thread.join(timeout=_CLOSE_SECONDS)
        deadline = time.monotonic() + _CLOSE_SECONDS
        while not self.flush():
            if time.monotonic() >= deadline:
                logger.warning("%d sums could not be written and are lost", self.count_waiting())
                return
            time.sleep(_PAUSE_SECONDS)

    def _run(self) -> None:
        while not self._is_closing:
            self._urgent.wait(FLUSH_SECONDS)
            self._urgent.clear()
            if not self.flush() and not self._is_closing:
                time.sleep(_PAUSE_SECONDS)

    def _sum_noted(self) -> None:
        noted = self._noted
        # Visits go on being noted meanwhile: what is taken out is what was copied, and both are done at a stroke.
        taken = noted[: len(noted)]
        del noted[: len(taken)]
        reads, showings = self._open.reads, self._open.showings
        for visit, count in Counter(taken).items():
            hour, article, section, dedicated, member, is_read, country, device, shown = visit
            article = self._bound(hour, article)
            for what in (ReadFact.VISIT, ReadFact.READ) if is_read else (ReadFact.VISIT,):
                read = (hour, what, article, section, dedicated, member)
                reads[read] = reads.get(read, 0) + count
            for appeal, variant, placement in shown:
                showing = (hour, ShowingFact.SHOWN, appeal, variant, placement, country, device)
                showings[showing] = showings.get(showing, 0) + count

    def _write(self, batch: _Batch) -> bool:
        try:
            self._sink.write(batch.freeze())
        except Exception as error:  # noqa: BLE001  whatever the sink raises, the batch comes again
            if self._failing_since is None:
                self._failing_since = time.monotonic()
                logger.warning("Counts cannot be written, they wait: %s", error)
            return False
        self._failing_since = None
        batch.settle()
        return True

    def _has_lost_patience(self) -> bool:
        since = self._failing_since
        return since is not None and time.monotonic() - since >= self._patience_seconds

    def _remember(self, mark: bytes, batch: _Batch) -> None:
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered_before, self._remembered = self._remembered, {}
        self._remembered[mark] = batch

    def _bound(self, hour: int, article: str) -> str:
        """Name only so many articles an hour, and no new ones in a batch that waits long: clients make up the names."""
        if hour != self._articles_hour:
            self._articles_hour = hour
            self._articles.clear()
        if article not in self._articles:
            if len(self._articles) >= MAX_ARTICLES_AN_HOUR or len(self._open.reads) >= MAX_SUMS:
                return ""
            self._articles.add(article)
        return article


class _Batch:
    """Sums on their way to the sink."""

    __slots__ = ("_frozen", "is_written", "reads", "showings", "told")

    def __init__(self) -> None:
        self.showings: dict[ShowingKey, int] = {}
        self.reads: dict[ReadKey, int] = {}
        self.told: dict[bytes, ShowingKey] = {}
        self.is_written = threading.Event()
        self._frozen: CountBatch | None = None

    def __len__(self) -> int:
        return len(self.showings) + len(self.reads) + len(self.told)

    def freeze(self) -> CountBatch:
        """Return the batch as the sink takes it: the same object each time."""
        if self._frozen is None:
            self._frozen = CountBatch(
                id=uuid.uuid4().hex,
                showings={_to_showing_count(key): count for key, count in self.showings.items()},
                reads={_to_read_count(key): count for key, count in self.reads.items()},
                told={_to_text(mark): _to_showing_count(key) for mark, key in self.told.items()},
            )
        return self._frozen

    def settle(self) -> None:
        """Wake who waits and let go of what was written: who remembers the batch needs only to know that it was."""
        self.is_written.set()
        self.is_written = _WRITTEN
        self.showings, self.reads, self.told, self._frozen = _NO_SHOWINGS, _NO_READS, _NO_TOLD, None


_WRITTEN = threading.Event()
_WRITTEN.set()
_NO_SHOWINGS: dict[ShowingKey, int] = {}
_NO_READS: dict[ReadKey, int] = {}
_NO_TOLD: dict[bytes, ShowingKey] = {}


def _to_text(mark: bytes) -> str:
    """Name the showing and what was told of it, in few characters that every database takes."""
    return mark[:NONCE_BYTES].hex() + mark[NONCE_BYTES:].decode()


def _to_showing_count(key: ShowingKey) -> ShowingCount:
    hour, what, appeal, variant, placement, country, device = key
    return ShowingCount(
        hour=hour, what=what, appeal=appeal, variant=variant, placement=placement, country=country, device=device
    )


def _to_read_count(key: ReadKey) -> ReadCount:
    hour, what, article, section, dedicated, member = key
    return ReadCount(hour=hour, what=what, article=article, section=section, dedicated=dedicated, member=member)
