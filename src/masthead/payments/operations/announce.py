"""Tell upward what changed, until every receiver has heard it."""

from __future__ import annotations

from uuid import UUID

from masthead.payments.models import Checkout, Payment, SubscriptionStatus
from masthead.payments.signals import checkout_completed, payment_failed, payment_recorded, subscription_changed


def announce(checkout_id: UUID) -> None:
    """Send the signals of the last change of a checkout and what it brought, then mark them as sent.

    Must run outside any transaction. Raises what a receiver raises, and then leaves everything unmarked: whoever
    comes next (the job again, the return page, the reconciliation) announces again. Safe to repeat.
    """
    checkout = Checkout.objects.select_related("subscription").get(pk=checkout_id)
    subscription = checkout.subscription
    if not checkout.is_announced and subscription is not None:
        subscription_changed.send(sender=type(subscription), subscription_id=subscription.pk)
        if subscription.status == SubscriptionStatus.PAST_DUE:
            payment_failed.send(sender=type(subscription), subscription_id=subscription.pk)
    payments = list(Payment.objects.filter(checkout=checkout, is_announced=False).order_by("paid_at", "pk"))
    for payment in payments:
        payment_recorded.send(sender=Payment, payment_id=payment.pk)
    if checkout.is_completed and not checkout.is_completion_announced:
        checkout_completed.send(sender=Checkout, checkout_id=checkout.pk)
        Checkout.objects.filter(pk=checkout.pk).update(is_completion_announced=True)
    for payment in payments:
        Payment.objects.filter(pk=payment.pk, refunded_minor=payment.refunded_minor).update(is_announced=True)
    # Something newer was written meanwhile? Then its own writer announces it.
    Checkout.objects.filter(pk=checkout.pk, version=checkout.version).update(is_announced=True)
