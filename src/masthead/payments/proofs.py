"""Proof of work: a small sum that a browser does before it may begin a payment. Nobody else is asked.

A challenge is a signed text that nothing is kept of. Its solution is the challenge, a colon and a number, such that
SHA-256 of these characters begins with so many zero bits: thousands of hashes to find, one to check.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, Final

from masthead.kit.keyring import get_proof_signer
from masthead.rules.errors import MastheadError
from masthead.rules.shielding import count_zeros

VALID_FOR: Final = timedelta(minutes=5)
# How much harder it may have become while a browser was at work.
LENIENCE: Final = 2
# The challenge, the colon and the digits fit into one block of SHA-256, so that a try costs one round.
MOST_CHARS: Final = 55
_DIGITS: Final = 10
_FORM: Final = struct.Struct(">IB8s")


class BadProof(MastheadError):
    """This proof is not of use (any more)."""

    code: ClassVar[str] = "bad_proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A solution that is good: `mark` names its challenge, to be spent once, until `expires_at`."""

    mark: str
    bits: int
    expires_at: datetime


def make_challenge(*, bits: int, now: datetime) -> str:
    """Return a new challenge, good for five minutes."""
    return get_proof_signer().sign(_FORM.pack(int(now.timestamp()), bits, secrets.token_bytes(8)))


def check_proof(solution: str, *, bits: int, now: datetime) -> Proof:
    """Check a solution against how hard it has to be now. Costs two hashes, whatever was sent. Raises BadProof."""
    challenge, _, number = solution.partition(":")
    if len(solution) > MOST_CHARS or not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
        raise BadProof
    data = get_proof_signer().verify(challenge)
    if data is None or len(data) != _FORM.size:
        raise BadProof
    made_at, asked_bits, mark = _FORM.unpack(data)
    age = now.timestamp() - made_at
    # A second of grace: the moment was cut to whole seconds, and clocks of two machines differ.
    if not -1 <= age <= VALID_FOR.total_seconds() or asked_bits < bits - LENIENCE:
        raise BadProof
    if count_zeros(sha256(solution.encode()).digest()) < asked_bits:
        raise BadProof
    return Proof(mark=mark.hex(), bits=asked_bits, expires_at=now + VALID_FOR - timedelta(seconds=age))


def solve(challenge: str, *, bits: int) -> str:
    """Solve a challenge as a browser does. For tests and for whoever wants to know how long it takes."""
    base = sha256(f"{challenge}:".encode())
    number = 0
    while True:
        attempt = base.copy()
        attempt.update(str(number).encode())
        if count_zeros(attempt.digest()) >= bits:
            return f"{challenge}:{number}"
        number += 1
