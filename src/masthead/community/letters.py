"""The letters that belonging sends: thanks, a renewal ahead, an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import override

from masthead.community.benefits import list_words
from masthead.community.models import Membership, Tier
from masthead.community.words import say_amount, say_day, say_price
from masthead.letters.kinds import Group, register
from masthead.letters.models import Letter
from masthead.letters.operations import queue_letter
from masthead.payments.models import Checkout
from masthead.rules.money import Money
from masthead.rules.pledges import Interval, PledgeState

THANKS, THANKS_ONCE = "thanks", "thanks_once"
RENEWAL_AHEAD, ENDED = "renewal_ahead", "ended"
CHANGED, PAUSED = "amount_changed", "paused"


def get_next_charge(membership: Membership) -> Money:
    """Return what is charged next: the amount of a plan that takes the present one's place by then."""
    subscription = membership.subscription
    planned = subscription.next_amount_minor if subscription is not None else None
    return Money(planned, membership.currency) if planned else membership.amount


def is_still_to_renew(context: Mapping[str, str]) -> bool:
    """Return whether the charge that a letter tells of still lies ahead, of the same amount."""
    ahead = Membership.objects.filter(
        pk=context["_membership"], state=PledgeState.ACTIVE, paid_until=context["_renews_at"]
    )
    return any(
        str(get_next_charge(membership).minor) == context["_amount_minor"]
        for membership in ahead.select_related("subscription")
    )


def has_still_ended(context: Mapping[str, str]) -> bool:
    """Return whether the membership is over, and no other has begun."""
    over = Membership.objects.filter(pk=context["_membership"], state=PledgeState.ENDED)
    return over.exclude(person__in=Membership.objects.live().values("person")).exists()


register(
    THANKS,
    sample={
        "name": "Alma Brandt",
        "tier": "Community",
        "price": "$12 a month",
        "benefits": "The whole site without ads\nCommunity-only articles",
    },
)
register(THANKS_ONCE, sample={"name": "Alma Brandt", "amount": "$25"})
register(
    RENEWAL_AHEAD,
    group=Group.REMINDERS,
    required=frozenset({"amount", "day"}),
    still_true=is_still_to_renew,
    sample={"name": "Alma Brandt", "tier": "Community", "amount": "$120", "day": "November 22, 2026"},
)
register(
    ENDED,
    group=Group.REMINDERS,
    still_true=has_still_ended,
    sample={"name": "Alma Brandt", "tier": "Community", "since": "November 22, 2025"},
)
register(
    CHANGED,
    sample={"name": "Alma Brandt", "tier": "Community", "price": "$20 a month", "day": "November 22, 2026"},
)
register(
    PAUSED,
    sample={"name": "Alma Brandt", "tier": "Community", "until": "November 22, 2026", "day": "January 22, 2027"},
)


def is_thanked(checkout: Checkout) -> bool:
    """Return whether the letter of thanks for a checkout is queued: then all that it paid for has begun."""
    return Letter.objects.filter(unique_key=_key(checkout)).exists()


def _key(checkout: Checkout) -> str:
    return f"thanks:{checkout.pk}"


def queue_thanks(checkout: Checkout, *, now: datetime) -> Letter:
    """Queue the letter of thanks for a paid checkout, in the caller's transaction. Safe to repeat: one letter."""
    once = checkout.interval == Interval.ONCE
    with override(checkout.language):
        context = {"name": checkout.person.name if checkout.person else ""}
        if once:
            context |= {"amount": say_amount(checkout.amount)}
        else:
            tier = Tier.objects.filter(key=checkout.product).first()
            words = list_words(tier.benefits if tier else ())
            price = say_price(checkout.amount, checkout.interval)
            context |= {
                "price": price,
                "tier": checkout.product_name,
                "benefits": "\n".join(str(word.title) for word in words),
            }
    return queue_letter(
        kind=THANKS_ONCE if once else THANKS,
        to=checkout.person.email if checkout.person else checkout.email,
        context=context,
        language=checkout.language,
        unique_key=_key(checkout),
        now=now,
    )


def queue_renewal_ahead(membership: Membership, *, renews_at: datetime, now: datetime) -> Letter:
    """Queue the letter that a yearly charge is near, in the caller's transaction. Safe to repeat: one a charge."""
    charge = get_next_charge(membership)
    with override(membership.person.language):
        context = {
            "amount": say_amount(charge),
            "day": say_day(renews_at),
            "_renews_at": renews_at.isoformat(),
            "_amount_minor": str(charge.minor),
        }
    return _queue(RENEWAL_AHEAD, membership, context, key=f"{renews_at:%Y-%m-%d}", now=now)


def queue_changed(membership: Membership, *, tier: Tier, amount: Money, interval: Interval, now: datetime) -> Letter:
    """Queue the letter that says what is given from when on. One for each change, repeated or not, on one day."""
    subscription = membership.subscription
    begins_at = subscription.next_at if subscription and subscription.next_at else now
    with override(membership.person.language):
        context = {"tier": tier.name, "price": say_price(amount, interval), "day": say_day(begins_at)}
    key = f"{now:%Y-%m-%d}:{tier.key}:{interval}:{amount.minor}"
    return _queue(CHANGED, membership, context, key=key, now=now)


def queue_paused(membership: Membership, *, resumes_at: datetime, now: datetime) -> Letter:
    """Queue the letter that a membership pauses, and from when on it is charged again. Safe to repeat: one a pause."""
    with override(membership.person.language):
        context = {"until": say_day(membership.paid_until or now), "day": say_day(resumes_at)}
    return _queue(PAUSED, membership, context, key=f"{resumes_at:%Y-%m-%d}", now=now)


def queue_ended(membership: Membership, *, now: datetime) -> Letter:
    """Queue the letter that a membership has ended, in the caller's transaction. Safe to repeat: one letter."""
    with override(membership.person.language):
        context = {"since": say_day(membership.since)}
    return _queue(ENDED, membership, context, key=f"{membership.since:%Y-%m-%d}", now=now)


def _queue(kind: str, membership: Membership, context: dict[str, str], *, key: str, now: datetime) -> Letter:
    person = membership.person
    return queue_letter(
        kind=kind,
        to=person.email,
        context={"name": person.name, "tier": membership.tier.name, "_membership": str(membership.pk), **context},
        language=person.language,
        unique_key=f"{kind}:{membership.pk}:{key}",
        now=now,
    )
