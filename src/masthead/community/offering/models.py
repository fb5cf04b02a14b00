"""The rows of offers, and of who used them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from masthead.rules.discounts import Discount
from masthead.rules.money import CURRENCIES, Money


class Offer(models.Model):
    """Something that makes joining cheaper for a time: a share off, a sum off, or days to try."""

    name = models.CharField(_("name"), max_length=80, help_text=_("For yourselves: readers see the code alone."))
    code = models.CharField(
        _("code"),
        max_length=30,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9-]{3,30}\Z", _("Capital letters, digits and dashes, three or more."))],
        help_text=_("What readers type, or what a link carries, as SPRING-26."),
    )
    percent_off = models.PositiveSmallIntegerField(
        _("percent off"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    off_minor = models.PositiveBigIntegerField(
        _("sum off, in minor units"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    currency = models.CharField(
        _("currency of the sum"), max_length=3, blank=True, help_text=_("Three letters, as USD.")
    )
    months = models.PositiveSmallIntegerField(
        _("for how many months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text=_("Empty: for as long as the membership lasts. A yearly charge counts as twelve."),
    )
    trial_days = models.PositiveSmallIntegerField(
        _("days to try before the first charge"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    tier = models.ForeignKey(
        "community.Tier",
        verbose_name=_("tier"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="offers",
        help_text=_("Empty: for every tier."),
    )
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    limit = models.PositiveIntegerField(
        _("for how many people"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    for_new_only = models.BooleanField(
        _("only for who never was a member"), default=True, help_text=_("Else former members may use it as well.")
    )
    active = models.BooleanField(_("on"), default=True)

    class Meta:
        app_label = "community"
        ordering = ("-pk",)
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent_off__isnull=False, off_minor__isnull=True, trial_days__isnull=True)
                | Q(percent_off__isnull=True, off_minor__isnull=False, trial_days__isnull=True)
                | Q(percent_off__isnull=True, off_minor__isnull=True, trial_days__isnull=False),
                name="community_offer_gives_one_thing",
                violation_error_message=_("Say one of these: percent off, a sum off, or days to try."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Write code and currency in capitals; refuse a sum without its currency."""
        self.currency = self.currency.upper()
        if self.off_minor is not None and self.currency not in CURRENCIES:
            raise ValidationError({"currency": _("A sum off needs its currency.")})

    @property
    def discount(self) -> Discount | None:
        """What it takes off; None for days to try."""
        if self.percent_off is not None:
            return Discount(share=self.percent_off * 100, months=self.months)
        if self.off_minor is not None:
            return Discount(off=Money(self.off_minor, self.currency), months=self.months)
        return None


class Redemption(models.Model):
    """One use of an offer: taken before the provider is asked, so that a limit holds whoever comes at once.

    It counts while its checkout is open or paid, and a few minutes before there is one.
    """

    offer = models.ForeignKey(Offer, verbose_name=_("offer"), on_delete=models.PROTECT, related_name="redemptions")
    checkout = models.OneToOneField(
        "payments.Checkout", null=True, blank=True, on_delete=models.CASCADE, related_name="redemption"
    )
    taken_at = models.DateTimeField(_("taken"))

    class Meta:
        app_label = "community"
        ordering = ("-taken_at", "-pk")
        verbose_name = _("use of an offer")
        verbose_name_plural = _("uses of offers")

    def __str__(self) -> str:
        return f"{self.offer} · {self.taken_at:%Y-%m-%d}"
