"""Edge alone and its site: appeals one way, counts the other, over HTTP with a token that the secrets give."""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import msgspec
import requests

from masthead.edge.http import NOT_MODIFIED, OK, Answer, BadBody, Environ, Refused, answer_no_content, read_body
from masthead.edge.live import SnapshotSource
from masthead.kit.sealing import derive_token
from masthead.rules.counting import CountBatch, CountSink, ReadCount, ShowingCount
from masthead.rules.errors import MastheadError

SNAPSHOT_PATH = "/_masthead/edge/snapshot"
COUNTS_PATH = "/_masthead/edge/counts"
MAX_COUNTS_BYTES = 32 * 1024 * 1024
_SECONDS = (3.05, 20)
_PURPOSE = "edge"

logger = logging.getLogger(__name__)


class SiteAway(MastheadError):
    """The site did not take what edge sent, or did not answer."""

    code = "site_away"
    status = 502
    retriable = True


class NotOurEdge(Refused):
    """This address is for the newsroom's own edge."""

    code = "not_our_edge"
    status = 403


class NotNow(Refused):
    """The counts cannot be written just now; please try again."""

    code = "not_now"
    status = 503
    retriable = True


class _Batch(msgspec.Struct, frozen=True):
    id: str
    showings: list[tuple[ShowingCount, int]]
    reads: list[tuple[ReadCount, int]]
    told: dict[Annotated[str, msgspec.Meta(min_length=1, max_length=32)], ShowingCount] = {}


_decoder = msgspec.json.Decoder(_Batch)


def encode_batch(batch: CountBatch) -> bytes:
    """Write a batch as JSON."""
    return msgspec.json.encode(
        _Batch(batch.id, list(batch.showings.items()), list(batch.reads.items()), dict(batch.told))
    )


def decode_batch(data: bytes) -> CountBatch:
    """Read what `encode_batch` wrote. Raises BadBody for anything else."""
    try:
        batch = _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise BadBody from None
    if not batch.id or any(count < 1 for _, count in (*batch.showings, *batch.reads)):
        raise BadBody
    return CountBatch(id=batch.id, showings=dict(batch.showings), reads=dict(batch.reads), told=batch.told)


class SiteLink:
    """The site as edge alone knows it: where snapshots come from and where counts go.

    The newest snapshot is kept in the file `keep_in`, so that edge can start while the site is away.
    """

    def __init__(self, address: str, *, secret: str, site: str, keep_in: Path) -> None:
        self._address = address
        self._keep_in = keep_in
        self._asking, self._telling = requests.Session(), requests.Session()
        for session in (self._asking, self._telling):
            session.trust_env = False  # a proxy of the environment has no business between edge and its site
            session.headers["Authorization"] = f"Bearer {derive_token(secret, purpose=_PURPOSE, site=site)}"

    def load_snapshot(self, version: str) -> bytes | None:
        """Return the newest snapshot, None where it is this version. Raises SiteAway.

        Asked without a version while the site is away, it returns the snapshot that was kept.
        """
        try:
            answer = self._send(self._asking, "GET", SNAPSHOT_PATH, headers={"If-None-Match": f'"{version}"'})
        except SiteAway:
            if version or not self._keep_in.exists():
                raise
            return self._keep_in.read_bytes()
        if answer.status_code == requests.codes.not_modified:
            return None
        self._keep(answer.content)
        return answer.content

    def write(self, batch: CountBatch) -> None:
        """Hand a batch over; safe to repeat, for the site knows it by its id. Raises SiteAway."""
        self._send(self._telling, "POST", COUNTS_PATH, data=encode_batch(batch))

    def _send(
        self,
        session: requests.Session,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
    ) -> requests.Response:
        try:
            answer = session.request(
                method, self._address + path, headers=headers, data=data, timeout=_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise SiteAway(f"The site at {self._address} does not answer ({type(error).__name__}).") from error
        if answer.status_code not in {200, 204, 304}:
            raise SiteAway(f"The site at {self._address} answered {path} with {answer.status_code}.")
        return answer

    def _keep(self, snapshot: bytes) -> None:
        fresh = self._keep_in.with_name(f".{self._keep_in.name}.{os.getpid()}")
        fresh.write_bytes(snapshot)
        fresh.replace(self._keep_in)


class EdgeDoors:
    """The site's side: two addresses for edges of its own, which show a token made from one of the secrets."""

    methods: ClassVar[dict[str, tuple[str, ...]]] = {SNAPSHOT_PATH: ("GET",), COUNTS_PATH: ("POST",)}

    def __init__(self, *, snapshots: SnapshotSource, counts: CountSink, secrets: Sequence[str], site: str) -> None:
        self._snapshots = snapshots
        self._counts = counts
        self._tokens = [derive_token(secret, purpose=_PURPOSE, site=site).encode() for secret in secrets]
        self.answers: dict[str, Callable[[Environ], Answer]] = {
            SNAPSHOT_PATH: self._answer_snapshot,
            COUNTS_PATH: self._answer_counts,
        }

    def _answer_snapshot(self, environ: Environ) -> Answer:
        self._check(environ)
        known = environ.get("HTTP_IF_NONE_MATCH", "").strip('"')
        snapshot = self._snapshots(known)
        headers = [("Cache-Control", "no-store"), ("Content-Type", "application/json")]
        if snapshot is None:
            return Answer(NOT_MODIFIED, [("ETag", f'"{known}"'), *headers])
        return Answer(OK, [("Content-Length", str(len(snapshot))), *headers], snapshot)

    def _answer_counts(self, environ: Environ) -> Answer:
        self._check(environ)
        batch = decode_batch(read_body(environ, MAX_COUNTS_BYTES))
        try:
            self._counts.write(batch)
        except Exception as error:  # whatever the sink raises, the edge keeps the batch and comes again
            logger.warning("Counts of an edge cannot be written, it keeps them: %s", error)
            raise NotNow from error
        return answer_no_content()

    def _check(self, environ: Environ) -> None:
        shown = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ").encode("utf-8", "replace")
        if not any(hmac.compare_digest(shown, token) for token in self._tokens):
            raise NotOurEdge
