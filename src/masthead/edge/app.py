"""The hot path: a WSGI callable that answers `/_masthead/*` itself and hands everything else to the site behind it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.util import Finalize
from time import perf_counter
from typing import Any, NamedTuple

import msgspec

from masthead.edge.assets import Asset
from masthead.edge.beacons import Beacons
from masthead.edge.countries import COUNTRY_KEY, Countries
from masthead.edge.counts import PATIENCE_SECONDS, Counts
from masthead.edge.http import (
    OK,
    UNAVAILABLE,
    Answer,
    Broken,
    Environ,
    NotHere,
    Refused,
    WrongMethod,
    answer_json,
    answer_refusal,
    to_environ_key,
)
from masthead.edge.link import EdgeDoors
from masthead.edge.live import LiveAppeals, SnapshotSource
from masthead.edge.metrics import PATH as METRICS_PATH
from masthead.edge.metrics import Meter, Metrics
from masthead.edge.reader import PassCookie, ReadsCookie
from masthead.edge.remembered import Remembered
from masthead.edge.visits import Visits
from masthead.kit.sealing import PassSigner, Sealer, TokenSigner, to_base64url
from masthead.rules.counting import CountSink

WSGIApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_READING_METHODS = ("GET", "HEAD")

logger = logging.getLogger(__name__)


class _Door(NamedTuple):
    """What answers at one address, and to which methods."""

    methods: tuple[str, ...]
    answer: Callable[[Environ], Answer]
    meter: Meter


class Edge:
    """The WSGI callable. Threads may share it; start it in the process that serves, after any fork.

    `site` is the address readers know the site by. `trust_country_header` names the header in which a trusted proxy
    gives the reader's country; "" trusts none. `countries`, if there are any, are asked instead. `clock` tells Unix
    seconds. `serves_edges` opens two addresses to edges that run alone: they fetch the appeals here and hand in their
    counts. `metrics` is where requests are noted.
    """

    def __init__(
        self,
        *,
        fallback: WSGIApp | None,
        snapshots: SnapshotSource,
        counts: CountSink,
        secrets: Sequence[str],
        site: str,
        secure: bool,
        trust_country_header: str = "",
        clock: Callable[[], float] = time.time,
        patience_seconds: float = PATIENCE_SECONDS,
        serves_edges: bool = False,
        metrics: Metrics | None = None,
        countries: Countries | None = None,
    ) -> None:
        self._fallback = fallback
        self.metrics = metrics = metrics or Metrics()
        self.live = LiveAppeals(snapshots)
        self.counts = Counts(counts, patience_seconds=patience_seconds)
        self._signer = PassSigner(secrets, site=site)
        reads_cookie = ReadsCookie(Sealer(secrets, purpose="read-log", site=site), secure=secure)
        showing_signer = TokenSigner(secrets, purpose="showing", site=site)
        site_host = site.rpartition("//")[2].rstrip("/")
        country_header = COUNTRY_KEY if countries else to_environ_key(trust_country_header)
        visits = Visits(
            live=self.live,
            counts=self.counts,
            reads_cookie=reads_cookie,
            pass_cookie=PassCookie(self._signer.verify),
            showing_signer=showing_signer,
            site_host=site_host,
            country_header=country_header,
            clock=clock,
        )
        beacons = Beacons(
            live=self.live,
            counts=self.counts,
            reads_cookie=reads_cookie,
            showing_signer=showing_signer,
            site_host=site_host,
            country_header=country_header,
            clock=clock,
        )
        remembered = Remembered(live=self.live, reads_cookie=reads_cookie, site_host=site_host, clock=clock)
        doors: dict[str, tuple[tuple[str, ...], Callable[[Environ], Answer]]] = {
            "/_masthead/reads": (_READING_METHODS, remembered.show),
            "/_masthead/reads/forget": (("POST",), remembered.forget),
            "/_masthead/visit": (("POST",), visits.answer),
            "/_masthead/beacon": (("POST",), beacons.answer),
            "/_masthead/tag.js": (_READING_METHODS, Asset("tag.js", "text/javascript; charset=utf-8").answer),
            "/_masthead/hint.js": (_READING_METHODS, Asset("hint.js", "text/javascript; charset=utf-8").answer),
            "/_masthead/tag.css": (_READING_METHODS, Asset("tag.css", "text/css; charset=utf-8").answer),
            "/_masthead/keys": (_READING_METHODS, self._answer_keys),
            "/_masthead/health": (_READING_METHODS, self._answer_ready),
            "/_masthead/health/alive": (_READING_METHODS, self._answer_alive),
            METRICS_PATH: (_READING_METHODS, metrics.answer),
        }
        if serves_edges:
            for_edges = EdgeDoors(snapshots=snapshots, counts=counts, secrets=secrets, site=site)
            doors |= {path: (for_edges.methods[path], answer) for path, answer in for_edges.answers.items()}
        if countries:
            for path in ("/_masthead/visit", "/_masthead/beacon"):
                doors[path] = (doors[path][0], countries.before(doors[path][1]))
        self._doors = {
            path: _Door(methods, answer, metrics.meter(path.removeprefix("/_masthead/")))
            for path, (methods, answer) in doors.items()
        }
        self._nowhere = _Door((), _answer_nothing, metrics.meter("none"))
        metrics.watch("masthead_snapshot_loaded", lambda: self.live.is_loaded)
        metrics.watch("masthead_snapshot_age_seconds", self.live.tell_age)
        metrics.watch("masthead_counts_waiting", self.counts.count_waiting)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        door = self._doors.get(environ.get("PATH_INFO", ""))
        if door is None:
            if self._fallback is not None:
                return self._fallback(environ, start_response)
            door = self._nowhere
        began = perf_counter()
        answer = self._answer(door, environ)
        door.meter.note(perf_counter() - began, answer.status)
        start_response(answer.status, answer.headers)
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [answer.body]

    def start(self) -> None:
        """Load the appeals and start the threads that keep them fresh and write the counts."""
        self.live.start()
        self.counts.start()
        self.metrics.start()

    def close_at_exit(self) -> None:
        """Close when this process ends, also where it is a child of multiprocessing, as a worker of Granian is.

        Such a child ends without what `atexit` has, but not without this; the main process runs this from `atexit`.
        """
        Finalize(None, self.close, exitpriority=100)

    def close(self) -> None:
        """Stop the threads and write what is counted. Safe to repeat."""
        self.live.close()
        self.counts.close()
        self.metrics.close()

    def _answer_keys(self, _environ: Environ) -> Answer:
        keys = [
            {"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": key_id, "x": to_base64url(key)}
            for key_id, key in self._signer.public_keys().items()
        ]
        return answer_json(msgspec.json.encode({"keys": keys}))

    def _answer_ready(self, _environ: Environ) -> Answer:
        """Ready is who has heard from the source of appeals; without, appeals would be missing."""
        ready = self.live.is_loaded
        body = msgspec.json.encode(
            {
                "alive": True,
                "ready": ready,
                "snapshot": self.live.current.version,
                "counts_waiting": self.counts.count_waiting(),
            }
        )
        return answer_json(body, status=OK if ready else UNAVAILABLE)

    def _answer_alive(self, _environ: Environ) -> Answer:
        return answer_json(b'{"alive":true}')

    def _answer(self, door: _Door, environ: Environ) -> Answer:
        """Answer at a door. This is the one place where what went wrong becomes a status."""
        try:
            if door.methods and environ.get("REQUEST_METHOD") not in door.methods:
                self.metrics.refuse(WrongMethod.code)
                answer = answer_refusal(WrongMethod())
                return answer._replace(headers=[*answer.headers, ("Allow", ", ".join(door.methods))])
            return door.answer(environ)
        except Refused as refused:
            self.metrics.refuse(refused.code)
            return answer_refusal(refused)
        except Exception:
            logger.exception("A request could not be answered")
            return answer_refusal(Broken())


def _answer_nothing(_environ: Environ) -> Answer:
    raise NotHere
