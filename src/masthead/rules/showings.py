"""Showings: the mark one appeal shown leaves on its way to the join page, and what a reader was shown so far."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from masthead.rules.errors import MastheadError
from masthead.rules.reading import MAX_DAY

NONCE_BYTES = 8
MAX_ARTICLE_BYTES = 600
MAX_APPEALS_REMEMBERED = 32

_VERSION = 1
_HEAD = struct.Struct(f">BI{NONCE_BYTES}s")
_CAP = struct.Struct(">4sBHH")
CAP_BYTES = _CAP.size


class BadShowing(MastheadError):
    """This is not the mark of a showing."""

    code = "bad_showing"


@dataclass(frozen=True, slots=True)
class Showing:
    """One appeal given to one page view. `issued_at` is a Unix second; `nonce` tells it from every other."""

    appeal: str
    variant: str
    placement: str
    article: str
    issued_at: int
    nonce: bytes

    def encode(self) -> bytes:
        """Return the showing as bytes. Only `article` may hold a NUL."""
        lead = showing_lead(self.appeal, self.variant, self.placement)
        return encode_showing(lead, self.article.encode("utf-8", "surrogatepass"), self.issued_at, self.nonce)

    @classmethod
    def decode(cls, data: bytes) -> Showing:
        """Return the showing in these bytes. Raises BadShowing for anything that is none."""
        try:
            version, issued_at, nonce = _HEAD.unpack_from(data)
            appeal, variant, placement, article = data[_HEAD.size :].decode("utf-8", "surrogatepass").split("\0", 3)
        except (struct.error, ValueError):
            raise BadShowing from None
        if version != _VERSION:
            raise BadShowing
        return cls(appeal, variant, placement, article, issued_at, nonce)


def showing_lead(appeal: str, variant: str, placement: str) -> bytes:
    """Return the bytes that all showings of a variant at a placement have in common."""
    return f"{appeal}\0{variant}\0{placement}\0".encode("utf-8", "surrogatepass")


def encode_showing(lead: bytes, article: bytes, issued_at: int, nonce: bytes) -> bytes:
    """Return what `Showing.encode` does, from parts that were worked out before."""
    return _HEAD.pack(_VERSION, issued_at, nonce) + lead + article


def article_for_showing(article: str) -> bytes:
    """Cut an article's name to what a showing carries, in UTF-8, so that its token always fits an address."""
    name = article.encode("utf-8", "replace")
    if len(name) <= MAX_ARTICLE_BYTES:
        return name
    return name[:MAX_ARTICLE_BYTES].decode("utf-8", "ignore").encode()


class Cap(NamedTuple):
    """What a reader was shown of one appeal: showings since it last rested, the day of the last, quiet until a day."""

    showings: int
    last_day: int
    quiet_until: int


def appeal_mark(appeal: str) -> bytes:
    """Return the 4 bytes that stand for an appeal in a reader's caps."""
    return blake2b(appeal.encode("utf-8", "surrogatepass"), digest_size=4, person=b"appeal").digest()


@dataclass(frozen=True, slots=True)
class Caps:
    """What a reader was shown of each appeal, as the bytes the cookie carries: 9 an appeal, last touched last.

    Days are days since 1970. Kept are the `MAX_APPEALS_REMEMBERED` appeals touched last.
    """

    entries: bytes = b""

    def get(self, mark: bytes) -> Cap | None:
        """Return what the reader was shown of the appeal with this mark, or None."""
        at = self._find(mark)
        return None if at < 0 else Cap(*_CAP.unpack_from(self.entries, at)[1:])

    def __iter__(self) -> Iterator[tuple[bytes, int, int, int]]:
        """Go through all that is kept: mark, showings, last day, quiet until."""
        return _CAP.iter_unpack(self.entries)

    def shown(self, mark: bytes, day: int, cap_days: int) -> Caps:
        """Count one showing; after `cap_days` without any the count begins anew."""
        showings, last_day, quiet_until = self.get(mark) or Cap(0, 0, 0)
        showings = 1 if day - last_day >= cap_days else min(showings + 1, 255)
        return self._put(mark, Cap(showings, max(day, last_day), quiet_until))

    def quieted(self, mark: bytes, until: int) -> Caps:
        """Keep the appeal quiet up to, not including, this day."""
        showings, last_day, quiet_until = self.get(mark) or Cap(0, 0, 0)
        return self._put(mark, Cap(showings, last_day, max(quiet_until, until)))

    def _put(self, mark: bytes, cap: Cap) -> Caps:
        at = self._find(mark)
        others = self.entries if at < 0 else self.entries[:at] + self.entries[at + CAP_BYTES :]
        entries = others + _CAP.pack(mark, cap.showings, min(cap.last_day, MAX_DAY), min(cap.quiet_until, MAX_DAY))
        return Caps(entries[-MAX_APPEALS_REMEMBERED * CAP_BYTES :])

    def _find(self, mark: bytes) -> int:
        at = self.entries.find(mark)
        while at > 0 and at % CAP_BYTES:
            at = self.entries.find(mark, at + 1)
        return at
