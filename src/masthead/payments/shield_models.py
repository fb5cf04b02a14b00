"""The rows of the shield beside its counters: proofs that are spent, bursts of attempts, pauses of new cards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def _one_open(name: str) -> models.UniqueConstraint:
    """Allow one row without an end."""
    return models.UniqueConstraint(models.Value(1), condition=Q(ended_at__isnull=True), name=name)


class SpentProof(models.Model):
    """A proof of work that has opened the way to a payment once; kept until it would expire anyway."""

    mark = models.CharField(max_length=16, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("spent proof")
        verbose_name_plural = _("spent proofs")

    def __str__(self) -> str:
        """Return its mark."""
        return self.mark


class Burst(models.Model):
    """A time in which far more payments were begun and not paid than usual: somebody tries out cards, from everywhere.

    One at a time. `turned_away` is known when it is over.
    """

    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    turned_away = models.PositiveBigIntegerField(_("turned away"), default=0)

    class Meta:
        verbose_name = _("burst of attempts to pay")
        verbose_name_plural = _("bursts of attempts to pay")
        ordering = ("-began_at",)
        constraints = [_one_open("payments_one_burst")]

    def __str__(self) -> str:
        """Return when it began."""
        return f"{self.began_at:%Y-%m-%d %H:%M}"


class CardPause(models.Model):
    """A time in which staff let nobody begin to pay; what runs already goes on. One at a time.

    Who began and ended it is in the console's audit log.
    """

    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause of new cards")
        verbose_name_plural = _("pauses of new cards")
        ordering = ("-began_at",)
        constraints = [_one_open("payments_one_pause")]
        default_permissions = ()
        permissions = [("pause_new_cards", "Can see the shield and pause new cards")]

    def __str__(self) -> str:
        """Return when it began."""
        return f"{self.began_at:%Y-%m-%d %H:%M}"
