"""Letters that the calendar sends. Each function may run at any time, again and late: nobody is told anything twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat, Greatest
from django.utils import timezone

from masthead.accounts.models import User
from masthead.community.letters import queue_ended, queue_renewal_ahead
from masthead.community.letters_by_calendar import (
    CHARGED_ON,
    STATEMENT,
    get_unpaid_since,
    list_payment_letters,
    queue_card_expiring,
    queue_payment_failed,
    queue_statement,
    queue_win_back,
)
from masthead.community.models import Membership
from masthead.community.statements import list_kept, make_statement
from masthead.letters.models import Letter
from masthead.payments.models import SubscriptionStatus
from masthead.rules.pledges import Interval, PledgeState
from masthead.rules.reminding import choose_step

AHEAD: Final = timedelta(days=14)
# Later than this, a notice of a charge would come with the charge.
LATEST: Final = timedelta(days=1)
# A site that was down for longer does not write of what is long over.
PAST: Final = timedelta(days=7)
CARD_AHEAD: Final = timedelta(days=30)
AWAY: Final = timedelta(days=90)
# Who has been away for longer is not written to: a site that sends these letters for the first time floods nobody.
AWAY_AT_MOST: Final = AWAY + timedelta(days=14)
JANUARY: Final = 1


def remind_of_renewals(*, now: datetime) -> int:
    """Write to everyone whose yearly charge comes within two weeks. Returns to how many. Safe to repeat."""
    near = Membership.objects.filter(
        state=PledgeState.ACTIVE,
        interval=Interval.YEAR,
        paid_until__gt=now + LATEST,
        paid_until__lte=now + AHEAD,
        subscription__isnull=False,
    )
    number = 0
    for membership in _with_person(near):
        if membership.paid_until is not None:
            queue_renewal_ahead(membership, renews_at=membership.paid_until, now=now)
            number += 1
    return number


def tell_of_ends(*, now: datetime) -> int:
    """Write to everyone whose membership ended this week, but for who has joined again. Safe to repeat."""
    over = Membership.objects.filter(state=PledgeState.ENDED, ends_at__gt=now - PAST, ends_at__lte=now)
    live = Membership.objects.live().values("person")
    number = 0
    for membership in over.exclude(person__in=live).select_related("person", "tier"):
        queue_ended(membership, now=now)
        number += 1
    return number


def tell_of_failed_payments(*, now: datetime) -> int:
    """Write the letter that is due to everyone whose payment failed. Returns how many are new. Safe to repeat."""
    failed = Membership.objects.filter(state=PledgeState.PAST_DUE, subscription__status=SubscriptionStatus.PAST_DUE)
    return sum(_tell_of_failure(membership, now=now) for membership in _with_person(failed))


def tell_of_failed_payment(subscription_id: int, *, now: datetime) -> bool:
    """Do the same for one subscription, at once. Returns whether a letter is new. Safe to repeat."""
    failed = Membership.objects.filter(
        subscription=subscription_id, state=PledgeState.PAST_DUE, subscription__status=SubscriptionStatus.PAST_DUE
    )
    return any(_tell_of_failure(membership, now=now) for membership in _with_person(failed))


def warn_of_expiring_cards(*, now: datetime) -> int:
    """Write to everyone whose card expires within thirty days and will be charged later on. Safe to repeat."""
    today = timezone.localdate(now)
    expiring = Membership.objects.filter(
        state__in=CHARGED_ON,
        subscription__card_expires_on__gte=today,
        subscription__card_expires_on__lte=today + CARD_AHEAD,
    )
    return sum(queue_card_expiring(membership, now=now) is not None for membership in _with_person(expiring))


def invite_back(*, now: datetime) -> int:
    """Write once to everyone whose paid membership has been over for ninety days. Safe to repeat.

    Over is a membership when its paid time is. Not to who is a member again, by whatever way.
    """
    later = Membership.objects.filter(person=OuterRef("person"), since__gt=OuterRef("since"))
    over = (
        Membership.objects.paid()
        .filter(state=PledgeState.ENDED, ends_at__isnull=False, person__is_active=True)
        .annotate(over_at=Greatest("ends_at", Coalesce("paid_until", "ends_at")))
        .filter(over_at__gt=now - AWAY_AT_MOST, over_at__lte=now - AWAY)
        .exclude(Exists(later))
        .exclude(person__in=Membership.objects.live().values("person"))
    )
    number = 0
    for membership in _with_person(over):
        queue_win_back(membership, now=now)
        number += 1
    return number


def send_statements(*, now: datetime) -> int:
    """In January, write to everyone what they paid in the year before. Returns to how many. Safe to repeat."""
    today = timezone.localdate(now)
    if today.month != JANUARY:
        return 0
    year = today.year - 1
    person_key = Cast(OuterRef("pk"), CharField())
    key = Concat(Value(f"{STATEMENT}:"), person_key, Value(f":{year}"), output_field=CharField())
    waiting = User.objects.filter(is_active=True, pk__in=list_kept(year).values("person")).exclude(
        Exists(Letter.objects.filter(unique_key=key))
    )
    number = 0
    for person in waiting.order_by("pk"):
        statement = make_statement(person, year)
        if statement is not None:
            queue_statement(person, statement, now=now)
            number += 1
    return number


def _tell_of_failure(membership: Membership, *, now: datetime) -> bool:
    told = list_payment_letters(membership)
    step = choose_step(unpaid_since=get_unpaid_since(membership), told=told, now=now)
    if step is None:
        return False
    queue_payment_failed(membership, step=step, now=now)
    return True


def _with_person(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    return memberships.select_related("person", "tier", "subscription")
