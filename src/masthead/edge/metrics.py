"""What edge tells of its own work, as Prometheus reads it: counts, one histogram, a few gauges; nothing about anybody.

A request is noted by two additions to lists of this process, without a lock. Where several processes serve one port,
each leaves its numbers in a folder once in a while, and whichever is asked tells of all, each under its own `worker`.
"""

from __future__ import annotations

import hmac
import logging
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from masthead.edge.http import OK, Answer, Environ, NotHere, Refused

PATH = "/_masthead/metrics"
BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
SHARE_SECONDS = 2.0
FRESH_SECONDS = 10.0
_DEAD_SECONDS = 60.0
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_CLASSES = ("2", "3", "4", "5")

logger = logging.getLogger(__name__)

Labels = tuple[tuple[str, str], ...]
Sample = tuple[str, Labels, float]


class NotYours(Refused):
    """The numbers are for whoever holds the newsroom's token."""

    code = "not_yours"
    status = 403


class Family(NamedTuple):
    """One metric: its kind and what it tells."""

    kind: str
    about: str


FAMILIES = {
    "masthead_requests_total": Family("counter", "Requests by door and class of status."),
    "masthead_request_seconds": Family("histogram", "Time to an answer; of a beacon, the commit included."),
    "masthead_refused_total": Family("counter", "Requests refused, by the code of the refusal."),
    "masthead_snapshot_loaded": Family("gauge", "1 once appeals were loaded."),
    "masthead_snapshot_age_seconds": Family("gauge", "Time since the source of appeals was last heard."),
    "masthead_counts_waiting": Family("gauge", "Sums that are not yet written."),
    "masthead_pages_kept": Family("gauge", "Pages in memory."),
    "masthead_pages_bytes": Family("gauge", "What the pages in memory weigh."),
    "masthead_pages_asked_total": Family("counter", "Pages asked for, by whether memory answered."),
}


class Meter:
    """The requests at one door. Threads share it: a sum may in theory miss one, which a rate does not show."""

    __slots__ = ("buckets", "classes", "seconds")

    def __init__(self) -> None:
        self.classes = dict.fromkeys(_CLASSES, 0)
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def note(self, seconds: float, status: str) -> None:
        """Count one request."""
        self.classes[status[0]] += 1
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def tell(self, door: str) -> Iterator[Sample]:
        """Return its samples."""
        for first, count in self.classes.items():
            if count:
                yield "masthead_requests_total", (("door", door), ("status", f"{first}xx")), count
        if not any(self.buckets):
            return
        total = 0
        for bound, count in zip((*(str(bound) for bound in BOUNDS), "+Inf"), tuple(self.buckets), strict=True):
            total += count
            yield "masthead_request_seconds_bucket", (("door", door), ("le", bound)), total
        yield "masthead_request_seconds_sum", (("door", door),), self.seconds
        yield "masthead_request_seconds_count", (("door", door),), total


class Metrics:
    """Answers `GET /_masthead/metrics` to whoever shows the token; without a token there is no such address.

    `folder` is where the processes of one port leave their numbers for one another; None keeps to this process.
    """

    def __init__(self, *, token: str = "", folder: Path | None = None) -> None:
        self._token = token.encode()
        self._folder = folder
        self._meters: dict[str, Meter] = {}
        self._refused: dict[str, int] = {}
        self._gauges: list[tuple[str, Labels, Callable[[], float]]] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._worker = str(os.getpid())

    def meter(self, door: str) -> Meter:
        """Return the meter of a door, made at the first call."""
        return self._meters.setdefault(door, Meter())

    def refuse(self, code: str) -> None:
        """Count a refusal."""
        with self._lock:
            self._refused[code] = self._refused.get(code, 0) + 1

    def watch(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """Tell what `read` returns whenever somebody asks. `name` is one of FAMILIES."""
        self._gauges.append((name, tuple(labels.items()), read))

    def start(self) -> None:
        """Begin to leave the numbers for other processes, where there is a folder and a token to ask with."""
        if self._folder is None or not self._token:
            return
        self._worker = str(os.getpid())
        self._thread = threading.Thread(target=self._run, name="masthead-metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and take this process's numbers away."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None
            self._own_file().unlink(missing_ok=True)

    def answer(self, environ: Environ) -> Answer:
        """Tell the numbers. Raises NotHere where no token is set, NotYours without the right one."""
        if not self._token:
            raise NotHere
        shown = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ").encode("utf-8", "replace")
        if not hmac.compare_digest(shown, self._token):
            raise NotYours
        body = render([*((self._worker, sample) for sample in self.tell()), *self._read_others()]).encode()
        headers = [("Content-Type", _CONTENT_TYPE), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        return Answer(OK, headers, body)

    def tell(self) -> Iterator[Sample]:
        """Return the samples of this process."""
        for door, meter in self._meters.items():
            yield from meter.tell(door)
        with self._lock:
            refused = dict(self._refused)
        for code, count in refused.items():
            yield "masthead_refused_total", (("code", code),), count
        for name, labels, read in self._gauges:
            yield name, labels, float(read())

    def share(self) -> None:
        """Leave this process's numbers in the folder, and clear away those of processes that are gone."""
        assert self._folder is not None  # noqa: S101  start looked
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._own_file().with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(list(self.tell())))
        fresh.replace(self._own_file())
        for path, age in self._list_others():
            if age > _DEAD_SECONDS:
                path.unlink(missing_ok=True)

    def _run(self) -> None:
        is_failing = False
        while not self._stopping.wait(SHARE_SECONDS):
            try:
                self.share()
            except OSError as error:
                if not is_failing:
                    logger.warning("The numbers of this process cannot be left for the others: %s", error.strerror)
                is_failing = True
            else:
                is_failing = False

    def _own_file(self) -> Path:
        assert self._folder is not None  # noqa: S101  start looked
        return self._folder / f"{self._worker}.json"

    def _list_others(self) -> Iterator[tuple[Path, float]]:
        if self._folder is None:
            return
        now = time.time()
        for path in sorted(self._folder.glob("*.json")):
            if path.stem != self._worker:
                try:
                    yield path, now - path.stat().st_mtime
                except OSError:
                    continue

    def _read_others(self) -> Iterator[tuple[str, Sample]]:
        for path, age in self._list_others():
            if age > FRESH_SECONDS:
                continue
            try:
                samples = msgspec.json.decode(path.read_bytes(), type=list[Sample])
            except (OSError, msgspec.MsgspecError):
                continue
            yield from ((path.stem, sample) for sample in samples)


def render(told: Iterable[tuple[str, Sample]]) -> str:
    """Write samples, each with the worker that told it, in Prometheus' text format (0.0.4)."""
    lines: dict[str, list[str]] = {name: [] for name in FAMILIES}
    for worker, (name, labels, value) in told:
        family = name if name in FAMILIES else name.rpartition("_")[0]
        if family not in lines:
            continue
        said = ",".join(f'{label}="{_escape(text)}"' for label, text in (*labels, ("worker", worker)))
        lines[family].append(f"{name}{{{said}}} {value:.10g}")
    return "".join(
        f"# HELP {name} {FAMILIES[name].about}\n# TYPE {name} {FAMILIES[name].kind}\n" + "\n".join(said) + "\n"
        for name, said in lines.items()
        if said
    )


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
