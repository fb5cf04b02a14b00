"""Which of several a reader gets: decided by a keyed hash, so that it needs no memory and no chance."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b


def draw(seed: bytes, experiment: str, weights: Sequence[int]) -> int | None:
    """Draw one place of `weights` for the reader of this seed, in proportion to the weights.

    The same seed and experiment always draw the same; two experiments draw independently. A weight of 0 is never
    drawn; None when there is nothing to draw from. `seed` is at most 64 bytes.
    """
    total = sum(weights)
    if total <= 0:
        return None
    point = _point(seed, b"variant\0" + experiment.encode("utf-8", "surrogatepass"), total)
    for place, weight in enumerate(weights):
        point -= weight
        if point < 0:
            return place
    return None


def is_held_out(seed: bytes, percent: int) -> bool:
    """Return whether this reader is among the `percent` of readers who are never asked."""
    return percent > 0 and _point(seed, b"holdout", 100) < percent


def _point(seed: bytes, label: bytes, total: int) -> int:
    """Return a number in [0, total), uniform to total / 2**64."""
    digest = blake2b(label, key=seed, digest_size=8).digest()
    return int.from_bytes(digest, "big") * total >> 64
