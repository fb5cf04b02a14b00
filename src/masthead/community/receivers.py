"""What belonging does when payments or accounts have news. Every receiver may be called again for the same news."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from masthead.community import operations
from masthead.community.middleware import CLEAR, FLAG, ISSUE
from masthead.payments.models import Checkout, Payment, Subscription
from masthead.payments.signals import checkout_completed, payment_failed, payment_recorded, subscription_changed


@receiver(subscription_changed, dispatch_uid="community.subscription_changed")
def project_changed_subscription(*, subscription_id: int, **_kwargs: Any) -> None:
    """Bring the membership in step with the subscription."""
    operations.project_membership(Subscription.objects.get(pk=subscription_id), now=timezone.now())


@receiver(checkout_completed, dispatch_uid="community.checkout_completed")
def complete_joining(*, checkout_id: UUID, **_kwargs: Any) -> None:
    """Begin what was paid for, and thank for it."""
    operations.complete_joining(Checkout.objects.get(pk=checkout_id), now=timezone.now())


@receiver(payment_recorded, dispatch_uid="community.payment_recorded")
def project_recorded_payment(*, payment_id: int, **_kwargs: Any) -> None:
    """Record a contribution, or bring the membership that was paid for in step (a refund comes this way)."""
    operations.project_payment(Payment.objects.get(pk=payment_id), now=timezone.now())


@receiver(payment_failed, dispatch_uid="community.payment_failed")
def tell_of_failed_payment(*, subscription_id: int, **_kwargs: Any) -> None:
    """Write the first letter about it; the calendar brings the others."""
    operations.tell_of_failed_payment(subscription_id, now=timezone.now())


@receiver(user_logged_in, dispatch_uid="community.user_logged_in")
def flag_sign_in(*, request: HttpRequest | None, **_kwargs: Any) -> None:
    """Have the pass put on this answer."""
    if request is not None:
        setattr(request, FLAG, ISSUE)


@receiver(user_logged_out, dispatch_uid="community.user_logged_out")
def flag_sign_out(*, request: HttpRequest | None, **_kwargs: Any) -> None:
    """Have the pass taken away with this answer."""
    if request is not None:
        setattr(request, FLAG, CLEAR)
