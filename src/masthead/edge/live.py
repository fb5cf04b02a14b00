"""The live appeals: a snapshot in memory, swapped whole when a newer one is published, kept when loading fails."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from masthead.rules.audience import Placement
from masthead.rules.choosing import Appeal, BadSnapshot, Chooser, Snapshot, Variant
from masthead.rules.consent import READS_PLACEHOLDER
from masthead.rules.reading import DEFAULT_WINDOW_DAYS, SPAN_DAYS
from masthead.rules.showings import showing_lead

SnapshotSource = Callable[[str], bytes | None]

POLL_SECONDS = 1.0
MAX_COOKIE_DAYS = 400
DEFAULT_REST_DAYS = 30
_DAY_SECONDS = 86_400

logger = logging.getLogger(__name__)
_decoder = msgspec.json.Decoder(Snapshot)

EMPTY = Snapshot(version="", dedicated_reads=5, window_days=DEFAULT_WINDOW_DAYS, appeals=(), sections=(), topics=())


class Wording(NamedTuple):
    """A variant at a placement: its JSON in parts, between which the number of reads goes, and its showings' lead."""

    parts: tuple[bytes, ...]
    lead: bytes


class Live:
    """One snapshot, made ready to answer from. Never changes, so that whoever holds one answers from it alone.

    `wordings` holds, by appeal, variant and placement, what does not change from one showing to the next.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        if not 0 < snapshot.window_days <= SPAN_DAYS:
            raise BadSnapshot(f"The window has to be between 1 and {SPAN_DAYS} days.")
        self.version = snapshot.version
        self.chooser = Chooser(snapshot)
        self.window_days = snapshot.window_days
        self.dedicated_reads = snapshot.dedicated_reads
        self.needs_consent = snapshot.needs_consent
        self.sections = frozenset(snapshot.sections)
        self.wordings: Mapping[tuple[str, str, str], Wording] = {
            (appeal.key, variant.key, placement): wording
            for appeal in snapshot.appeals
            for variant in appeal.variants
            for placement, wording in _to_wordings(appeal, variant)
        }
        quiet = [
            days for appeal in snapshot.appeals for days in (appeal.cap_days, appeal.closed_days, appeal.not_now_days)
        ]
        longest = max(snapshot.window_days, DEFAULT_REST_DAYS, *quiet) + 1
        self.cookie_seconds = min(longest, MAX_COOKIE_DAYS) * _DAY_SECONDS

    @classmethod
    def load(cls, data: bytes) -> Live:
        """Read a snapshot from JSON. Raises BadSnapshot for anything that is none."""
        try:
            return cls(_decoder.decode(data))
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise BadSnapshot(f"The appeals cannot be read: {error}.") from None


class LiveAppeals:
    """Keeps the newest snapshot at hand; a thread looks for a newer one every second."""

    def __init__(self, source: SnapshotSource) -> None:
        self._source = source
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_failing = False
        self._heard_at = time.monotonic()
        self.current = Live(EMPTY)
        self.is_loaded = False

    def refresh(self) -> bool:
        """Look for a newer snapshot once, keep what is held when that fails, and return whether it went well."""
        try:
            data = self._source(self.current.version)
            if data is not None:
                self.current = Live.load(data)
        except Exception as error:  # noqa: BLE001  whatever the source raises, the last good snapshot is kept
            if not self._is_failing:
                logger.warning("No newer appeals can be loaded, the last ones stay: %s", error)
            self._is_failing = True
            return False
        self._is_failing = False
        self._heard_at = time.monotonic()
        self.is_loaded = True
        return True

    def tell_age(self) -> float:
        """Return the seconds since the source last said what is newest; before it ever did, since the start."""
        return time.monotonic() - self._heard_at

    def start(self) -> None:
        """Load at once, then keep looking."""
        self.refresh()
        self._thread = threading.Thread(target=self._run, name="masthead-appeals", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            self.refresh()


def _to_wordings(appeal: Appeal, variant: Variant) -> Iterator[tuple[Placement, Wording]]:
    fields = msgspec.json.encode({"appeal": appeal.key, "variant": variant.key})[:-1]
    first, *rest = (msgspec.json.encode(part)[1:-1] for part in variant.html.split(READS_PLACEHOLDER))
    for placement in appeal.placements:
        parts = (b'"%b":%b,"html":"%b' % (placement.encode(), fields, first), *rest)
        yield placement, Wording(parts, showing_lead(appeal.key, variant.key, placement))
