"""An answer that is kept: its two encodings, its conditions, and what may not be kept at all."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from masthead.edge.assets import takes_gzip
from masthead.edge.http import NOT_MODIFIED, OK, Environ, Headers

Listened = tuple[tuple[str, str], ...]

_MAX_QUERY_CHARS = 2048
_MAX_VALUE_CHARS = 32
# An entry's own weight in memory, beside the bodies: key, headers, tuples.
_ENTRY_BYTES = 2048
_GZIP_LEVEL = 6
_SAID_AGAIN = frozenset({"cache-control", "vary", "expires", "content-location", "date"})


class Coded(NamedTuple):
    """One encoding of an answer: its ETag, its headers, those of a 304, and its body as WSGI takes it."""

    etag: str
    headers: Headers
    known: Headers
    body: list[bytes]


class Kept:
    """An answer in memory. `listens` names the parameters of the query that change it.

    Without `plain` it says only that, of a page that was asked for with parameters alone.
    """

    __slots__ = ("gzipped", "is_used", "listens", "plain", "size", "until")

    def __init__(
        self, listens: tuple[str, ...], until: float, plain: Coded | None = None, gzipped: Coded | None = None
    ) -> None:
        self.listens = listens
        self.until = until
        self.plain = plain
        self.gzipped = gzipped
        self.is_used = False
        self.size = _ENTRY_BYTES + sum(len(coded.body[0]) for coded in (plain, gzipped) if coded is not None)

    def answer(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer with it, or that the browser's copy still holds."""
        coded = self.gzipped
        if coded is None or not takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            coded = self.plain
        assert coded is not None  # noqa: S101  who comes here has an answer
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and _is_known(coded.etag, known):
            start_response(NOT_MODIFIED, coded.known)
            return []
        start_response(OK, coded.headers)
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else coded.body


def _is_known(etag: str, known: str) -> bool:
    if known == etag:
        return True
    tags = (tag.strip().removeprefix("W/") for tag in known.split(","))
    return known.strip() == "*" or etag in tags


def listen(query: str, listens: Sequence[str]) -> Listened | None:
    """Return what the query says of these parameters, the last of each counting; None where it cannot be kept."""
    if not query or not listens:
        return ()
    if len(query) > _MAX_QUERY_CHARS:
        return None
    said = dict(parse_qsl(query, keep_blank_values=True))
    found = tuple((name, said[name]) for name in listens if name in said)
    if any(len(value) > _MAX_VALUE_CHARS or not value.isascii() for _name, value in found):
        return None
    return found


def find_header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header."""
    wanted = name.lower()
    return next((value for said, value in headers if said.lower() == wanted), None)


def is_personal(headers: Headers) -> bool:
    """Return whether anything in the headers says that the answer is one person's."""
    for name, value in headers:
        match name.lower():
            case "set-cookie" | "content-encoding" | "www-authenticate":
                return True
            case "cache-control" if "private" in value.lower() or "no-store" in value.lower():
                return True
            case "vary" if {field.strip().lower() for field in value.split(",")} - {"accept-encoding", ""}:
                return True
    return False


def make_kept(headers: Headers, body: bytes, listens: tuple[str, ...], until: float) -> Kept:
    """Make ready to answer with this body until then, packed and not; each with an ETag of its own."""
    own = [(name, value) for name, value in headers if name.lower() not in ("etag", "content-length", "vary")]
    own.append(("Vary", "Accept-Encoding"))
    mark = blake2b(body, digest_size=12).hexdigest()
    packed = gzip.compress(body, _GZIP_LEVEL, mtime=0)
    gzipped = _code(f'"{mark}-gz"', own, packed, ("Content-Encoding", "gzip")) if len(packed) < len(body) else None
    return Kept(listens, until, _code(f'"{mark}"', own, body), gzipped)


def _code(etag: str, headers: Headers, body: bytes, *more: tuple[str, str]) -> Coded:
    tag = ("ETag", etag)
    known = [tag, *((name, value) for name, value in headers if name.lower() in _SAID_AGAIN)]
    return Coded(etag, [*headers, tag, ("Content-Length", str(len(body))), *more], known, [body])
