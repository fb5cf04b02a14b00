"""The permission to keep an answer, which the site gives to the memory of pages in front of it, as a header."""

from __future__ import annotations

from collections.abc import Iterable

HEADER = "X-Masthead-Keep"


def write_permission(seconds: int, *, listens: Iterable[str] = ()) -> str:
    """Return the header's value: for how long, and which parameters of the query change the answer."""
    return " ".join([str(seconds), *listens])


def read_permission(value: str) -> tuple[int, tuple[str, ...]]:
    """Return seconds and parameters; no second at all for anything that is no permission."""
    seconds, *listens = value.split() or ("",)
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 10
    return int(seconds) if is_number else 0, tuple(listens)
