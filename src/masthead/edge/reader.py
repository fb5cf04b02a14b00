"""What a reader's browser carries: the sealed read log and the member's pass."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from masthead.edge.http import find_cookie
from masthead.kit.sealing import Sealer
from masthead.rules.counting import ShowingFact
from masthead.rules.passes import COOKIE as PASS_COOKIE
from masthead.rules.passes import BadPass, Pass
from masthead.rules.reading import EMPTY_LOG_BYTES, READ_BYTES, ReadLog
from masthead.rules.showings import CAP_BYTES, Caps

READS_COOKIE = "mh_reads"
COOKIE_PATH = "/_masthead/"
SEED_BYTES = 8

_READS_LEAD = f"{READS_COOKIE}="
_PASS_LEAD = f"{PASS_COOKIE}="
_NO_CAPS = Caps()
_NO_READS = ReadLog().encode()
_VERSION = 1
_HEAD = struct.Struct(f">B{SEED_BYTES}sHBB")
_TOLD_NONCE_BYTES = 4
_TOLD_BYTES = _TOLD_NONCE_BYTES + 1
_MAX_TOLD = 8
_TOLD_FLAGS = {ShowingFact.SEEN: 1, ShowingFact.DISMISSED: 2, ShowingFact.DECLINED: 4}
_MAX_PASS_CHARS = 1024


class ReaderState(NamedTuple):
    """What Masthead knows of an anonymous reader beside the reads; it lives in the reader's own cookie alone.

    `quiet_until` is a day since 1970. `told` remembers the last showings that the browser told of.
    """

    seed: bytes
    quiet_until: int = 0
    caps: Caps = _NO_CAPS
    told: bytes = b""

    def has_told(self, nonce: bytes, what: ShowingFact) -> bool:
        """Return whether the browser told this of the showing before; a click is not kept here."""
        at = self._find_told(nonce)
        return at >= 0 and bool(self.told[at + _TOLD_NONCE_BYTES] & _TOLD_FLAGS.get(what, 0))

    def with_told(self, nonce: bytes, what: ShowingFact) -> ReaderState:
        """Remember that the browser told this of the showing."""
        at, told, flags = self._find_told(nonce), self.told, _TOLD_FLAGS[what]
        if at >= 0:
            flags |= told[at + _TOLD_NONCE_BYTES]
            told = told[:at] + told[at + _TOLD_BYTES :]
        told += nonce[:_TOLD_NONCE_BYTES] + bytes([flags])
        return self._replace(told=told[-_MAX_TOLD * _TOLD_BYTES :])

    def encode(self) -> bytes:
        """Return the state as bytes: 13 fixed, then 9 an appeal and 5 a showing."""
        seed, quiet_until, caps, told = self
        entries = caps.entries
        head = _HEAD.pack(_VERSION, seed, quiet_until, len(entries) // CAP_BYTES, len(told) // _TOLD_BYTES)
        return head + entries + told

    @classmethod
    def from_sealed(cls, data: bytes) -> Carried | None:
        """Return the state and the encoded read log after it, in bytes that a seal has proved to be ours.

        None where another version wrote them.
        """
        try:
            version, seed, quiet_until, caps, told = _HEAD.unpack_from(data)
            told_at = _HEAD.size + caps * CAP_BYTES
            log_at = told_at + told * _TOLD_BYTES
        except struct.error:
            return None
        if version != _VERSION or (len(data) - log_at) % READ_BYTES != EMPTY_LOG_BYTES:
            return None
        shown = Caps(data[_HEAD.size : told_at]) if caps else _NO_CAPS
        return cls(seed, quiet_until, shown, data[told_at:log_at]), data[log_at:]

    def _find_told(self, nonce: bytes) -> int:
        at = self.told.find(nonce[:_TOLD_NONCE_BYTES])
        while at > 0 and at % _TOLD_BYTES:
            at = self.told.find(nonce[:_TOLD_NONCE_BYTES], at + 1)
        return at


Carried = tuple[ReaderState, bytes]


def new_reader() -> Carried:
    """Return what a reader carries who was never seen before."""
    return ReaderState(os.urandom(SEED_BYTES)), _NO_READS


class ReadsCookie:
    """The cookie of the read log: opened, set and taken away."""

    def __init__(self, sealer: Sealer, *, secure: bool) -> None:
        self._sealer = sealer
        self._ending = f"; Path={COOKIE_PATH}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"

    def open(self, cookies: str) -> Carried | None:
        """Return the reader's state and encoded read log.

        None without a cookie, and for one that is not ours, whole and of this version.
        """
        text = find_cookie(cookies, _READS_LEAD)
        data = self._sealer.unseal(text) if text else None
        return None if data is None else ReaderState.from_sealed(data)

    def set(self, state: ReaderState, log: bytes, seconds: int) -> tuple[str, str]:
        """Return the header that gives the reader this state and encoded read log to carry."""
        return "Set-Cookie", f"{_READS_LEAD}{self._sealer.seal(state.encode() + log)}; Max-Age={seconds}{self._ending}"

    def remove(self) -> tuple[str, str]:
        """Return the header that takes the cookie away."""
        return "Set-Cookie", f"{READS_COOKIE}=; Max-Age=0{self._ending}"


class PassCookie:
    """The cookie of the pass: verified once, then remembered among the passes seen last."""

    def __init__(self, verify: Callable[[str], bytes | None]) -> None:
        self._verify = verify
        self._read = lru_cache(maxsize=4096)(self._decode)

    def open(self, cookies: str, now: float) -> Pass | None:
        """Return the reader's pass if it is genuine and still holds."""
        text = find_cookie(cookies, _PASS_LEAD)
        if not text or len(text) > _MAX_PASS_CHARS:
            return None
        try:
            bearer = self._read(text)
        except BadPass:
            return None
        return bearer if bearer.is_current(now) else None

    def _decode(self, text: str) -> Pass:
        """Raise for a bad pass rather than return, so that forgeries never crowd out what is remembered."""
        data = self._verify(text)
        if data is None:
            raise BadPass
        return Pass.decode(data)
