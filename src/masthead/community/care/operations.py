"""What staff do for a person. Each is written into the audit log, with ids and sums and nobody's name."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from masthead.accounts.mail import CONFIRM_ADDRESS, SIGN_IN_CODE
from masthead.accounts.models import User
from masthead.community.models import Membership, MembershipSource, Tier
from masthead.community.operations.grant import grant_membership, revoke_membership
from masthead.community.operations.manage import NothingToEnd, end_membership
from masthead.community.operations.project import project_membership
from masthead.community.queries import get_membership
from masthead.letters.models import Letter
from masthead.letters.operations import queue_written_letter
from masthead.payments import operations as payments
from masthead.payments.models import Payment
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money

COMP, REFUND, RESEND, END = "community.comp", "community.refund", "community.resend", "community.end"
_WITH_CODE: Final = frozenset({SIGN_IN_CODE, CONFIRM_ADDRESS})


class ChangedMeanwhile(MastheadError):
    """Somebody else did something in the meantime."""

    code: ClassVar[str] = "changed_meanwhile"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say what to do."""
        return _("This was changed in the meantime, perhaps by a second click. Look at it again first.")


class NotResendable(MastheadError):
    """A code is sent by signing in, and a letter that was never written cannot be sent again."""

    code: ClassVar[str] = "not_resendable"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say what to do."""
        return _("This letter cannot be sent again. A code is sent anew by signing in.")


def comp(person: User, *, tier: Tier, until: datetime, staff: User, now: datetime) -> Membership:
    """Give a membership until a moment. Safe to repeat. Raises BadGrant, and AlreadyMember for somebody who pays."""
    membership = grant_membership(person, tier=tier, until=until, source=MembershipSource.COMP, now=now)
    _note(person, COMP, staff, {"tier": tier.key, "until": until.isoformat()})
    return membership


def refund(payment: Payment, *, amount: Money, refunded_before: int, staff: User, now: datetime) -> Payment:
    """Send a payment of a person back, whole or in part, and bring the membership in step.

    `refunded_before` is what had gone back when staff looked, in minor units: a second click finds that it changed.
    Raises ChangedMeanwhile, RefundTooLarge, CurrencyMismatch, and what the provider raises.
    """
    payment.refresh_from_db()
    if payment.refunded_minor != refunded_before:
        raise ChangedMeanwhile
    back = payments.refund_payment(payment, amount=amount, now=now)
    if back.subscription is not None:
        project_membership(back.subscription, now=now)
    if back.person is not None:
        _note(back.person, REFUND, staff, {"payment": back.pk, "minor": amount.minor, "currency": amount.currency})
    return back


def resend(letter: Letter, person: User, *, staff: User, now: datetime) -> Letter:
    """Send a letter to the person once more, to the present address, word for word. Raises NotResendable."""
    if not letter.text or letter.kind in _WITH_CODE or letter.to.lower() != person.email.lower():
        raise NotResendable
    again = Letter(
        kind=letter.kind,
        unique_key=f"again:{letter.pk}:{now:%Y%m%d%H%M}",
        to=person.email,
        language=letter.language,
        headers=letter.headers,
        from_email=letter.from_email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        created_at=now,
    )
    with transaction.atomic():
        known = Letter.objects.filter(unique_key=again.unique_key).first()
        if known is not None:
            return known
        sent = queue_written_letter(again)
        _note(person, RESEND, staff, {"letter": letter.pk})
    return sent


def end(person: User, *, at_once: bool, staff: User, now: datetime) -> Membership:
    """End a person's membership, with the paid time or at once. Safe to repeat.

    At once, a paid one is charged no more and what it paid for stays until it is refunded; a given one is over. Raises
    NothingToEnd, and what the provider raises.
    """
    membership = get_membership(person)
    if membership is None or not membership.is_live:
        raise NothingToEnd
    if membership.is_granted:
        ended = revoke_membership(membership, now=now)
    elif at_once and membership.subscription is not None:
        payments.cancel_subscription(membership.subscription, now=now)
        ended = project_membership(membership.subscription, now=now) or membership
    else:
        ended = end_membership(person, now=now)
    _note(person, END, staff, {"membership": membership.pk, "at_once": at_once})
    return ended


def _note(person: User, action: str, staff: User, data: dict[str, Any]) -> None:
    log(instance=person, action=action, user=staff, data=data, title=f"#{person.pk}")
