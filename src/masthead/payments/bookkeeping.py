"""The rows of reconciliation: each run, what it summed up, and each difference that it came upon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from masthead.rules.money import Money

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class RunState(models.TextChoices):
    """How a run went."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Complete")
    FAILED = "failed", _("Failed")
    BROKEN_OFF = "broken", _("Broken off")


class ReconciliationRun(models.Model):
    """One comparison of the ledger with the provider, of all that was paid from `since` on; None: ever.

    Whoever carries it out moves `beat_at` on. One that stands still was killed: the next run says so and takes over
    its period.
    """

    provider = models.CharField(max_length=20)
    since = models.DateTimeField(_("since"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"))
    beat_at = models.DateTimeField()
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    looked_at = models.PositiveIntegerField(_("looked at"), default=0)
    foreign = models.PositiveIntegerField(_("not ours"), default=0)
    mended = models.PositiveIntegerField(_("mended"), default=0)
    unexplained = models.PositiveIntegerField(_("unexplained"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ("-started_at", "-pk")
        permissions = [("run_reconciliation", _("Can start a reconciliation"))]
        constraints = [
            models.UniqueConstraint(
                fields=["provider"], condition=Q(state="running"), name="payments_one_reconciliation_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="running", finished_at__isnull=True)
                | ~Q(state="running") & Q(finished_at__isnull=False),
                name="payments_run_over_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        """Return when it began, and how it went."""
        return f"{self.started_at:%Y-%m-%d %H:%M}, {self.state}"

    @property
    def is_clean(self) -> bool:
        """Whether it came to its end and left nothing unexplained."""
        return self.state == RunState.DONE and not self.unexplained


class ReconciliationSum(models.Model):
    """What a run summed up in one currency: money that arrived in its period less what went back of it."""

    run = models.ForeignKey(ReconciliationRun, on_delete=models.CASCADE, related_name="sums")
    currency = models.CharField(max_length=3)
    ledger_minor = models.BigIntegerField()
    provider_minor = models.BigIntegerField()

    class Meta:
        ordering = ("currency",)
        constraints = [models.UniqueConstraint(fields=["run", "currency"], name="payments_one_sum_a_currency")]

    def __str__(self) -> str:
        """Return both sums."""
        return f"{self.ledger} / {self.provider}"

    @property
    def ledger(self) -> Money:
        """What our rows say."""
        return Money(self.ledger_minor, self.currency)

    @property
    def provider(self) -> Money:
        """What the provider says."""
        return Money(self.provider_minor, self.currency)

    @property
    def difference_minor(self) -> int:
        """Ledger less provider."""
        return self.ledger_minor - self.provider_minor


class DifferenceKind(models.TextChoices):
    """In what way ledger and provider differed."""

    ONLY_THERE = "only_there", _("only at the provider")
    ONLY_HERE = "only_here", _("only here")
    UNLIKE = "unlike", _("not alike")
    UNREAD = "unread", _("could not be read")


SENTENCES = {
    (DifferenceKind.ONLY_THERE, True): _("The provider had it and we did not: a lost message, brought in."),
    (DifferenceKind.ONLY_THERE, False): _("The provider has it with an order of ours that is not known here."),
    (DifferenceKind.ONLY_HERE, True): _("It had gone at the provider, and was brought in step."),
    (DifferenceKind.ONLY_HERE, False): _("It stands here, but the provider knows nothing of it."),
    (DifferenceKind.UNLIKE, True): _("It had changed at the provider and we did not know: brought in."),
    (DifferenceKind.UNLIKE, False): _("It stands otherwise at the provider, also after reading it again."),
    (DifferenceKind.UNREAD, False): _("Bringing it in step failed; the next run tries again."),
}


class Difference(models.Model):
    """One object of which ledger and provider said different things, in the words of each; "" where it was not."""

    run = models.ForeignKey(ReconciliationRun, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(_("difference"), max_length=12, choices=DifferenceKind.choices)
    subject = models.CharField(max_length=20)
    reference = models.CharField(_("reference"), max_length=255)
    ours = models.CharField(_("here"), max_length=300, blank=True)
    theirs = models.CharField(_("at the provider"), max_length=300, blank=True)
    noticed_at = models.DateTimeField(_("noticed"))
    mended_at = models.DateTimeField(_("mended"), null=True, blank=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ("-noticed_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["run", "subject", "reference"], name="payments_one_difference_an_object")
        ]

    def __str__(self) -> str:
        """Return what differed."""
        return f"{self.subject} {self.reference}: {self.kind}"

    @property
    def sentence(self) -> str | StrPromise:
        """What happened, in a sentence."""
        kind, is_mended = DifferenceKind(self.kind), self.mended_at is not None
        return SENTENCES.get((kind, is_mended)) or SENTENCES[DifferenceKind.UNLIKE, is_mended]
