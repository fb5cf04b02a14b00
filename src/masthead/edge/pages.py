"""The memory of pages: whole answers that are the same for everyone, kept in front of the site that made them.

What may be kept only the site can say: it puts `X-Masthead-Keep` on an answer, with the seconds and the names of the
query's parameters that it listens to, as `60 page`. Everything is dropped as soon as anything behind the pages changes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from masthead.edge.http import OK, Environ, Headers
from masthead.edge.kept import Kept, Listened, find_header, is_personal, listen, make_kept
from masthead.kit.keeping import HEADER as PERMISSION
from masthead.kit.keeping import read_permission

WSGIApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
VersionSource = Callable[[], int]

MAX_SECONDS = 60.0
MAX_BYTES = 32 * 1024 * 1024
POLL_SECONDS = 1.0
PATIENCE_SECONDS = 5.0
# What is asked at addresses below these is never kept, and has caches of its own.
PASSED_BY = ("/static/", "/media/", "/cms/")

_MAX_PATH_CHARS = 1024
_MAX_HOST_CHARS = 255
_MAX_SHARED_QUERY_CHARS = 256
_MAX_HOSTS = 8
_MAX_UNKEPT = 4096
_MAX_PART_OF_ALL = 16
# Without these the site answers with the whole page, which everyone can be served from.
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")

Origin = tuple[str, bool, str]
Key = tuple[Origin, str, Listened]
Asked = tuple[Origin, str, str]

logger = logging.getLogger(__name__)


class Flight:
    """One answer being made; who asks for the same meanwhile waits for it."""

    __slots__ = ("done", "kept")

    def __init__(self) -> None:
        self.done = threading.Event()
        self.kept: Kept | None = None


class _Told(NamedTuple):
    """What the site said of its answer before the body."""

    status: str
    headers: Headers


class Pages:
    """The WSGI callable: answers from memory what it may, and asks `site` for all else. Threads may share it.

    `host` is the name, with a port if it has one, that readers know the site by. `version` tells a number that changes
    with everything that stands on pages; `drop` may be called as well, by whoever knows of a change in this process.
    `clock` tells seconds that only grow. `site` has to start its answer before it returns, as Django does.
    """

    def __init__(
        self,
        site: WSGIApp,
        *,
        host: str,
        version: VersionSource,
        max_bytes: int = MAX_BYTES,
        patience_seconds: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._site = site
        self._version = version
        self._max_bytes = max_bytes
        self._patience_seconds = patience_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[Key, Kept] = {}
        self._flights: dict[Asked, Flight] = {}
        self._host = host.lower()
        self._hosts: set[str] = set()
        # Addresses whose answers may not be kept: nobody waits there for another's.
        self._unkept: dict[Asked, None] = {}
        self._epoch = 0
        self._seen: int | None = None
        self._is_trusted = True
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.size = 0
        # How many were answered from memory and how many were not; threads add without a lock, which a rate forgives.
        self.hits = self.misses = 0

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        method = environ.get("REQUEST_METHOD")
        if method != "GET" and method != "HEAD":
            return self._site(environ, start_response)
        query = environ.get("QUERY_STRING", "")
        origin = (
            environ.get("wsgi.url_scheme", ""),
            environ.get("HTTP_X_FORWARDED_PROTO") == "https",
            environ.get("HTTP_HOST", "").lower(),
        )
        path = environ.get("PATH_INFO", "")
        kept = self._find(origin, path, query)
        if kept is not None:
            self.hits += 1
            return kept.answer(environ, start_response)
        self.misses += 1
        is_too_long = len(path) > _MAX_PATH_CHARS or len(origin[2]) > _MAX_HOST_CHARS
        if method == "HEAD" or is_too_long or path.startswith(PASSED_BY):
            return self._site(environ, start_response)
        return self._ask(environ, start_response, (origin, path, query))

    def drop(self) -> None:
        """Forget every answer, those that are being made now as well."""
        with self._lock:
            self._forget()

    def refresh(self) -> None:
        """Look once whether anything changed elsewhere. While that cannot be known, nothing is kept."""
        try:
            version = self._version()
        except Exception as error:  # noqa: BLE001  whatever the source raises, no answer may outlive a change unseen
            if self._is_trusted:
                logger.warning("Whether pages changed cannot be seen, so none is kept: %s", error)
            with self._lock:
                self._is_trusted, self._seen = False, None
                self._forget()
            return
        with self._lock:
            if version != self._seen:
                self._seen = version
                self._forget()
            self._is_trusted = True

    def start(self) -> None:
        """Look at once, then keep looking."""
        self.refresh()
        self._thread = threading.Thread(target=self._run, name="masthead-pages", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def count(self) -> int:
        """Return how many answers are kept."""
        return len(self._kept)

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            self.refresh()

    def _forget(self) -> None:
        self._epoch += 1
        self._kept = {}
        self._flights = {}
        self.size = 0

    def _find(self, origin: Origin, path: str, query: str) -> Kept | None:
        """Return the answer that is kept for this question."""
        kept = self._kept.get((origin, path, ()))
        if kept is None:
            return None
        kept.is_used = True
        if query:
            listened = listen(query, kept.listens)
            if listened is None:
                return None
            if listened:
                kept = self._kept.get((origin, path, listened))
                if kept is None:
                    return None
                kept.is_used = True
        return kept if kept.plain is not None and self._clock() < kept.until else None

    def _ask(self, environ: Environ, start_response: Callable[..., Any], asked: Asked) -> Iterable[bytes]:
        """Have the answer made once for all who ask for it now."""
        with self._lock:
            kept = self._find(*asked)
            if kept is not None:
                # Made since this request looked.
                return kept.answer(environ, start_response)
            # What a query means is known only after the answer: only those with the very same one wait.
            is_shared = asked not in self._unkept and len(asked[2]) <= _MAX_SHARED_QUERY_CHARS
            flight = self._flights.get(asked) if is_shared else None
            is_first = flight is None
            if flight is None:
                flight = Flight()
                if is_shared:
                    self._flights[asked] = flight
            epoch = self._epoch
        if not is_first:
            flight.done.wait(self._patience_seconds)
            if flight.kept is not None:
                return flight.kept.answer(environ, start_response)
        try:
            return self._make(environ, start_response, asked, epoch, flight)
        finally:
            if is_first:
                with self._lock:
                    if self._flights.get(asked) is flight:
                        del self._flights[asked]
                flight.done.set()

    def _make(
        self,
        environ: Environ,
        start_response: Callable[..., Any],
        asked: Asked,
        epoch: int,
        flight: Flight,
    ) -> Iterable[bytes]:
        """Ask the site; keep the answer where the site allows it and nothing changed meanwhile."""
        told: list[_Told] = []
        asked_at = self._clock()

        def hear(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            allowed = find_header(headers, PERMISSION)
            if allowed is None or exc_info is not None:
                write: Callable[[bytes], object] = start_response(status, headers, exc_info)
                return write
            told.append(_Told(status, headers))
            return _refuse_writing

        parts = self._site({name: value for name, value in environ.items() if name not in _CONDITIONS}, hear)
        if not told:
            self._note_unkept(asked)
            return parts
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        status, said = told[-1]
        headers = [(name, value) for name, value in said if name.lower() != PERMISSION.lower()]
        seconds, listens = read_permission(find_header(said, PERMISSION) or "")
        listened = listen(asked[2], listens)
        if status != OK or seconds <= 0 or listened is None or is_personal(headers):
            self._note_unkept(asked)
            start_response(status, headers)
            return [body]
        kept = make_kept(headers, body, listens, asked_at + min(seconds, MAX_SECONDS))
        with self._lock:
            # Whoever waits asked before the change, as this request did.
            flight.kept = kept
            if epoch == self._epoch and self._is_trusted:
                self._keep(asked, listened, kept)
        return kept.answer(environ, start_response)

    def _note_unkept(self, asked: Asked) -> None:
        if len(asked[2]) > _MAX_SHARED_QUERY_CHARS:
            return
        with self._lock:
            self._unkept.pop(asked, None)
            self._unkept[asked] = None
            if len(self._unkept) > _MAX_UNKEPT:
                del self._unkept[next(iter(self._unkept))]

    def _keep(self, asked: Asked, listened: Listened, kept: Kept) -> None:
        origin, path, _query = asked
        if not self._knows(origin[2]) or kept.size > self._max_bytes // _MAX_PART_OF_ALL:
            return
        self._unkept.pop(asked, None)
        if listened and (origin, path, ()) not in self._kept:
            self._put((origin, path, ()), Kept(kept.listens, kept.until))
        self._put((origin, path, listened), kept)
        while self.size > self._max_bytes:
            self._put_out_one()

    def _knows(self, host: str) -> bool:
        """Return whether answers under this name are kept: the site's own, and the first few others it answered to."""
        if host != self._host and host not in self._hosts:
            if len(self._hosts) >= _MAX_HOSTS:
                return False
            self._hosts.add(host)
        return True

    def _put(self, key: Key, kept: Kept) -> None:
        before = self._kept.pop(key, None)
        self.size += kept.size - (before.size if before is not None else 0)
        self._kept[key] = kept

    def _put_out_one(self) -> None:
        """Put out the oldest answer that nobody asked for since it was last looked at here."""
        now = self._clock()
        for _turn in range(len(self._kept)):
            key = next(iter(self._kept))
            kept = self._kept.pop(key)
            if not kept.is_used or kept.until <= now:
                break
            kept.is_used = False
            self._kept[key] = kept
        else:
            key = next(iter(self._kept))
            kept = self._kept.pop(key)
        self.size -= kept.size


def _refuse_writing(_part: bytes) -> None:
    raise TypeError("An answer that may be kept has to be returned, not written.")
