"""Forgetting which batches were added, and what was told of which showing."""

from __future__ import annotations

from datetime import datetime, timedelta

from masthead.insight.models import ToldShowing, WrittenBatch
from masthead.insight.stores.rows import KEEP_BATCHES
from masthead.rules.counting import TOLD_SECONDS


def forget_batches(*, now: datetime) -> int:
    """Forget the ids of batches that are too old to come again. Returns how many. Safe to repeat.

    ClickHouse forgets them by itself: its table says for how long it keeps them.
    """
    forgotten, _by_model = WrittenBatch.objects.filter(written_at__lt=now - KEEP_BATCHES).delete()
    return forgotten


def forget_told(*, now: datetime) -> int:
    """Forget marks of showings whose tokens are too old to come again. Returns how many. Safe to repeat."""
    forgotten, _by_model = ToldShowing.objects.filter(told_at__lt=now - timedelta(seconds=TOLD_SECONDS)).delete()
    return forgotten
