"""What the demonstration made already. Each thing is made once; what staff do with it afterwards is theirs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from masthead.newsroom.models import ImportedItem

SOURCE = "demo:merrowport-lantern"
_NAMESPACE = uuid.UUID("6d617374-6865-6164-8000-6c616e746572")


def name_uuid(*parts: str) -> uuid.UUID:
    """Return the same identifier for the same names, on every machine."""
    return uuid.uuid5(_NAMESPACE, "/".join(parts))


class Traces:
    """The notes of one build; read once, written as things are made."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        items = ImportedItem.objects.filter(source=SOURCE).values_list("kind", "key", "target_id")
        self._made: dict[tuple[str, str], int | None] = {(kind, key): target for kind, key, target in items}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was made yet."""
        return not self._made

    def has(self, kind: str, key: str) -> bool:
        """Return whether this was made, by this build or an earlier one."""
        return (kind, key) in self._made

    def find(self, kind: str, key: str) -> int | None:
        """Return the row's id of what was made; None where nothing was, or it has none."""
        return self._made.get((kind, key))

    def note(self, kind: str, key: str, row: Model | None = None) -> None:
        """Note that this was made, in the caller's transaction."""
        target = None if row is None or not isinstance(row.pk, int) else row.pk
        ImportedItem.objects.create(source=SOURCE, kind=kind, key=key, target_id=target, imported_at=self._now)
        self._made[kind, key] = target

    def once(self, kind: str, key: str, make: Callable[[], Model | None]) -> None:
        """Make this in one transaction, unless it was made before."""
        if not self.has(kind, key):
            with transaction.atomic():
                self.note(kind, key, make())
