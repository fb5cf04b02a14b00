"""Choosing: which appeal a reader is shown on a page, and why each other one was passed over."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import NamedTuple

from masthead.rules.audience import Facet, Page, Placement, Reader, get_check, holds
from masthead.rules.consent import needs_count
from masthead.rules.counting import hour_of
from masthead.rules.showings import Caps, appeal_mark
from masthead.rules.snapshot import Appeal, BadSnapshot, Snapshot, Variant
from masthead.rules.splitting import Split, is_held_out

__all__ = [
    "Appeal",
    "BadSnapshot",
    "Choice",
    "Chooser",
    "Chosen",
    "Moment",
    "Page",
    "Placement",
    "Reader",
    "Reason",
    "Refusal",
    "Snapshot",
    "Variant",
    "choose",
    "day_of",
]

OVERLAYS = frozenset({Placement.BANNER, Placement.LETTER})
MAX_CELLS = 4096

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BITS: Mapping[Placement, int] = {placement: 1 << place for place, placement in enumerate(Placement)}
_OVERLAY_BITS = sum(_BITS[placement] for placement in OVERLAYS)
_NONE_RESTS: frozenset[bytes] = frozenset()


class Reason(StrEnum):
    """Why an appeal was passed over; the order is the order in which they are looked at."""

    PLACEMENT = "placement"
    MEMBER = "member"
    HOLDOUT = "holdout"
    QUIET = "quiet"
    AUDIENCE = "audience"
    STORAGE = "storage"
    NOT_YET = "not-yet"
    OVER = "over"
    CAP = "cap"
    CLOSED = "closed"
    NO_VARIANT = "no-variant"
    ALREADY_SHOWN = "already-shown"
    OVERLAY = "overlay"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an appeal was passed over, for the machine and in a sentence."""

    reason: Reason
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class Chosen(NamedTuple):
    """The appeal for one placement, in the variant this reader gets."""

    appeal: Appeal
    variant: Variant


class Moment(NamedTuple):
    """A time with what the hot path needs of it: the day since 1970 by UTC, the Unix second, that of the hour."""

    now: datetime
    day: int
    seconds: float
    hour: int

    @classmethod
    def at(cls, now: datetime) -> Moment:
        """Work it out; `now` knows its zone."""
        seconds = now.timestamp()
        return cls(now, day_of(now), seconds, hour_of(seconds))


class Choice(NamedTuple):
    """What one page view shows. `refusals()` works out why everything else was passed over, only when called."""

    appeals: Mapping[Placement, Chosen]
    refusals: Callable[[], dict[tuple[str, Placement], Refusal]]


class _Prepared(NamedTuple):
    """An appeal with what is worth working out once."""

    appeal: Appeal
    mark: bytes
    split: Split
    chosen: tuple[Chosen, ...]
    needs_count: bool


class _Candidate(NamedTuple):
    """An appeal that suits a cell of alike readers but for what only the one reader knows.

    `bits` are the placements it would take, `rest_bits` those that it or any later candidate would.
    """

    prepared: _Prepared
    places: tuple[tuple[int, Placement], ...]
    bits: int
    rest_bits: int


def day_of(now: datetime) -> int:
    """Return the day, in days since 1970 by UTC."""
    return (now - _EPOCH).days


def choose(snapshot: Snapshot, reader: Reader, page: Page, now: datetime) -> Choice:
    """Choose once. Who chooses often from one snapshot keeps a `Chooser`."""
    return Chooser(snapshot).choose(reader, page, now)


class Chooser:
    """Chooses from one snapshot, at a cost that hardly grows with the number of appeals.

    Whatever depends only on audience and schedule has one answer for all alike readers. It is worked out once for each
    cell of alike readers and pages, whose key holds only words that some audience speaks of, so that a client cannot
    make up new cells. Caps and quiet periods are the reader's own and looked at each time. Threads may share a Chooser.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Prepare the appeals. Raises BadSnapshot for a key that comes twice, a time without zone, a number below 0."""
        self.snapshot = snapshot
        self._prepared = tuple(_prepare(appeal) for appeal in snapshot.appeals)
        self.by_key: Mapping[str, Appeal] = MappingProxyType({appeal.key: appeal for appeal in snapshot.appeals})
        if len(self.by_key) != len(snapshot.appeals):
            raise BadSnapshot("Two appeals have the same key.")
        self._by_mark = {prepared.mark: prepared.appeal for prepared in self._prepared}
        self._moments = sorted(
            {
                moment.timestamp()
                for appeal in snapshot.appeals
                for moment in (appeal.starts_at, appeal.ends_at)
                if moment is not None
            }
        )
        words: dict[Facet, set[str | int]] = {facet: set() for facet in Facet}
        cuts: set[int] = set()
        for condition in (condition for appeal in snapshot.appeals for condition in appeal.audience):
            check = get_check(condition)
            if check is not None and check.cuts is not None:
                cuts.update(check.cuts(condition.values))
            elif check is not None:
                words[check.facet].update(condition.values)
        self._cuts = sorted(cuts)
        self._sections = words[Facet.SECTION]
        self._topics = frozenset(words[Facet.TOPICS])
        self._languages = words[Facet.LANGUAGE]
        self._countries = words[Facet.COUNTRY]
        self._devices = words[Facet.DEVICE]
        self._asks_members, self._holdout_percent = snapshot.ask_members, snapshot.holdout_percent
        self._cells: dict[tuple[object, ...], tuple[_Candidate, ...]] = {}

    def choose(self, reader: Reader, page: Page, now: datetime) -> Choice:
        """Choose the appeals of one page view: for each placement the first that suits, in the snapshot's order.

        A view shows an appeal once, at the first of its placements that is free, and at most one of banner and letter.
        """
        chosen = self.pick(reader, page, Moment.at(now))
        return Choice(chosen, lambda: self._explain(reader, page, now, chosen))

    def pick(self, reader: Reader, page: Page, moment: Moment) -> dict[Placement, Chosen]:
        """Choose as `choose` does, and keep no reasons."""
        chosen: dict[Placement, Chosen] = {}
        seed, reads, is_member, country, device, caps, quiet_until = reader
        section, topics, language, placements = page
        if self._spares(seed, moment.day, quiet_until, is_member=is_member):
            return chosen
        free = 0
        for placement in placements:
            free |= _BITS[placement]
        if self._languages and language not in self._languages:
            language = language.partition("-")[0]
        cell = (
            free,
            bisect_right(self._moments, moment.seconds) if self._moments else 0,
            None if reads is None else bisect_right(self._cuts, reads),
            section if section in self._sections else None,
            self._topics.intersection(topics) if self._topics else None,
            language if language in self._languages else None,
            country if country in self._countries else None,
            device if device in self._devices else None,
            is_member,
        )
        candidates = self._cells.get(cell)
        if candidates is None:
            candidates = self._fill(cell, reader, page, moment.now, free)
        resting = self._list_resting(caps, moment.day) if caps.entries else _NONE_RESTS
        for prepared, places, bits, rest_bits in candidates:
            if not rest_bits & free:
                break
            if not bits & free or prepared.mark in resting:
                continue
            drawn = prepared.chosen[prepared.split.draw(seed) or 0 if len(prepared.chosen) > 1 else 0]
            for bit, placement in places:
                if bit & free:
                    chosen[placement] = drawn
                    free &= ~(_OVERLAY_BITS if bit & _OVERLAY_BITS else bit)
                    break
        return chosen

    def _list_resting(self, caps: Caps, today: int) -> set[bytes]:
        """List the marks of the appeals that this reader's caps and quiet periods keep away."""
        resting = set()
        for mark, showings, last_day, quiet_until in caps:
            appeal = self._by_mark.get(mark)
            if appeal is not None and (
                today < quiet_until or (0 < appeal.cap_showings <= showings and today < last_day + appeal.cap_days)
            ):
                resting.add(mark)
        return resting

    def _fill(
        self, cell: tuple[object, ...], reader: Reader, page: Page, now: datetime, free: int
    ) -> tuple[_Candidate, ...]:
        if len(self._cells) >= MAX_CELLS:
            self._cells.clear()
        candidates: list[_Candidate] = []
        rest_bits = 0
        for prepared in reversed(self._prepared):
            appeal = prepared.appeal
            places = tuple((_BITS[placement], placement) for placement in appeal.placements if _BITS[placement] & free)
            bits = reduce(or_, (bit for bit, _ in places), 0)
            if bits and not (_refuse_alike(prepared, reader, page, now) or _refuse_unweighted(prepared)):
                rest_bits |= bits
                candidates.append(_Candidate(prepared, places, bits, rest_bits))
        found = self._cells[cell] = tuple(reversed(candidates))
        return found

    def _spares(self, seed: bytes, today: int, quiet_until: int, *, is_member: bool) -> bool:
        """Return whether the reader is asked nothing at all; `_refuse_reader` says why."""
        return (
            today < quiet_until
            or (is_member and not self._asks_members)
            or (self._holdout_percent > 0 and is_held_out(seed, self._holdout_percent))
        )

    def _refuse_reader(self, reader: Reader, today: int) -> Refusal | None:
        snapshot = self.snapshot
        if reader.is_member and not snapshot.ask_members:
            return Refusal(Reason.MEMBER, "Members are not asked.")
        if snapshot.holdout_percent and is_held_out(reader.seed, snapshot.holdout_percent):
            return Refusal(Reason.HOLDOUT, "The reader is among those who are never asked, for comparison.")
        if today < reader.quiet_until:
            return Refusal(Reason.QUIET, "The reader gave lately or said “not now”, and is left in peace.")
        return None

    def _explain(
        self, reader: Reader, page: Page, now: datetime, chosen: Mapping[Placement, Chosen]
    ) -> dict[tuple[str, Placement], Refusal]:
        whole = self._refuse_reader(reader, day_of(now))
        order = {appeal.key: place for place, appeal in enumerate(self.snapshot.appeals)}
        taken = {placement: order[shown.appeal.key] for placement, shown in chosen.items()}
        refusals: dict[tuple[str, Placement], Refusal] = {}
        for place, prepared in enumerate(self._prepared):
            own = (
                whole
                or _refuse_alike(prepared, reader, page, now)
                or _refuse_shown(prepared, reader, day_of(now))
                or _refuse_unweighted(prepared)
            )
            for placement in page.placements:
                if taken.get(placement) != place:
                    refusals[prepared.appeal.key, placement] = (
                        _refuse_placement(prepared.appeal, placement)
                        or own
                        or _refuse_crowded(self.snapshot, place, placement, taken)
                    )
        return refusals


def _prepare(appeal: Appeal) -> _Prepared:
    for moment in (appeal.starts_at, appeal.ends_at):
        if moment is not None and moment.tzinfo is None:
            raise BadSnapshot(f"The schedule of “{appeal.name}” has no time zone.")
    if len({variant.key for variant in appeal.variants}) != len(appeal.variants):
        raise BadSnapshot(f"Two variants of “{appeal.name}” have the same key.")
    weights = tuple(variant.weight for variant in appeal.variants)
    days = (appeal.cap_showings, appeal.cap_days, appeal.closed_days, appeal.not_now_days)
    if min((*weights, *days)) < 0:
        raise BadSnapshot(f"“{appeal.name}” has a number below zero.")
    return _Prepared(
        appeal,
        appeal_mark(appeal.key),
        Split.of(appeal.key, weights),
        tuple(Chosen(appeal, variant) for variant in appeal.variants),
        needs_count(appeal.audience, (variant.html for variant in appeal.variants)),
    )


def _refuse_placement(appeal: Appeal, placement: Placement) -> Refusal | None:
    if placement in appeal.placements:
        return None
    return Refusal(Reason.PLACEMENT, f"It is not made for {placement}.")


def _refuse_alike(prepared: _Prepared, reader: Reader, page: Page, now: datetime) -> Refusal | None:
    """Refuse for what all readers of one cell have in common: audience, consent, schedule."""
    appeal = prepared.appeal
    for condition in appeal.audience:
        if not holds(condition, reader, page):
            check = get_check(condition)
            wanted = check.sentence(condition.values) if check else f"“{condition.kind}”, which is not understood"
            return Refusal(Reason.AUDIENCE, f"It is only for when {wanted}.")
    if reader.reads is None and prepared.needs_count:
        return Refusal(Reason.STORAGE, "It takes a count of reads, and the reader refused storage.")
    if appeal.starts_at is not None and now < appeal.starts_at:
        return Refusal(Reason.NOT_YET, f"It starts at {appeal.starts_at.isoformat()}.")
    if appeal.ends_at is not None and now >= appeal.ends_at:
        return Refusal(Reason.OVER, f"It ended at {appeal.ends_at.isoformat()}.")
    return None


def _refuse_shown(prepared: _Prepared, reader: Reader, today: int) -> Refusal | None:
    """Refuse for what this reader was shown before: caps and quiet periods."""
    cap = reader.caps.get(prepared.mark)
    if cap is None:
        return None
    appeal = prepared.appeal
    if 0 < appeal.cap_showings <= cap.showings and today < cap.last_day + appeal.cap_days:
        return Refusal(Reason.CAP, f"It was shown {cap.showings} times and rests for {appeal.cap_days} days.")
    if today < cap.quiet_until:
        return Refusal(Reason.CLOSED, f"The reader closed it; it stays quiet for {cap.quiet_until - today} more days.")
    return None


def _refuse_unweighted(prepared: _Prepared) -> Refusal | None:
    return None if prepared.split.total else Refusal(Reason.NO_VARIANT, "It has no variant to show.")


def _refuse_crowded(snapshot: Snapshot, place: int, placement: Placement, taken: Mapping[Placement, int]) -> Refusal:
    """Say what stood in the way of an appeal that suits, but was not chosen for this placement."""
    for elsewhere, other in taken.items():
        if other == place:
            return Refusal(Reason.ALREADY_SHOWN, f"It already shows at {elsewhere}.")
    if placement not in taken:
        return Refusal(Reason.OVERLAY, "A page shows only one of banner and letter.")
    return Refusal(Reason.PRIORITY, f"“{snapshot.appeals[taken[placement]].name}” comes first.")
