"""The snapshot: all that the hot path knows of the live appeals, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from masthead.rules.audience import Condition, Placement
from masthead.rules.errors import MastheadError


class BadSnapshot(MastheadError):
    """The appeals cannot be read."""

    code = "bad_snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One wording of an appeal. `html` may hold the placeholder {reads}; a variant of weight 0 is never drawn."""

    key: str
    weight: int
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """A message that asks for support, as it goes live.

    It shows from `starts_at` up to, not including, `ends_at`. After `cap_showings` showings (0: no cap) it rests for
    `cap_days`. Closed, it stays quiet for `closed_days`; "not now" keeps every appeal quiet for `not_now_days`.
    """

    key: str
    name: str
    placements: tuple[Placement, ...]
    audience: tuple[Condition, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    cap_showings: int
    cap_days: int
    closed_days: int
    not_now_days: int
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything the hot path knows: the live appeals, first come first served, and the site's choices."""

    version: str
    dedicated_reads: int
    window_days: int
    appeals: tuple[Appeal, ...]
    sections: tuple[str, ...]
    topics: tuple[str, ...]
    holdout_percent: int = 0
    ask_members: bool = False
    needs_consent: bool = False
