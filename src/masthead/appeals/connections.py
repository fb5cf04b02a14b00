"""The database as seen by a thread that serves no request, such as those of edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import close_old_connections, connection


@contextmanager
def fresh_connection() -> Iterator[None]:
    """Leave no connection behind that is broken or too old, as Django does around a request.

    Inside a transaction nothing is closed: the connection is its own.
    """
    _close_old()
    try:
        yield
    finally:
        _close_old()


def _close_old() -> None:
    if not connection.in_atomic_block:
        close_old_connections()
