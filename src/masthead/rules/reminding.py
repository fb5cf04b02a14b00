"""When a letter about a payment that failed is due: three of them, spaced, the last before everything is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from masthead.rules.pledges import GRACE

# After the day from which nothing is paid: at once, and twice more within the two weeks of the provider's own tries.
STEPS: Final = (timedelta(0), timedelta(days=5), timedelta(days=12))
# However late the job runs, two letters never come closer.
APART: Final = timedelta(days=3)


def choose_step(*, unpaid_since: datetime, told: dict[int, datetime], now: datetime) -> int | None:
    """Return which letter of the three is due at `now`, counted from 0; None where none is.

    `told` says which went out when. A letter that was missed is not made up for by a later one's side; none comes
    twice, none before an earlier one, none within three days of another, and none when the grace is over.
    """
    if now >= unpaid_since + GRACE:
        return None
    step = max((number for number, after in enumerate(STEPS) if unpaid_since + after <= now), default=0)
    if step in told or any(now < at + APART for at in told.values()):
        return None
    return step
