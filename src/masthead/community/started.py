"""Which checkouts this very browser has started: kept in its session."""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

KEY = "community_started"
KEPT = 6


class Started(TypedDict):
    """A checkout that this browser started. `new_account`: no account of the address was there at that time."""

    checkout: str
    new_account: bool


def remember_started(session: SessionBase, checkout_id: UUID, *, new_account: bool) -> None:
    """Remember a checkout as started here; the last six are kept."""
    others = [one for one in _read(session) if one["checkout"] != str(checkout_id)]
    session[KEY] = [*others, Started(checkout=str(checkout_id), new_account=new_account)][-KEPT:]


def find_started(session: SessionBase, checkout_id: UUID) -> Started | None:
    """Return the mark of a checkout that this browser started, or None."""
    return next((one for one in _read(session) if one["checkout"] == str(checkout_id)), None)


def list_started(session: SessionBase) -> list[UUID]:
    """Return the checkouts that this browser started, the latest first."""
    return [UUID(one["checkout"]) for one in reversed(_read(session))]


def _read(session: SessionBase) -> list[Started]:
    marks: list[Started] = session.get(KEY, [])
    return marks
