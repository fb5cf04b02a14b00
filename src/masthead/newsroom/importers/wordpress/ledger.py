"""What has come in already, by the names the old site has for it."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from masthead.newsroom.models import ImportedItem


class Ledger:
    """The rows of one old site; the same item is never brought in twice, whatever editors have renamed since."""

    def __init__(self, source: str, *, now: datetime) -> None:
        self.source = f"wordpress:{source}"[:200]
        self._now = now

    def find(self, kind: str, key: str) -> ImportedItem | None:
        """Return what stands here for an item of the old site."""
        return ImportedItem.objects.filter(source=self.source, kind=kind, key=_short(key)).first()

    def has_target(self, kind: str, target_id: int) -> bool:
        """Whether a row here stands for some item of one kind already."""
        return ImportedItem.objects.filter(source=self.source, kind=kind, target_id=target_id).exists()

    def record(self, kind: str, key: str, target_id: int, *, digest: str = "") -> None:
        """Write down that a row here stands for an item; a row that was deleted is replaced by the new one."""
        ImportedItem.objects.update_or_create(
            source=self.source,
            kind=kind,
            key=_short(key),
            defaults={"target_id": target_id, "digest": digest, "imported_at": self._now},
        )

    def forget(self, kind: str, key: str) -> None:
        """Strike an item out."""
        ImportedItem.objects.filter(source=self.source, kind=kind, key=_short(key)).delete()


def _short(key: str) -> str:
    return key if len(key) <= 200 else sha256(key.encode()).hexdigest()
