"""What members change by themselves: the amount, the end, the end taken back."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from masthead.accounts.models import User
from masthead.community.models import Membership
from masthead.community.offers import get_ceiling
from masthead.community.operations.project import project_membership
from masthead.community.queries import get_membership, get_price_of_membership
from masthead.payments import operations as payments
from masthead.payments.models import Subscription
from masthead.rules.asking import check_amount
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money


class NothingToEnd(MastheadError):
    """There is no membership to end."""

    code: ClassVar[str] = "nothing_to_end"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say so in the reader's language."""
        return _("You have no membership that could be ended.")


class NotChangeable(MastheadError):
    """This membership cannot be changed."""

    code: ClassVar[str] = "not_changeable"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say so in the reader's language."""
        return _("Your membership has ended, or is about to end. Take the end back or join again first.")


def get_floor(membership: Membership) -> Money:
    """Return the lowest amount that the member may change to: the present one where the price is not there any more."""
    price = get_price_of_membership(membership)
    return price.floor if price else membership.amount


def change_amount(person: User, *, amount: Money, now: datetime) -> Membership:
    """Have another amount charged from the next period on, and return the person's membership.

    Safe to repeat. Raises AmountBelowFloor and AmountAboveCeiling, NotChangeable for a membership that is over or
    ending, and what the provider raises.
    """
    membership, subscription = _get_live(person, otherwise=NotChangeable)
    if membership.is_ending:
        raise NotChangeable
    if amount == membership.amount:
        return membership
    floor = get_floor(membership)
    check_amount(amount, floor, get_ceiling(floor))
    payments.change_amount(subscription, amount, now=now)
    return _project(membership, subscription, now=now)


def end_membership(person: User, *, now: datetime) -> Membership:
    """End the person's membership when the paid time is over, and return it. Safe to repeat. Raises NothingToEnd."""
    membership, subscription = _get_live(person, otherwise=NothingToEnd)
    if membership.is_ending:
        return membership
    payments.end_subscription(subscription, now=now)
    return _project(membership, subscription, now=now)


def keep_membership(person: User, *, now: datetime) -> Membership:
    """Take back an end that has not come yet, and return the membership. Safe to repeat. Raises NotChangeable."""
    membership, subscription = _get_live(person, otherwise=NotChangeable)
    if not membership.is_ending:
        return membership
    payments.take_back_end(subscription, now=now)
    return _project(membership, subscription, now=now)


def _get_live(person: User, *, otherwise: type[MastheadError]) -> tuple[Membership, Subscription]:
    membership = get_membership(person)
    if membership is None or not membership.is_live or membership.subscription is None:
        raise otherwise
    return membership, membership.subscription


def _project(membership: Membership, subscription: Subscription, *, now: datetime) -> Membership:
    return project_membership(subscription, now=now) or membership
