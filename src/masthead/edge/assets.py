"""The files that edge serves: small, unversioned, the same for everyone."""

from __future__ import annotations

import gzip
from hashlib import blake2b
from importlib.resources import files
from typing import NamedTuple

from masthead.edge.http import NOT_MODIFIED, OK, Answer, Environ, Headers

_CACHE = ("Cache-Control", "public, max-age=300, stale-while-revalidate=86400")


class _Coded(NamedTuple):
    """One encoding of a file, with the headers it always has."""

    etag: str
    headers: Headers
    body: bytes


class Asset:
    """A file in memory, plain and gzipped, each with its ETag."""

    def __init__(self, name: str, content_type: str) -> None:
        plain = files("masthead.edge").joinpath("static", "edge", name).read_bytes()
        etag = blake2b(plain, digest_size=12).hexdigest()
        self._plain = _code(etag, content_type, plain)
        self._gzipped = _code(
            f"{etag}-gz", content_type, gzip.compress(plain, 9, mtime=0), ("Content-Encoding", "gzip")
        )

    def answer(self, environ: Environ) -> Answer:
        """Answer with the file, or that the browser's copy still holds."""
        coded = self._gzipped if takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else self._plain
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if known.strip() == "*" or coded.etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
            return Answer(NOT_MODIFIED, [("ETag", coded.etag), _CACHE, ("Vary", "Accept-Encoding")])
        return Answer(OK, coded.headers, coded.body)


def _code(etag: str, content_type: str, body: bytes, *more: tuple[str, str]) -> _Coded:
    quoted = f'"{etag}"'
    headers = [
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
        ("ETag", quoted),
        _CACHE,
        ("Vary", "Accept-Encoding"),
        ("X-Content-Type-Options", "nosniff"),
        *more,
    ]
    return _Coded(quoted, headers, body)


def takes_gzip(accepted: str) -> bool:
    """Return whether this `Accept-Encoding` allows gzip."""
    for item in accepted.lower().split(","):
        coding, _, weight = item.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "").rstrip("0.") != "q="
    return False
