"""Where imported things came from, so that importing again changes nothing."""

from __future__ import annotations

from django.db import models


class ImportedItem(models.Model):
    """One thing of another system and the row that it became here."""

    source = models.CharField(max_length=200, help_text="The system it came from, such as wordpress:example.org.")
    kind = models.CharField(max_length=30, help_text="article, author, section, topic, image, …")
    key = models.CharField(max_length=200, help_text="What the other system calls it.")
    target_id = models.BigIntegerField(
        null=True, blank=True, help_text="The row's id here; the kind says of which table."
    )
    digest = models.CharField(max_length=64, blank=True, help_text="Of what was read, to see whether it changed.")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "key"], name="newsroom_imported_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.key}"
