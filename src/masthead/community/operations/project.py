"""The membership as a projection of what the provider's subscription says."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from masthead.accounts.models import User
from masthead.community.models import Membership, SurplusSubscription, Tier
from masthead.kit.jobs.later import run_later
from masthead.payments import operations as payments
from masthead.payments.models import Subscription, SubscriptionStatus
from masthead.rules.pledges import (
    Began,
    EndAsked,
    Ended,
    Fact,
    Interval,
    Paused,
    PaymentFailed,
    Pledge,
    PledgeState,
    apply,
)

logger = logging.getLogger(__name__)

END_SURPLUS_TASK = "masthead.community.tasks.end_surplus_subscription"


def project_membership(subscription: Subscription, *, now: datetime) -> Membership | None:
    """Bring the membership in step with its subscription, and return it.

    None for a subscription that was never paid, that is for no tier of ours, or that is a second one of a member:
    that one is noted, ended at the provider by a job, and what it paid for is given. Reads the subscription anew under
    a lock on its person, so that any order and any number of calls comes to the same. Safe to repeat.
    """
    if subscription.person_id is None:
        return None
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=subscription.person_id)
        current = Subscription.objects.get(pk=subscription.pk)
        tier = Tier.objects.filter(key=current.product).first()
        if tier is None:
            logger.info("Subscription %s is for %r, which is no tier: no membership.", current.pk, current.product)
            return None
        return _place(person, current, tier, now=now)


def build_pledge(subscription: Subscription) -> Pledge:
    """Return the pledge that the subscription comes to, told to the rules as facts.

    Where nothing stands paid, it is a pledge that was paid until the moment it began.
    """
    first, *later = list_facts(subscription)
    pledge = apply(None, first)
    for fact in later:
        pledge = apply(pledge, fact)
    return pledge


def list_facts(subscription: Subscription) -> list[Fact]:
    """Return what the subscription says, oldest first."""
    since = subscription.started_at
    facts: list[Fact] = [
        Began(
            at=since,
            amount=subscription.amount,
            interval=Interval(subscription.interval),
            paid_until=max(subscription.paid_until or since, since),
        )
    ]
    if subscription.status == SubscriptionStatus.PAST_DUE:
        facts.append(PaymentFailed())
    if subscription.status == SubscriptionStatus.PAUSED:
        facts.append(Paused())
    if subscription.cancel_at_period_end:
        facts.append(EndAsked())
    if subscription.ended_at is not None:
        facts.append(Ended(at=subscription.ended_at))
    return facts


def _place(person: User, subscription: Subscription, tier: Tier, *, now: datetime) -> Membership | None:
    membership = Membership.objects.filter(subscription=subscription).first()
    surplus = SurplusSubscription.objects.filter(subscription=subscription).first()
    if membership is None:
        if surplus is None and not subscription.was_paid:
            return None
        has_another = Membership.objects.live().paid().filter(person=person).exists()
        if has_another and (surplus is not None or subscription.ended_at is None):
            _note_surplus(person, subscription, tier, surplus, now=now)
            return None
        if surplus is not None:
            surplus.delete()
        if subscription.ended_at is None:
            # What was given makes room, and entitles to its end all the same.
            given = Membership.objects.live().granted().filter(person=person)
            given.update(state=PledgeState.ENDED, ends_at=now, updated_at=now)
        membership = Membership(person=person, subscription=subscription)
    was_live = membership.pk is not None and membership.is_live
    pledge = build_pledge(subscription)
    if membership.pk is not None and not was_live and Membership.objects.live().filter(person=person).exists():
        # Another has taken its place: it stays ended, though what it paid for still counts.
        pledge = apply(pledge, Ended(at=membership.ends_at or now))
    _write(membership, tier, pledge, is_paid=subscription.was_paid)
    if was_live and not membership.is_live:
        _promote_surplus(person, now=now)
    return membership


def _write(membership: Membership, tier: Tier, pledge: Pledge, *, is_paid: bool) -> None:
    """Save the membership if the pledge says anything new."""
    told = {
        "tier_id": tier.pk,
        "amount_minor": pledge.amount.minor,
        "currency": pledge.amount.currency,
        "interval": pledge.interval.value,
        "state": pledge.state.value,
        "paid_until": pledge.paid_until if is_paid else None,
        "since": pledge.since,
        "ends_at": pledge.ends_at,
    }
    if membership.pk is not None and all(getattr(membership, name) == value for name, value in told.items()):
        return
    for name, value in told.items():
        setattr(membership, name, value)
    membership.save()


def _note_surplus(
    person: User,
    subscription: Subscription,
    tier: Tier,
    surplus: SurplusSubscription | None,
    *,
    now: datetime,
) -> None:
    if surplus is None:
        surplus = SurplusSubscription.objects.create(
            person=person, tier=tier, subscription=subscription, paid_until=subscription.paid_until, noticed_at=now
        )
        logger.warning(
            "Person %s paid for a second membership (subscription %s): it ends with the time paid for.",
            person.pk,
            subscription.pk,
        )
        run_later(END_SURPLUS_TASK, surplus.pk)
    elif (surplus.tier_id, surplus.paid_until) != (tier.pk, subscription.paid_until):
        surplus.tier, surplus.paid_until = tier, subscription.paid_until
        surplus.save(update_fields=["tier", "paid_until"])


def _promote_surplus(person: User, *, now: datetime) -> None:
    """Let a second subscription take the place of the membership that has ended, for the time it paid for."""
    for surplus in SurplusSubscription.objects.filter(person=person, paid_until__gt=now).order_by("-paid_until")[:1]:
        project_membership(surplus.subscription, now=now)


def end_surplus(surplus_id: int, *, now: datetime) -> None:
    """Ask the provider to end a second subscription when its paid time is over. Safe to repeat.

    Does nothing where it was asked already, or where the subscription has become a membership meanwhile.
    """
    surplus = SurplusSubscription.objects.filter(pk=surplus_id).select_related("subscription").first()
    if surplus is None or surplus.end_asked_at is not None:
        return
    try:
        payments.end_subscription(surplus.subscription, now=now)
    except payments.SubscriptionOver:
        logger.info("The second subscription %s had ended already.", surplus.subscription_id)
    SurplusSubscription.objects.filter(pk=surplus_id).update(end_asked_at=now)
