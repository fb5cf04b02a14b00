"""What browsers told of showings, counted once whoever heard it: the marks stand in the site's own database."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import connection

from masthead.insight.models import ToldShowing
from masthead.insight.stores.rows import batch_key
from masthead.rules.counting import CountBatch, ShowingCount

CLAIMED_AT_ONCE = 300


def claim(batch: CountBatch, *, now: datetime) -> Counter[ShowingCount]:
    """Return the batch's showings, with what was told under marks that no other batch brought before.

    A mark belongs to the first batch that brings it and counts each time that batch comes: so a store may keep the
    sums elsewhere, after the claim is committed, and try as often as it has to. Marks are claimed in their order, so
    that two writers never wait for each other in a ring.
    """
    showings = Counter(batch.showings)
    key, marks = batch_key(batch.id), sorted(batch.told)
    at = connection.ops.adapt_datetimefield_value(now)
    table = connection.ops.quote_name(ToldShowing._meta.db_table)  # noqa: SLF001  Django's documented way
    for start in range(0, len(marks), CLAIMED_AT_ONCE):
        some = marks[start : start + CLAIMED_AT_ONCE]
        places = ", ".join(["(%s, %s, %s)"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (mark, batch, told_at) VALUES {places} "  # noqa: S608  our own table
                "ON CONFLICT DO NOTHING RETURNING mark",
                [value for mark in some for value in (mark, key, at)],
            )
            claimed = [mark for (mark,) in cursor.fetchall()]
        if len(claimed) < len(some):
            claimed = list(ToldShowing.objects.filter(mark__in=some, batch=key).values_list("mark", flat=True))
        showings.update(batch.told[mark] for mark in claimed)
    return showings
