"""Changes to appeals that have to reach edge."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from masthead.appeals.models import Appeal, SnapshotVersion

ONLY_ROW = 1


def bump_snapshot_version(*, now: datetime) -> None:
    """Tell edge that the appeals changed; it holds when the caller's transaction commits. Safe to repeat."""
    raised = SnapshotVersion.objects.filter(pk=ONLY_ROW).update(number=F("number") + 1, changed_at=now)
    if not raised:
        with transaction.atomic():
            row, created = SnapshotVersion.objects.get_or_create(pk=ONLY_ROW, defaults={"number": 1, "changed_at": now})
        if not created:
            SnapshotVersion.objects.filter(pk=row.pk).update(number=F("number") + 1, changed_at=now)


def move_appeal(appeal: Appeal, *, position: int, now: datetime) -> None:
    """Move an appeal to `position` in the order of priority, 0 being asked first.

    A position past the end, or below 0, means the end. Safe to repeat.
    """
    with transaction.atomic():
        order = [other for other in Appeal.objects.select_for_update().order_by("sort_order", "pk") if other != appeal]
        if not 0 <= position <= len(order):
            position = len(order)
        order.insert(position, appeal)
        for number, other in enumerate(order):
            if other.sort_order != number:
                Appeal.objects.filter(pk=other.pk).update(sort_order=number)
        bump_snapshot_version(now=now)
