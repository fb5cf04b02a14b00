"""What members change by themselves: the end, and the end taken back."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from masthead.accounts.models import User
from masthead.community.models import REASON_LENGTH, EndReason, Membership
from masthead.community.operations.project import project_membership
from masthead.community.queries import get_membership
from masthead.payments import operations as payments
from masthead.payments.models import Subscription
from masthead.rules.errors import MastheadError


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


def end_membership(person: User, *, now: datetime) -> Membership:
    """End the person's membership when the paid time is over, and return it. Safe to repeat. Raises NothingToEnd."""
    membership, subscription = get_live(person, otherwise=NothingToEnd)
    if membership.is_ending:
        return membership
    payments.end_subscription(subscription, now=now)
    return _project(membership, subscription, now=now)


def note_reason(person: User, why: str, words: str, *, now: datetime) -> None:
    """Keep why somebody ends a membership, if they say so; what is no reason of ours is left out. Safe to repeat."""
    membership = get_membership(person)
    known = why if why in EndReason.Why.values else ""
    said = " ".join(words.split())[:REASON_LENGTH]
    if membership is None or not membership.is_live or not (known or said):
        return
    EndReason.objects.update_or_create(
        membership=membership, defaults={"person": person, "why": known, "words": said, "said_at": now}
    )


def keep_membership(person: User, *, now: datetime) -> Membership:
    """Take back an end that has not come yet, and return the membership. Safe to repeat. Raises NotChangeable."""
    membership, subscription = get_live(person, otherwise=NotChangeable)
    if not membership.is_ending:
        return membership
    payments.take_back_end(subscription, now=now)
    return _project(membership, subscription, now=now)


def get_live(person: User, *, otherwise: type[MastheadError]) -> tuple[Membership, Subscription]:
    """Return the membership that the person pays for with its subscription; raises `otherwise` where there is none."""
    membership = get_membership(person)
    if membership is None or not membership.is_live or membership.subscription is None:
        raise otherwise
    return membership, membership.subscription


def _project(membership: Membership, subscription: Subscription, *, now: datetime) -> Membership:
    return project_membership(subscription, now=now) or membership
