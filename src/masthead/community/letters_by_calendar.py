"""The letters that a day brings: a payment that failed, a card that expires, an invitation, the year's statement.

Each asks at the moment of sending whether what it says is still true.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from masthead.accounts.models import User
from masthead.community.models import Membership
from masthead.community.statements import Statement
from masthead.community.words import say_amount, say_day
from masthead.kit.formats import format_date
from masthead.letters.kinds import Group, register
from masthead.letters.models import Letter
from masthead.letters.operations import queue_letter
from masthead.payments.models import SubscriptionStatus
from masthead.rules.pledges import GRACE, PledgeState

PAYMENT_FAILED: Final = ("payment_failed", "payment_failed_again", "payment_failed_last")
CARD_EXPIRING: Final = "card_expiring"
WIN_BACK: Final = "win_back"
STATEMENT: Final = "statement"


def _get_membership(context: Mapping[str, str]) -> QuerySet[Membership]:
    return Membership.objects.filter(pk=context["_membership"])


def is_still_unpaid(context: Mapping[str, str]) -> bool:
    """Return whether the payment that a letter tells of has not arrived by another try."""
    unpaid = _get_membership(context).filter(
        state=PledgeState.PAST_DUE, subscription__status=SubscriptionStatus.PAST_DUE
    )
    return any(
        get_unpaid_since(membership).isoformat() == context["_unpaid_since"]
        for membership in unpaid.select_related("subscription")
    )


def is_card_still_expiring(context: Mapping[str, str]) -> bool:
    """Return whether the same card would still be charged after its end."""
    return (
        _get_membership(context)
        .filter(
            state__in=CHARGED_ON,
            subscription__card_expires_on=context["_expires_on"],
            subscription__card_label=context["card"],
        )
        .exists()
    )


def is_still_away(context: Mapping[str, str]) -> bool:
    """Return whether who once was a member is none again."""
    gone = _get_membership(context).filter(state=PledgeState.ENDED, person__is_active=True)
    return gone.exclude(person__in=Membership.objects.live().values("person")).exists()


# Memberships of which more is charged one day: a pause ends.
CHARGED_ON: Final = (PledgeState.ACTIVE, PledgeState.PAUSED)
_CARD_URL: Final = "http://localhost:8000/membership/"

for _kind in PAYMENT_FAILED:
    register(
        _kind,
        group=Group.REMINDERS,
        required=frozenset({"amount"}),
        still_true=is_still_unpaid,
        sample={
            "name": "Alma Brandt",
            "tier": "Community",
            "amount": "$12",
            "until": "December 13, 2026",
            "card_url": _CARD_URL,
        },
    )
register(
    CARD_EXPIRING,
    group=Group.REMINDERS,
    still_true=is_card_still_expiring,
    sample={
        "name": "Alma Brandt",
        "tier": "Community",
        "card": "Visa 4242",
        "day": "December 31, 2026",
        "card_url": _CARD_URL,
    },
)
register(
    WIN_BACK,
    group=Group.INVITATIONS,
    still_true=is_still_away,
    sample={"name": "Alma Brandt", "tier": "Community", "since": "November 22, 2024"},
)
register(
    STATEMENT,
    required=frozenset({"year", "total", "payments"}),
    sample={
        "name": "Alma Brandt",
        "year": "2025",
        "total": "$144 + €20",
        "payments": "January 22, 2025: $132 · Community · M-1042\nMarch 3, 2025: $12 · Community · M-1077\n"
        "June 9, 2025: €20 · Community · M-1201",
        "statement_url": "http://localhost:8000/membership/statement/2025/",
    },
)


def get_unpaid_since(membership: Membership) -> datetime:
    """Return from when on a membership whose payment failed is not settled: a month that was paused is."""
    subscription = membership.subscription
    ends = [membership.since, membership.paid_until, subscription.settled_until if subscription else None]
    return max(end for end in ends if end is not None)


def list_payment_letters(membership: Membership) -> dict[int, datetime]:
    """Return which of the three letters about the present failure are written, and when."""
    keys = {_payment_key(membership, step): step for step in range(len(PAYMENT_FAILED))}
    written = Letter.objects.filter(unique_key__in=keys).values_list("unique_key", "created_at")
    return {keys[key]: created_at for key, created_at in written}


def queue_payment_failed(membership: Membership, *, step: int, now: datetime) -> Letter:
    """Queue one of the three letters about a payment that failed. Safe to repeat: one of each for one failure."""
    unpaid_since = get_unpaid_since(membership)
    with override(membership.person.language):
        context = {
            "amount": say_amount(membership.amount),
            "until": say_day(unpaid_since + GRACE),
            "card_url": _get_url("membership"),
            "_unpaid_since": unpaid_since.isoformat(),
        }
    return _queue(PAYMENT_FAILED[step], membership, context, key=_payment_key(membership, step), now=now)


def queue_card_expiring(membership: Membership, *, now: datetime) -> Letter | None:
    """Queue the letter that the card expires. Safe to repeat: one a card. None where no card is known."""
    subscription = membership.subscription
    if subscription is None or subscription.card_expires_on is None:
        return None
    expires_on = subscription.card_expires_on
    context = {
        "card": subscription.card_label,
        "day": format_date(expires_on, membership.person.language),
        "card_url": _get_url("membership"),
        "_expires_on": expires_on.isoformat(),
    }
    key = f"{CARD_EXPIRING}:{subscription.pk}:{expires_on:%Y-%m-%d}:{subscription.card_label}"
    return _queue(CARD_EXPIRING, membership, context, key=key, now=now)


def queue_win_back(membership: Membership, *, now: datetime) -> Letter:
    """Queue the one invitation to come back after a membership. Safe to repeat: one letter."""
    with override(membership.person.language):
        context = {"since": say_day(membership.since)}
    return _queue(WIN_BACK, membership, context, key=f"{WIN_BACK}:{membership.pk}", now=now)


def queue_statement(person: User, statement: Statement, *, now: datetime) -> Letter:
    """Queue the year's statement for the tax office. Safe to repeat: one a year."""
    with override(person.language):
        lines = [
            f"{say_day(line.paid_at)}: {say_amount(line.kept)} · {line.what} · {line.number}"
            for line in statement.lines
        ]
        total = " + ".join(say_amount(total) for total in statement.totals)
    return queue_letter(
        kind=STATEMENT,
        to=person.email,
        context={
            "name": person.name,
            "year": str(statement.year),
            "total": total,
            "payments": "\n".join(lines),
            "statement_url": _get_url("membership_statement", statement.year),
        },
        language=person.language,
        unique_key=f"{STATEMENT}:{person.pk}:{statement.year}",
        now=now,
    )


def _payment_key(membership: Membership, step: int) -> str:
    day = timezone.localtime(get_unpaid_since(membership))
    return f"{PAYMENT_FAILED[step]}:{membership.pk}:{day:%Y-%m-%d}"


def _queue(kind: str, membership: Membership, context: dict[str, str], *, key: str, now: datetime) -> Letter:
    person = membership.person
    return queue_letter(
        kind=kind,
        to=person.email,
        context={"name": person.name, "tier": membership.tier.name, "_membership": str(membership.pk), **context},
        language=person.language,
        unique_key=key,
        now=now,
    )


def _get_url(name: str, *args: object) -> str:
    return str(settings.MASTHEAD_SITE_URL) + reverse(name, args=args)
