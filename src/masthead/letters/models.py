"""The outbox: every letter, from the moment someone decided to send it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LetterState(models.TextChoices):
    """Where a letter is."""

    QUEUED = "queued", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class Letter(models.Model):
    """One e-mail to one address.

    Written in the transaction that decides to send it, rendered and delivered by a job. `subject`, `text` and `html`
    are empty until it is rendered, and from then on what the addressee got.
    """

    kind = models.CharField(max_length=60)
    unique_key = models.CharField(max_length=200, unique=True)
    to = models.EmailField(max_length=254)
    language = models.CharField(max_length=12)
    context = models.JSONField(default=dict, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    unsubscribe_url = models.CharField(max_length=500, blank=True)
    from_email = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=LetterState.choices, default=LetterState.QUEUED)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="letters_newest_first"),
            models.Index(fields=["to", "-created_at"], name="letters_to_one_address"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=LetterState.SENT, sent_at__isnull=False)
                | (~models.Q(state=LetterState.SENT) & models.Q(sent_at__isnull=True)),
                name="letters_sent_means_sent_at",
            ),
        ]

    def __str__(self) -> str:
        """Return what it is and to whom."""
        return f"{self.subject or self.kind} → {self.to}"
