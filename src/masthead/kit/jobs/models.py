"""The lease table: jobs that wait or run, and those that failed for good."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One call of one task.

    A row is deleted when its job succeeded. While a worker runs it, `leased_until` is in the future; when that moment
    passes with the row still here, the worker is gone and another takes it. `dead_at` marks one that is given up.
    """

    task = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    priority = models.SmallIntegerField(default=0)
    unique_key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    enqueued_at = models.DateTimeField(default=timezone.now)
    run_after = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=8)
    leased_until = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=100, blank=True)
    last_error = models.TextField(blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-priority", "run_after", "id")
        indexes = [
            models.Index(
                F("priority").desc(), F("run_after"), F("id"), condition=Q(dead_at__isnull=True), name="jobs_next"
            ),
            models.Index(fields=["-dead_at"], condition=Q(dead_at__isnull=False), name="jobs_dead"),
        ]

    def __str__(self) -> str:
        """Return the task and the number of its run."""
        return f"{self.task} #{self.pk}"


class Recurrence(models.Model):
    """When a recurring task is due next: one row a task, so that many workers start it once."""

    key = models.CharField(max_length=200, unique=True)
    next_at = models.DateTimeField()

    class Meta:
        verbose_name = _("recurring job")
        verbose_name_plural = _("recurring jobs")
        ordering = ("key",)

    def __str__(self) -> str:
        """Return the task and the moment of its next run."""
        return f"{self.key} at {self.next_at:%Y-%m-%d %H:%M:%S}"
