"""The rows of belonging: tiers and their prices, memberships, contributions."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from masthead.rules.asking import Fee, suggest_amounts
from masthead.rules.money import CURRENCIES, Money
from masthead.rules.pledges import Interval, PledgeState

INTERVALS = [
    (Interval.MONTH.value, _("Every month")),
    (Interval.YEAR.value, _("Every year")),
    (Interval.ONCE.value, _("Once")),
]
STATES = [
    (PledgeState.ACTIVE.value, _("Active")),
    (PledgeState.PAST_DUE.value, _("Payment failed")),
    (PledgeState.PAUSED.value, _("Paused")),
    (PledgeState.ENDING.value, _("Ends after the paid time")),
    (PledgeState.ENDED.value, _("Ended")),
]


class Tier(ClusterableModel):
    """A level of membership: its name, its benefits and its prices."""

    key = models.SlugField(
        _("key"),
        max_length=40,
        unique=True,
        help_text=_("Stands in addresses and in the payments; cannot be changed later."),
    )
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("description"), blank=True, max_length=400, help_text=_("One or two sentences."))
    benefits = models.JSONField(_("benefits"), default=list, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), null=True, blank=True, editable=False)
    active = models.BooleanField(
        _("offered"), default=True, help_text=_("Nobody can join a tier that is not offered; its members stay.")
    )

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")

    def __str__(self) -> str:
        return self.name


class TierPrice(models.Model):
    """What a tier costs in one currency and interval: a floor, and the amounts that are suggested."""

    tier: models.ForeignKey[Tier, Tier] = ParentalKey(  # type: ignore[assignment]  # it gives what a foreign key gives
        Tier, on_delete=models.CASCADE, related_name="prices"
    )
    currency = models.CharField(_("currency"), max_length=3)
    interval = models.CharField(_("how often"), max_length=5, choices=INTERVALS)
    floor_minor = models.PositiveBigIntegerField(_("lowest amount"))
    suggested_minor = models.JSONField(_("suggested amounts"), default=list, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=("tier", "currency", "interval"), name="community_one_price"),
            models.CheckConstraint(condition=Q(floor_minor__gt=0), name="community_floor_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.interval}"

    @property
    def floor(self) -> Money:
        """The lowest amount that may be paid."""
        return Money(self.floor_minor, self.currency)

    @property
    def suggested(self) -> tuple[Money, ...]:
        """The amounts that are suggested, smallest first; where staff set none, those that the floor suggests."""
        own = tuple(Money(minor, self.currency) for minor in self.suggested_minor)
        return own or suggest_amounts(floor=self.floor)


class PaymentFee(models.Model):
    """What the provider keeps of a payment in one currency; with it, readers may choose to add it to theirs."""

    currency = models.CharField(_("currency"), max_length=3, unique=True, help_text=_("Three letters, as USD."))
    percent = models.DecimalField(
        _("percent"),
        max_digits=4,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(50)],
        help_text=_("Of each payment, as 2.9."),
    )
    fixed_minor = models.PositiveIntegerField(
        _("fixed sum, in minor units"), default=0, help_text=_("Of each payment besides, as 30 for 30 cents.")
    )

    class Meta:
        ordering = ("currency",)
        verbose_name = _("payment fee")
        verbose_name_plural = _("payment fees")

    def __str__(self) -> str:
        return self.currency

    def clean(self) -> None:
        """Refuse a currency that does not exist, and write it in capitals."""
        self.currency = self.currency.upper()
        if self.currency not in CURRENCIES:
            raise ValidationError({"currency": _("There is no such currency.")})

    @property
    def fee(self) -> Fee:
        """The fee as the rules count with it."""
        return Fee(int(self.percent * 100), Money(self.fixed_minor, self.currency))


class MembershipSource(models.TextChoices):
    """Where a membership comes from."""

    PAID = "paid", _("Paid")
    COMP = "comp", _("Given by staff")
    GIFT = "gift", _("Given by a reader")
    SOLIDARITY = "solidarity", _("From the solidarity pool")


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships."""

    def paid(self) -> MembershipQuerySet:
        """Keep those that a subscription pays for."""
        return self.filter(source=MembershipSource.PAID)

    def granted(self) -> MembershipQuerySet:
        """Keep those that were given."""
        return self.exclude(source=MembershipSource.PAID)

    def live(self) -> MembershipQuerySet:
        """Keep those that have not ended."""
        return self.exclude(state=PledgeState.ENDED.value)


class Membership(models.Model):
    """One person's standing support, as the provider's subscription tells it, or as it was given.

    One that was given has no subscription and no amount, and stands as ending from its first day.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="memberships"
    )
    tier = models.ForeignKey(Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="memberships")
    subscription = models.OneToOneField(
        "payments.Subscription", null=True, blank=True, on_delete=models.PROTECT, related_name="membership"
    )
    source = models.CharField(
        _("source"), max_length=10, choices=MembershipSource.choices, default=MembershipSource.PAID
    )
    amount_minor = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    interval = models.CharField(_("how often"), max_length=5, choices=INTERVALS)
    state = models.CharField(_("state"), max_length=10, choices=STATES, db_index=True)
    paid_until = models.DateTimeField(
        _("paid until"), null=True, blank=True, help_text=_("Empty where everything that was paid went back.")
    )
    since = models.DateTimeField(_("member since"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("-since", "-pk")
        verbose_name = _("membership")
        verbose_name_plural = _("members")
        permissions = [
            ("look_up_people", _("Can look people up and see their whole story")),
            ("comp_person", _("Can give memberships")),
            ("refund_payment", _("Can send payments back")),
            ("resend_letter", _("Can send letters again")),
            ("cancel_membership", _("Can end memberships")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("person",),
                condition=~Q(state=PledgeState.ENDED.value),
                name="community_one_live_membership",
            ),
            models.CheckConstraint(
                condition=Q(source="paid") | Q(subscription__isnull=True, amount_minor=0),
                name="community_granted_costs_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.tier}"

    @property
    def amount(self) -> Money:
        """What is paid each time."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.state != PledgeState.ENDED.value

    @property
    def is_granted(self) -> bool:
        """Whether it was given, so that nothing is ever charged for it."""
        return self.source != MembershipSource.PAID

    @property
    def is_ending(self) -> bool:
        """Whether it was asked to end and the paid time still runs."""
        return self.state == PledgeState.ENDING.value


REASON_LENGTH = 500


class EndReason(models.Model):
    """Why somebody ends a membership, as far as they care to say."""

    class Why(models.TextChoices):
        """The reasons to choose between."""

        MONEY = "money", _("It is too much money for me just now")
        READING = "reading", _("I read too little of it")
        REPORTING = "reporting", _("I do not agree with the reporting")
        BENEFITS = "benefits", _("The benefits are not for me")
        TROUBLE = "trouble", _("Something did not work")
        OTHER = "other", _("Something else")

    membership = models.OneToOneField(
        Membership, verbose_name=_("membership"), on_delete=models.CASCADE, related_name="end_reason"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="end_reasons"
    )
    why = models.CharField(_("reason"), max_length=10, choices=Why.choices, blank=True)
    words = models.CharField(_("in their words"), max_length=REASON_LENGTH, blank=True)
    said_at = models.DateTimeField(_("said"))

    class Meta:
        ordering = ("-said_at",)
        verbose_name = _("reason to end")
        verbose_name_plural = _("reasons to end")

    def __str__(self) -> str:
        return self.get_why_display() or self.words[:40]


class SurplusSubscription(models.Model):
    """A second paid subscription of somebody who is a member already: it is ended, and staff are told.

    It is no membership, but what it paid for is given: its paid time entitles like any other.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="surplus_subscriptions",
    )
    tier = models.ForeignKey(Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="+")
    subscription = models.OneToOneField("payments.Subscription", on_delete=models.PROTECT, related_name="surplus")
    paid_until = models.DateTimeField(_("paid until"), null=True, blank=True)
    noticed_at = models.DateTimeField(_("noticed"))
    end_asked_at = models.DateTimeField(_("end asked of the provider"), null=True, blank=True)

    class Meta:
        ordering = ("-noticed_at",)
        verbose_name = _("double payment")
        verbose_name_plural = _("double payments")

    def __str__(self) -> str:
        return f"{self.person} · {self.tier}"


@register_setting(icon="group", order=30)
class CommunitySettings(BaseSiteSetting):
    """How this site treats who supports it."""

    supporters_rest_days = models.PositiveSmallIntegerField(
        _("days in peace after a single gift"),
        default=90,
        validators=[MaxValueValidator(730)],
        help_text=_("Who gave once is asked nothing for so many days, in the browser in which they gave or sign in."),
    )

    class Meta:
        verbose_name = _("community settings")


class Contribution(models.Model):
    """A one-time payment: thanked, counted, and no membership."""

    payment = models.OneToOneField("payments.Payment", on_delete=models.CASCADE, related_name="contribution")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contributions",
    )
    given_at = models.DateTimeField(_("given"))

    class Meta:
        ordering = ("-given_at",)
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")

    def __str__(self) -> str:
        return f"{self.person} · {self.given_at:%Y-%m-%d}"


from masthead.community.care.models import Erasure  # noqa: E402  Django finds an app's models here
from masthead.community.offering.models import Offer, Redemption  # noqa: E402  Django finds an app's models here

__all__ = [
    "REASON_LENGTH",
    "CommunitySettings",
    "Contribution",
    "EndReason",
    "Erasure",
    "Membership",
    "MembershipSource",
    "Offer",
    "PaymentFee",
    "Redemption",
    "SurplusSubscription",
    "Tier",
    "TierPrice",
]
