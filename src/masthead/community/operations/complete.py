"""What follows a payment: the membership or contribution, and the letter of thanks."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import transaction

from masthead.community.letters import is_thanked, queue_thanks
from masthead.community.models import Contribution
from masthead.community.operations.project import project_membership
from masthead.payments import operations as payments
from masthead.payments.models import Checkout, CheckoutState, Payment
from masthead.rules.errors import MastheadError
from masthead.rules.pledges import Interval


class NotPaid(MastheadError):
    """This checkout has not been paid."""

    code: ClassVar[str] = "not_paid"
    status: ClassVar[int] = 409


def settle_joining(checkout: Checkout, *, now: datetime) -> Checkout:
    """Read from the provider, at most once, what has come of a checkout, complete it if it was paid, and return it.

    A provider that does not answer leaves the checkout open. Safe to repeat, before and after the provider's message.
    """
    if checkout.state == CheckoutState.OPEN:
        try:
            checkout = payments.settle_checkout(checkout, now=now)
        except MastheadError as error:
            if not error.retriable:
                raise
    if checkout.state == CheckoutState.COMPLETED and not is_thanked(checkout):
        complete_joining(checkout, now=now)
    return checkout


def complete_joining(checkout: Checkout, *, now: datetime) -> None:
    """Begin what the checkout paid for, and queue the letter of thanks, in one transaction.

    Safe to repeat: one membership or contribution, one letter. Raises NotPaid unless the checkout is completed.
    """
    if checkout.state != CheckoutState.COMPLETED or checkout.person_id is None:
        raise NotPaid
    with transaction.atomic():
        if checkout.interval == Interval.ONCE:
            for payment in Payment.objects.filter(checkout=checkout):
                record_contribution(payment)
        elif checkout.subscription is not None:
            project_membership(checkout.subscription, now=now)
        queue_thanks(checkout, now=now)


def project_payment(payment: Payment, *, now: datetime) -> None:
    """Bring what a payment is for in step with it: its membership, or its contribution. Safe to repeat."""
    if payment.subscription is not None:
        project_membership(payment.subscription, now=now)
    elif payment.checkout is not None and payment.checkout.interval == Interval.ONCE:
        record_contribution(payment)


def record_contribution(payment: Payment) -> Contribution:
    """Return the contribution of a one-time payment, made if it is new. Safe to repeat."""
    contribution, _is_new = Contribution.objects.get_or_create(
        payment=payment, defaults={"person_id": payment.person_id, "given_at": payment.paid_at}
    )
    return contribution
