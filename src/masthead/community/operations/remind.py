"""Letters that the calendar sends: a yearly charge that is near, a membership that has ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from masthead.community.letters import queue_ended, queue_renewal_ahead
from masthead.community.models import Membership
from masthead.rules.pledges import Interval, PledgeState

AHEAD: Final = timedelta(days=14)
# Later than this, a notice of a charge would come with the charge.
LATEST: Final = timedelta(days=1)
# A site that was down for longer does not write of what is long over.
PAST: Final = timedelta(days=7)


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
    for membership in near.select_related("person", "tier"):
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
