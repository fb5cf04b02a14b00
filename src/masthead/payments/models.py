"""The rows of money: what was asked, what the provider says stands, what was paid, and the inbox of its messages."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from masthead.payments.bookkeeping import Difference, DifferenceKind, ReconciliationRun, ReconciliationSum, RunState
from masthead.payments.shield_models import Burst, CardPause, SpentProof
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

__all__ = [
    "INTERVALS",
    "STANDING_INTERVALS",
    "Burst",
    "CardPause",
    "Checkout",
    "CheckoutState",
    "Difference",
    "DifferenceKind",
    "EventOutcome",
    "FailedAttempt",
    "Payment",
    "ProviderEvent",
    "ReconciliationRun",
    "ReconciliationSum",
    "RunState",
    "SpentProof",
    "Subscription",
    "SubscriptionStatus",
]

INTERVALS = [
    (Interval.MONTH.value, _("every month")),
    (Interval.YEAR.value, _("every year")),
    (Interval.ONCE.value, _("once")),
]
STANDING_INTERVALS = [Interval.MONTH.value, Interval.YEAR.value]


class CheckoutState(models.TextChoices):
    """Where a checkout stands."""

    OPEN = "open", _("Open")
    COMPLETED = "completed", _("Completed")
    EXPIRED = "expired", _("Expired")
    FAILED = "failed", _("Failed")


class SubscriptionStatus(models.TextChoices):
    """Where a subscription stands with the provider."""

    INCOMPLETE = "incomplete", _("Not paid yet")
    ACTIVE = "active", _("Active")
    PAST_DUE = "past_due", _("Payment failed")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


class Checkout(models.Model):
    """One order of one reader, from the moment it is sent to the provider.

    It is the root of everything that its order brings: subscription and payments are projected under the lock of this
    row. `first_minor` is what the first payment has to come to where an offer makes it another than the amount: 0
    where days to try come first. `version` counts the readings of the provider that were written under it, and guards
    each against being older than what stands; `is_announced` is whether the signals of the last change were sent.
    `network` and `account` are keyed hashes of where it was begun and of who was signed in, kept until it is over.
    `counted_at` is when the shield counted it as begun and not paid, null once that is forgiven; `declines` are the
    cards that were declined.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="checkouts"
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    product = models.CharField(max_length=100)
    product_name = models.CharField(max_length=200)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    first_minor = models.PositiveBigIntegerField(null=True, blank=True)
    interval = models.CharField(max_length=10, choices=INTERVALS)
    state = models.CharField(max_length=10, choices=CheckoutState.choices, default=CheckoutState.OPEN)
    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=255, blank=True)
    url = models.TextField(blank=True)
    token = models.CharField(max_length=1000, blank=True)
    language = models.CharField(max_length=12, default="en")
    network = models.CharField(max_length=64, blank=True)
    account = models.CharField(max_length=64, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    declines = models.PositiveIntegerField(default=0)
    subscription = models.ForeignKey(
        "Subscription", null=True, blank=True, on_delete=models.PROTECT, related_name="checkouts"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    is_announced = models.BooleanField(default=True)
    is_completion_announced = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")
        ordering = ("-created_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~Q(reference=""), name="payments_one_checkout_a_reference"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_checkout_above_zero"),
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(completed_at__isnull=False), name="payments_completed_has_a_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state="open"), name="payments_open_checkouts"),
            models.Index(fields=["id"], condition=Q(is_announced=False), name="payments_unannounced"),
        ]

    def __str__(self) -> str:
        """Return what was ordered."""
        return f"{self.product_name}, {self.amount} {self.interval}"

    @property
    def amount(self) -> Money:
        """What was asked."""
        return Money(self.amount_minor, self.currency)

    @property
    def first(self) -> Money:
        """What the first payment has to come to."""
        return self.amount if self.first_minor is None else Money(self.first_minor, self.currency)

    @property
    def is_completed(self) -> bool:
        """Whether it was paid."""
        return self.state == CheckoutState.COMPLETED


class Subscription(models.Model):
    """The mirror of the provider's subscription.

    `settled_until` is the end of the last period that the provider has settled. `paid_until` is that as well, unless
    what paid for it went back: then the end of what remains paid, None where nothing does. It alone entitles.
    `is_underpaid` marks one whose first payment was below what was ordered: it has no `paid_until`. What begins with
    `next_` takes the place of the present plan at `next_at`.
    """

    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=255)
    customer = models.CharField(max_length=255, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="subscriptions"
    )
    product = models.CharField(max_length=100)
    product_name = models.CharField(max_length=200)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    interval = models.CharField(max_length=10, choices=INTERVALS)
    status = models.CharField(max_length=12, choices=SubscriptionStatus.choices)
    settled_until = models.DateTimeField(null=True, blank=True)
    paid_until = models.DateTimeField(null=True, blank=True)
    next_product = models.CharField(max_length=100, blank=True)
    next_product_name = models.CharField(max_length=200, blank=True)
    next_amount_minor = models.PositiveBigIntegerField(null=True, blank=True)
    next_interval = models.CharField(max_length=10, blank=True, choices=INTERVALS)
    next_at = models.DateTimeField(null=True, blank=True)
    resumes_at = models.DateTimeField(null=True, blank=True)
    card_label = models.CharField(max_length=40, blank=True)
    card_expires_on = models.DateField(null=True, blank=True)
    cancel_at_period_end = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    is_underpaid = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ("-started_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="payments_one_subscription_a_reference"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_subscription_above_zero"),
            models.CheckConstraint(condition=Q(interval__in=STANDING_INTERVALS), name="payments_subscription_stands"),
            models.CheckConstraint(
                condition=Q(is_underpaid=False) | Q(paid_until__isnull=True), name="payments_underpaid_entitles_nobody"
            ),
            models.CheckConstraint(
                condition=~Q(status="ended") | Q(ended_at__isnull=False), name="payments_ended_has_a_moment"
            ),
        ]

    def __str__(self) -> str:
        """Return what is paid, and how it stands."""
        return f"{self.product_name}, {self.amount} {self.interval}, {self.status}"

    @property
    def amount(self) -> Money:
        """What is paid each period."""
        return Money(self.amount_minor, self.currency)

    @property
    def next_amount(self) -> Money | None:
        """What is paid each period from `next_at` on, None where no change is planned."""
        return None if self.next_amount_minor is None else Money(self.next_amount_minor, self.currency)

    @property
    def was_paid(self) -> bool:
        """Whether it ever paid for anything; one that never did is no membership."""
        return self.paid_until is not None


class Payment(models.Model):
    """One line of the ledger: money that arrived, and how much of it went back.

    Nothing in it names a person but the keys to other rows; with those set to null it stays what the books need.
    """

    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=255)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="payments"
    )
    checkout = models.ForeignKey(Checkout, null=True, blank=True, on_delete=models.SET_NULL, related_name="payments")
    subscription = models.ForeignKey(
        Subscription, null=True, blank=True, on_delete=models.SET_NULL, related_name="payments"
    )
    product = models.CharField(max_length=100)
    product_name = models.CharField(max_length=200)
    amount_minor = models.PositiveBigIntegerField()
    refunded_minor = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2, blank=True)
    paid_at = models.DateTimeField()
    refunded_at = models.DateTimeField(null=True, blank=True)
    covers_until = models.DateTimeField(null=True, blank=True)
    token = models.CharField(max_length=1000, blank=True)
    is_underpaid = models.BooleanField(default=False)
    is_announced = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-paid_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="payments_one_payment_a_reference"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payment_above_zero"),
            models.CheckConstraint(
                condition=Q(refunded_minor__lte=F("amount_minor")), name="payments_refund_within_payment"
            ),
        ]
        indexes = [
            models.Index(fields=["paid_at"], name="payments_by_time"),
            models.Index(fields=["checkout"], condition=Q(is_announced=False), name="payments_to_announce"),
        ]

    def __str__(self) -> str:
        """Return what was paid, and when."""
        return f"{self.amount}, {self.paid_at:%Y-%m-%d}"

    @property
    def amount(self) -> Money:
        """What arrived."""
        return Money(self.amount_minor, self.currency)

    @property
    def refunded(self) -> Money:
        """What went back."""
        return Money(self.refunded_minor, self.currency)

    @property
    def kept(self) -> Money:
        """What arrived and stayed."""
        return self.amount - self.refunded


class EventOutcome(models.TextChoices):
    """What became of a message of the provider."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FOREIGN = "foreign", _("Not one of ours")
    IGNORED = "ignored", _("Of no concern")


class ProviderEvent(models.Model):
    """The inbox: each message of a provider once, as a hint of what to read again.

    The body is not kept: it would carry personal data, and what counts is read from the provider anyway. Of a payment
    that failed, `order` is the checkout that it names, and `card` the keyed hash of its card, until it is counted.
    """

    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=255)
    kind = models.CharField(max_length=100)
    subject = models.CharField(max_length=20, blank=True)
    subject_reference = models.CharField(max_length=255, blank=True)
    order = models.CharField(max_length=64, blank=True)
    card = models.CharField(max_length=64, blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    is_failure = models.BooleanField(default=False)
    source = models.CharField(max_length=10, choices=[("webhook", _("Webhook")), ("listing", _("Listing"))])
    outcome = models.CharField(max_length=10, choices=EventOutcome.choices, default=EventOutcome.WAITING)
    done_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("message of a provider")
        verbose_name_plural = _("messages of providers")
        ordering = ("-received_at", "-pk")
        permissions = [("replay_event", _("Can replay messages of providers"))]
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="payments_each_event_once"),
            models.CheckConstraint(
                condition=Q(outcome="waiting", done_at__isnull=True) | ~Q(outcome="waiting") & Q(done_at__isnull=False),
                name="payments_event_done_has_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(outcome="waiting"), name="payments_waiting_events"),
            models.Index(fields=["subject_reference"], condition=Q(outcome="waiting"), name="payments_waiting_beside"),
        ]

    def __str__(self) -> str:
        """Return what happened."""
        return f"{self.kind} {self.reference}"


class FailedAttempt(models.Model):
    """How often paying failed lately, by the hour: for an address, account, network or card (hashed), or the site."""

    subject = models.CharField(max_length=64)
    hour = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("failed attempt")
        verbose_name_plural = _("failed attempts")
        ordering = ("-hour", "subject")
        constraints = [models.UniqueConstraint(fields=["subject", "hour"], name="payments_one_count_an_hour")]
        indexes = [models.Index(fields=["hour"], name="payments_attempts_by_hour")]

    def __str__(self) -> str:
        """Return how many in which hour."""
        return f"{self.failures} at {self.hour:%Y-%m-%d %H}:00"
