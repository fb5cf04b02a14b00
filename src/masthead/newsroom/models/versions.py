"""How other processes see that pages changed."""

from __future__ import annotations

from django.db import models


class PagesVersion(models.Model):
    """One row: a number that grows with everything that changes public pages."""

    number = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return str(self.number)
