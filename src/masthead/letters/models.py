"""The outbox and what belongs to it: who wants no letters, whom none reaches, and the newsroom's own words."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from masthead.letters.kinds import Group

GROUPS = [(Group.REMINDERS.value, _("Reminders")), (Group.INVITATIONS.value, _("Invitations"))]


class LetterState(models.TextChoices):
    """Where a letter is."""

    QUEUED = "queued", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    BOUNCED = "bounced", _("Came back")
    STOPPED = "stopped", _("Not sent")


HANDED_OVER = (LetterState.SENT, LetterState.BOUNCED)


class Letter(models.Model):
    """One e-mail to one address.

    Written in the transaction that decides to send it, rendered and delivered by a job. `subject`, `text` and `html`
    are empty until it is rendered, and from then on what the addressee got. `error` says why it failed, came back or
    was not sent.
    """

    kind = models.CharField(_("kind"), max_length=60)
    unique_key = models.CharField(max_length=200, unique=True)
    to = models.EmailField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=12)
    context = models.JSONField(default=dict, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    from_email = models.CharField(max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(_("state"), max_length=10, choices=LetterState.choices, default=LetterState.QUEUED)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    taken_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

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
                condition=models.Q(state__in=HANDED_OVER, sent_at__isnull=False)
                | (~models.Q(state__in=HANDED_OVER) & models.Q(sent_at__isnull=True)),
                name="letters_sent_means_sent_at",
            ),
        ]

    def __str__(self) -> str:
        """Return what it is and to whom; not its subject, which may hold a code."""
        return f"{self.kind} → {self.to}"


class Unsubscription(models.Model):
    """An address that wants no letters of a group."""

    address = models.EmailField(_("e-mail address"))
    group = models.CharField(_("kind"), max_length=20, choices=GROUPS)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("unsubscription")
        verbose_name_plural = _("unsubscriptions")
        ordering = ("-since", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["address", "group"], name="letters_stopped_once"),
            models.CheckConstraint(condition=models.Q(address=Lower("address")), name="letters_stopped_in_lower_case"),
        ]

    def __str__(self) -> str:
        """Return who wants what no more."""
        return f"{self.address}: {self.group}"


class UnreachableAddress(models.Model):
    """An address that does not exist, or from which letters keep coming back. Only codes are still sent to it."""

    address = models.EmailField(_("e-mail address"), unique=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    since = models.DateTimeField(_("since"))
    letter = models.ForeignKey(
        Letter, verbose_name=_("letter"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("unreachable address")
        verbose_name_plural = _("unreachable addresses")
        ordering = ("-since", "-pk")

    def __str__(self) -> str:
        """Return the address."""
        return self.address


class LetterWords(models.Model):
    """What the newsroom says in one kind of letter, in one language. Empty: ours are used."""

    kind = models.CharField(_("kind"), max_length=60)
    language = models.CharField(_("language"), max_length=12)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("words"), max_length=10_000, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("words of a letter")
        verbose_name_plural = _("words of letters")
        ordering = ("kind", "language")
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="letters_words_once")]

    def __str__(self) -> str:
        """Return which letter it is."""
        return f"{self.kind} ({self.language})"

    @property
    def is_own(self) -> bool:
        """Whether the newsroom has words of its own here."""
        return bool(self.body)
