"""What is counted: sums by the hour, never rows about a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

HOUR_SECONDS = 3600
# Longer than any token of a showing lives.
TOLD_SECONDS = 3 * 86_400


class ShowingFact(StrEnum):
    """What happened to an appeal: given to a page, then what the reader's browser said of it."""

    __hash__ = str.__hash__  # an enum's own is several times slower, and every visit counts

    SHOWN = "shown"
    SEEN = "seen"
    CLICKED = "clicked"
    DISMISSED = "dismissed"
    DECLINED = "declined"


class ReadFact(StrEnum):
    """Every view of an article is a visit; the first in the window by a reader who is counted is a read too."""

    __hash__ = str.__hash__

    VISIT = "visit"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowingCount:
    """One row of the counts of appeals. `hour` is a Unix second, floored; unknown country or device is ""."""

    hour: int
    what: ShowingFact
    appeal: str
    variant: str
    placement: str
    country: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCount:
    """One row of the counts of articles. `article` is "" for those beyond what one hour may name."""

    hour: int
    what: ReadFact
    article: str
    section: str
    dedicated: bool
    member: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CountBatch:
    """Counts to be added in one transaction. A batch that comes again under the same `id` changes nothing.

    `told` is what browsers told of showings, each under a mark of its own; a mark that any batch brought before adds
    nothing. Marks are text of at most 32 characters, to be remembered for `TOLD_SECONDS`.
    """

    id: str
    showings: Mapping[ShowingCount, int]
    reads: Mapping[ReadCount, int]
    told: Mapping[str, ShowingCount] = field(default_factory=dict)


class CountSink(Protocol):
    """Where counts go for good."""

    def write(self, batch: CountBatch) -> None:
        """Add the batch to the sums, durably, before returning; safe to repeat.

        Raises anything at all when it could not: the same batch then comes again.
        """
        ...


def hour_of(unix_seconds: float) -> int:
    """Return the first second of the hour."""
    return int(unix_seconds) // HOUR_SECONDS * HOUR_SECONDS
