"""Which of several a reader gets: decided by a keyed hash, so that it needs no memory and no chance."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple


class Split(NamedTuple):
    """What an experiment draws from. `ends` are the running sums of the weights."""

    label: bytes
    total: int
    ends: tuple[int, ...]

    @classmethod
    def of(cls, experiment: str, weights: Sequence[int]) -> Split:
        """Prepare to draw one place of `weights`, in proportion to them; none is below 0."""
        ends = tuple(accumulate(weights))
        return cls(b"variant\0" + experiment.encode("utf-8", "surrogatepass"), ends[-1] if ends else 0, ends)

    def draw(self, seed: bytes) -> int | None:
        """Draw for the reader of this seed, at most 64 bytes.

        The same seed and experiment always draw the same; two experiments draw independently. A weight of 0 is never
        drawn; None when there is nothing to draw from.
        """
        label, total, ends = self
        return bisect_right(ends, _point(seed, label, total)) if total else None


def draw(seed: bytes, experiment: str, weights: Sequence[int]) -> int | None:
    """Draw once. Who draws often from one experiment keeps a `Split`."""
    return Split.of(experiment, weights).draw(seed)


def is_held_out(seed: bytes, percent: int) -> bool:
    """Return whether this reader is among the `percent` of readers who are never asked."""
    return percent > 0 and _point(seed, b"holdout", 100) < percent


def _point(seed: bytes, label: bytes, total: int) -> int:
    """Return a number in [0, total), uniform to total / 2**64."""
    digest = blake2b(label, key=seed, digest_size=8).digest()
    return int.from_bytes(digest, "big") * total >> 64
