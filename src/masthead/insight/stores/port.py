"""What every store of counts does: take batches, and answer what the page of numbers asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from masthead.rules.counting import CountBatch
from masthead.rules.errors import MastheadError


class CountsAway(MastheadError):
    """The counts cannot be reached just now; please try again."""

    code: ClassVar[str] = "counts_away"
    status: ClassVar[int] = 503
    retriable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ShowingsInHour:
    """How often something happened to one variant in the hour that began then."""

    hour_at: datetime
    what: str
    appeal: str
    variant: str
    n: int


@dataclass(frozen=True, slots=True)
class ReadsInHour:
    """How often articles were visited, or newly read, in the hour that began then."""

    hour_at: datetime
    what: str
    dedicated: bool
    n: int


@dataclass(frozen=True, slots=True)
class ArticleReads:
    """How often one article was read, and how often of these by dedicated readers."""

    article: str
    reads: int
    dedicated_reads: int


class CountStore(Protocol):
    """Where counts go for good, and where they are read. Periods are half-open; hours are those of UTC.

    Names are kept as `rows` writes them, so every store gives the same numbers for the same batches.
    Any method may raise CountsAway, or what its database raises, and may then be called again.
    """

    def check(self) -> None:
        """Make sure that the store can be reached and its tables are in step. Raises what stands in the way."""
        ...

    def write(self, batch: CountBatch) -> None:
        """Add the batch to the sums, durably and whole, before returning; safe to repeat for three days.

        A batch is in the sums once however often it comes, from any thread, in any order, also where an earlier
        attempt was cut off at any point. Raises anything at all when it could not: the same batch then comes again.
        """
        ...

    def sum_showings(self, *, starts_at: datetime, ends_at: datetime) -> Iterable[ShowingsInHour]:
        """Sum showings by hour, what happened, appeal and variant, in no order; each appears once."""
        ...

    def sum_reads(self, *, starts_at: datetime, ends_at: datetime) -> Iterable[ReadsInHour]:
        """Sum visits and reads by hour and dedication over all articles, in no order; each appears once."""
        ...

    def list_most_read(self, *, starts_at: datetime, ends_at: datetime, most: int) -> list[ArticleReads]:
        """List the `most` articles that were read most, by falling reads, then by name."""
        ...
