"""Sums by hour: what was shown and what was read. No row is about a person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class HourlyShowings(models.Model):
    """How often, within one hour, something happened to showings of one kind."""

    hour_at = models.DateTimeField()
    what = models.CharField(max_length=16)
    appeal = models.CharField(max_length=64)
    variant = models.CharField(max_length=64)
    placement = models.CharField(max_length=24)
    country = models.CharField(max_length=8)
    device = models.CharField(max_length=16)
    n = models.BigIntegerField()

    KEY = ("hour_at", "what", "appeal", "variant", "placement", "country", "device")

    class Meta:
        verbose_name = _("showings in an hour")
        verbose_name_plural = _("showings by hour")
        default_permissions = ()
        permissions = [("view_numbers", _("Can see the numbers"))]
        constraints = [
            models.UniqueConstraint(
                fields=["hour_at", "what", "appeal", "variant", "placement", "country", "device"],
                name="insight_showings_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour_at:%Y-%m-%d %H:00} {self.what} {self.appeal}/{self.variant}"


class HourlyReads(models.Model):
    """How often, within one hour, one article was visited or newly read."""

    hour_at = models.DateTimeField()
    what = models.CharField(max_length=16)
    article = models.CharField(max_length=200)
    section = models.CharField(max_length=64)
    dedicated = models.BooleanField()
    member = models.BooleanField()
    n = models.BigIntegerField()

    KEY = ("hour_at", "what", "article", "section", "dedicated", "member")

    class Meta:
        verbose_name = _("reads in an hour")
        verbose_name_plural = _("reads by hour")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["hour_at", "what", "article", "section", "dedicated", "member"], name="insight_reads_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour_at:%Y-%m-%d %H:00} {self.what} {self.article}"


class ToldShowing(models.Model):
    """What was told of one showing, by its mark, so that nobody counts it again. It says nothing of the reader."""

    mark = models.CharField(primary_key=True, max_length=32)
    batch = models.CharField(max_length=64)
    told_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("told showing")
        verbose_name_plural = _("told showings")
        default_permissions = ()

    def __str__(self) -> str:
        return self.mark


class WrittenBatch(models.Model):
    """A batch of counts that is in the sums already, so that sending it again adds nothing."""

    id = models.CharField(primary_key=True, max_length=64)
    written_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("written batch")
        verbose_name_plural = _("written batches")
        default_permissions = ()

    def __str__(self) -> str:
        return self.id
