"""Counts as rows: the same names and hours in every store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models

from masthead.insight.models import HourlyReads, HourlyShowings, WrittenBatch
from masthead.rules.counting import ReadCount, ShowingCount

# So long is the id of a batch known, and so long may the batch come again.
KEEP_BATCHES = timedelta(days=3)

Row = tuple[Any, ...]


def showing_rows(counts: Mapping[ShowingCount, int]) -> Counter[Row]:
    """Sum by the values of HourlyShowings.KEY."""
    rows: Counter[Row] = Counter()
    for count, n in counts.items():
        texts = [_fit(HourlyShowings, name, getattr(count, name)) for name in HourlyShowings.KEY[1:]]
        rows[(_hour(count.hour), *texts)] += n
    return rows


def read_rows(counts: Mapping[ReadCount, int]) -> Counter[Row]:
    """Sum by the values of HourlyReads.KEY."""
    rows: Counter[Row] = Counter()
    for count, n in counts.items():
        texts = [_fit(HourlyReads, name, getattr(count, name)) for name in ("what", "article", "section")]
        rows[(_hour(count.hour), *texts, bool(count.dedicated), bool(count.member))] += n
    return rows


def batch_key(batch_id: str) -> str:
    """Return the id as it is kept."""
    return _fit(WrittenBatch, "id", batch_id)


def _hour(unix_seconds: int) -> datetime:
    return datetime.fromtimestamp(unix_seconds, tz=UTC)


def _fit(model: type[models.Model], name: str, text: str) -> str:
    """Return `text` as its column takes it: one name that no database takes may not hold up all counts."""
    storable = str(text).encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    column = model._meta.get_field(name)  # noqa: SLF001  Django's documented way to a field
    return storable[: getattr(column, "max_length", None)]
