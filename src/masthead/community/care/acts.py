"""What staff do for a member: give, take back, send back, send again, end. Each is noted in the history."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _

from masthead.accounts.models import User
from masthead.community import operations
from masthead.community.care.log import note
from masthead.community.models import Membership, MembershipSource, Tier
from masthead.community.queries import get_membership
from masthead.letters.models import Letter
from masthead.letters.operations import queue_letter
from masthead.payments import operations as payments
from masthead.payments.letters import RECEIPT
from masthead.payments.models import Payment
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money


class ChangedMeanwhile(MastheadError):
    """What the page said is not so any more."""

    code: ClassVar[str] = "changed_meanwhile"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say what to do."""
        return _("This has changed since you opened the page. Nothing was done; please look again.")


class NotResendable(MastheadError):
    """This letter cannot be sent again."""

    code: ClassVar[str] = "not_resendable"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say why."""
        return _("A letter with a code is sent once, and one that is about to be erased is not sent again.")


@transaction.atomic
def comp(person: User, *, tier: Tier, until: datetime, by: User, now: datetime) -> Membership:
    """Give a membership, or prolong one that was given. Safe to repeat. Raises BadGrant, AlreadyMember."""
    before = get_membership(person)
    seen = (before.pk, before.tier_id, before.ends_at) if before else None
    given = operations.grant_membership(person, tier=tier, until=until, source=MembershipSource.COMP, now=now)
    if (given.pk, given.tier_id, given.ends_at) != seen:
        note(person, "comp", by=by, tier=tier.key, until=f"{given.ends_at:%Y-%m-%d}")
    return given


@transaction.atomic
def revoke(person: User, *, by: User, now: datetime) -> None:
    """Take a given membership back at once. Safe to repeat. Raises NothingToEnd, NotGranted."""
    membership = get_membership(person)
    if membership is None:
        raise operations.NothingToEnd
    was_live = membership.is_live
    operations.revoke_membership(membership, now=now)
    if was_live:
        note(person, "revoke", by=by)


def refund(payment: Payment, amount: Money, *, left: int, by: User, now: datetime) -> Payment:
    """Send `amount` of a payment back, of which `left` (minor units) was left when the page was made.

    Done twice from one page it is done once: the second time less is left. Raises ChangedMeanwhile, and what
    `payments.refund_payment` raises.
    """
    payment.refresh_from_db()
    if payment.kept.minor != left:
        raise ChangedMeanwhile
    payment = payments.refund_payment(payment, amount=amount, now=now)
    if payment.person is not None:
        note(payment.person, "refund", by=by, payment=payment.pk, minor=amount.minor, currency=amount.currency)
    return payment


def is_resendable(letter: Letter) -> bool:
    """Return whether a letter may go out once more: receipts and letters of belonging, no codes."""
    return letter.kind in RESENDABLE


RESENDABLE = frozenset({RECEIPT, "thanks", "thanks_once", "renewal_ahead", "amount_changed", "paused", "ended"})


@transaction.atomic
def resend(letter: Letter, person: User, *, token: str, by: User, now: datetime) -> Letter:
    """Send the same letter once more, to the present address. The same `token` (of the page) sends it once.

    Raises NotResendable.
    """
    if not is_resendable(letter) or not person.is_active:
        raise NotResendable
    key = f"resent:{letter.pk}:{token}"
    is_new = not Letter.objects.filter(unique_key=key).exists()
    again = queue_letter(
        kind=letter.kind,
        to=person.email,
        context=letter.context,
        language=letter.language,
        unique_key=key,
        now=now,
    )
    if is_new:
        note(person, "resend", by=by, letter=letter.pk, reason="resent")
    return again


def cancel(person: User, *, at_once: bool, by: User, now: datetime) -> Membership:
    """End the membership somebody pays for, with the paid time or at once. Safe to repeat.

    At once, what is paid for stays theirs until it is sent back. Raises NothingToEnd, and what the provider raises.
    """
    membership = get_membership(person)
    if membership is None or membership.subscription is None:
        raise operations.NothingToEnd
    was = membership.state
    if membership.is_live and at_once:
        payments.cancel_subscription(membership.subscription, now=now)
        operations.project_membership(membership.subscription, now=now)
    elif membership.is_live:
        operations.end_membership(person, now=now)
    membership.refresh_from_db()
    if membership.state != was:
        note(person, "cancel", by=by, at_once=at_once)
    return membership
