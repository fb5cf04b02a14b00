"""What every object begins with."""

from __future__ import annotations

from typing import Any, Final

from masthead.payments.sandbox.store import Book, Document, make_id

API_VERSION: Final = "2026-08-26.dahlia"


def make_base(book: Book, prefix: str, kind: str, **fields: Any) -> Document:
    """Return a new object of a kind, with what is said of it."""
    return {"id": make_id(prefix), "object": kind, "created": book.now, "livemode": False, **fields}
