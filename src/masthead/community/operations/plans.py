"""Another plan, and a pause: what members change by themselves, with the provider doing it first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.utils.translation import gettext as _

from masthead.accounts.models import User
from masthead.community.letters import queue_changed, queue_paused
from masthead.community.models import Membership, Tier, TierPrice
from masthead.community.offers import get_ceiling
from masthead.community.operations.manage import NotChangeable, get_live
from masthead.community.operations.project import project_membership
from masthead.payments import operations as payments
from masthead.payments.models import Subscription
from masthead.rules.asking import check_amount
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money
from masthead.rules.plans import add_months, begins_now
from masthead.rules.pledges import Interval, PledgeState

PAUSES: Final = (1, 2, 3)
# A pause ends a day before the charge that it does not hold back any more.
MARGIN: Final = timedelta(days=1)


class NotOffered(MastheadError):
    """This tier cannot be had like this."""

    code: ClassVar[str] = "not_offered"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say so in the reader's language."""
        return _("What you chose is not offered. Please choose again.")


class PaymentDue(MastheadError):
    """The last payment failed, so that nothing more can be charged."""

    code: ClassVar[str] = "payment_due"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say what to do first."""
        return _("The last payment did not go through. Please change your card first.")


class NotPausable(MastheadError):
    """Only what is charged each month can pause."""

    code: ClassVar[str] = "not_pausable"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say so in the reader's language."""
        return _("Only a membership that is paid every month, and is paid up, can pause, for one, two or three months.")


def find_floor(membership: Membership, tier: Tier, interval: Interval) -> Money:
    """Return the lowest amount at which the member may have this tier. Raises NotOffered.

    The present plan stays to be had at its present amount, whatever staff have taken away.
    """
    prices = TierPrice.objects.filter(tier=tier, currency=membership.currency, interval=interval)
    price = prices.filter(tier__active=True).first()
    is_present = tier.pk == membership.tier_id and interval == membership.interval
    if price is None and is_present:
        price = prices.first()
    if price is not None:
        return price.floor
    if is_present:
        return membership.amount
    raise NotOffered


def is_change_now(membership: Membership, tier: Tier, amount: Money, interval: Interval) -> bool:
    """Return whether a change to this begins at once. Raises CurrencyMismatch.

    Within an interval a lower tier waits for the next period, and a higher one for the same amount does not.
    """
    before = Interval(membership.interval)
    steps = (tier.order or 0) - (membership.tier.order or 0)
    if before is interval and steps < 0:
        return False
    if before is interval and amount == membership.amount:
        return steps > 0
    return begins_now(membership.amount, amount, before=before, after=interval)


def change_plan(person: User, *, tier: Tier, interval: Interval, amount: Money, now: datetime) -> Membership:
    """Change what the person gives, up at once and down from the next period on; a letter says so.

    The present plan takes back a change that was planned. Safe to repeat. Raises NotChangeable, NotOffered,
    PaymentDue, AmountBelowFloor and AmountAboveCeiling, and what the provider raises: PaymentsRefused for a card that
    is declined, and nothing has changed.
    """
    membership, subscription = get_live(person, otherwise=NotChangeable)
    if membership.state not in {PledgeState.ACTIVE, PledgeState.PAST_DUE}:
        raise NotChangeable
    floor = find_floor(membership, tier, interval)
    check_amount(amount, floor, get_ceiling(floor))
    is_present = (tier.pk, interval, amount) == (membership.tier_id, membership.interval, membership.amount)
    if is_present and subscription.next_at is None:
        return membership
    at_once = not is_present and is_change_now(membership, tier, amount, interval)
    if at_once and membership.state == PledgeState.PAST_DUE:
        raise PaymentDue
    payments.change_plan(
        subscription,
        product=tier.key,
        product_name=tier.name,
        amount=amount,
        interval=interval,
        at_once=at_once,
        now=now,
    )
    changed = project_membership(subscription, now=now) or membership
    if not is_present:
        queue_changed(changed, tier=tier, amount=amount, interval=interval, now=now)
    return changed


def pause_membership(person: User, *, months: int, now: datetime) -> Membership:
    """Leave out so many monthly charges, and write of it. Safe to repeat. Raises NotChangeable, NotPausable."""
    membership, subscription = get_live(person, otherwise=NotChangeable)
    if membership.state == PledgeState.PAUSED:
        return membership
    is_monthly = membership.interval == Interval.MONTH and membership.paid_until is not None
    if membership.state != PledgeState.ACTIVE or not is_monthly or months not in PAUSES:
        raise NotPausable
    if subscription.next_at is not None:
        raise NotPausable
    resumes_at = say_resumption(membership, months)
    payments.pause(subscription, until=resumes_at - MARGIN, now=now)
    paused = project_membership(subscription, now=now) or membership
    queue_paused(paused, resumes_at=resumes_at, now=now)
    return paused


def say_resumption(membership: Membership, months: int) -> datetime:
    """Return the day of the first charge after a pause of so many months."""
    return add_months(membership.paid_until or membership.since, months)


def resume_membership(person: User, *, now: datetime) -> Membership:
    """End a pause before its time. Safe to repeat. Raises NotChangeable, and what the provider raises."""
    membership, subscription = get_live(person, otherwise=NotChangeable)
    if membership.state != PledgeState.PAUSED:
        return membership
    payments.resume(subscription, now=now)
    return project_membership(subscription, now=now) or membership


def refresh(person: User, *, now: datetime) -> Subscription:
    """Read the person's subscription from the provider anew, as after a change of card. Raises NotChangeable."""
    _membership, subscription = get_live(person, otherwise=NotChangeable)
    payments.project_subscription(subscription.provider, subscription.reference, now=now)
    subscription.refresh_from_db()
    project_membership(subscription, now=now)
    return subscription
