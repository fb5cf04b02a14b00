"""Memberships that nobody pays for each month: given by staff, by another reader, or from the pool."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import transaction

from masthead.accounts.models import User
from masthead.community.models import Membership, MembershipSource, Tier
from masthead.community.operations.join import AlreadyMember
from masthead.rules.errors import MastheadError
from masthead.rules.pledges import GRACE, Interval, PledgeState


class BadGrant(MastheadError):
    """The end of a membership that is given has to lie ahead."""

    code: ClassVar[str] = "bad_grant"


class NotGranted(MastheadError):
    """This membership is paid for; it is ended where payments are."""

    code: ClassVar[str] = "not_granted"
    status: ClassVar[int] = 409


@transaction.atomic
def grant_membership(person: User, *, tier: Tier, until: datetime, source: str, now: datetime) -> Membership:
    """Give the person a membership until a moment, and return it; one that was given before is prolonged.

    Of two tiers the later in order stays, of two ends the later. Safe to repeat. Raises BadGrant for an end that is
    past, AlreadyMember for somebody who pays.
    """
    source = MembershipSource(source)
    if until <= now or source == MembershipSource.PAID:
        raise BadGrant
    User.objects.select_for_update().get(pk=person.pk)
    live = Membership.objects.live().filter(person=person).select_related("tier").first()
    if live is None:
        return Membership.objects.create(
            person=person,
            tier=tier,
            source=source,
            amount_minor=0,
            currency=_get_currency(tier),
            interval=Interval.MONTH,
            state=PledgeState.ENDING,
            since=now,
            paid_until=until,
            ends_at=until,
        )
    if live.source == MembershipSource.PAID:
        raise AlreadyMember
    live.tier = max(live.tier, tier, key=lambda one: one.order or 0)
    live.paid_until = live.ends_at = max(until, live.ends_at or until)
    live.save()
    return live


@transaction.atomic
def revoke_membership(membership: Membership, *, now: datetime) -> Membership:
    """End a membership that was given, at once and without grace, and return it. Safe to repeat. Raises NotGranted."""
    row = Membership.objects.select_for_update().get(pk=membership.pk)
    if row.source == MembershipSource.PAID:
        raise NotGranted
    over = now - GRACE
    if row.paid_until is None or row.paid_until > over:
        row.state, row.paid_until, row.ends_at = PledgeState.ENDED, over, min(now, row.ends_at or now)
        row.save()
    return row


def end_granted(*, now: datetime) -> int:
    """End the memberships that were given and whose time is over. Returns how many. Safe to repeat."""
    over = Membership.objects.granted().live().filter(ends_at__lte=now)
    return over.update(state=PledgeState.ENDED, updated_at=now)


def _get_currency(tier: Tier) -> str:
    price = tier.prices.first()
    return price.currency if price else "USD"
