"""Forgetting which batches were added."""

from __future__ import annotations

from datetime import datetime

from masthead.insight.models import WrittenBatch
from masthead.insight.stores.rows import KEEP_BATCHES


def forget_batches(*, now: datetime) -> int:
    """Forget the ids of batches that are too old to come again. Returns how many. Safe to repeat.

    ClickHouse forgets them by itself: its table says for how long it keeps them.
    """
    forgotten, _by_model = WrittenBatch.objects.filter(written_at__lt=now - KEEP_BATCHES).delete()
    return forgotten
