"""The row of an erasure: what is left when nothing else of the person is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """One person's wish to be forgotten, and how far it has come.

    `person_key` is the number that the person had. `customers` are pairs of provider and customer that are still to
    be deleted at the provider: what remains open. `kept` and `gone` are counts by kind of row, nothing else.
    """

    person_key = models.BigIntegerField(_("person"), unique=True)
    by_staff = models.BooleanField(_("by staff"), default=False)
    asked_at = models.DateTimeField(_("asked"))
    customers = models.JSONField(default=list, blank=True)
    letter_id = models.BigIntegerField(null=True, blank=True)
    gone = models.JSONField(default=dict, blank=True)
    kept = models.PositiveIntegerField(_("payments kept"), default=0)
    scrubbed_at = models.DateTimeField(_("gone here"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        app_label = "community"
        ordering = ("-asked_at", "-pk")
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        default_permissions = ("view",)
        permissions = [
            ("merge_people", _("Can merge two people")),
            ("erase_person", _("Can erase a person")),
        ]

    def __str__(self) -> str:
        return f"#{self.person_key}"
