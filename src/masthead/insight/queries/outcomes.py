"""What asking brought: joins, contributions and money, each under the variant whose showing won it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from masthead.insight.queries.periods import Period, day_of
from masthead.insight.queries.tallies import Tally
from masthead.kit.keyring import get_showing_signer
from masthead.kit.sealing import TokenSigner
from masthead.payments.models import Checkout, CheckoutState, Payment
from masthead.rules.pledges import Interval
from masthead.rules.showings import BadShowing, Showing

# The appeal and variant of what no showing is known for.
NOT_KNOWN = ("", "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One completed checkout or one payment, and the variant that won it, or NOT_KNOWN."""

    day: date
    won_by: tuple[str, str]
    tally: Tally


def list_outcomes(period: Period) -> Iterator[Outcome]:
    """List joins and contributions by the day they were completed, and payments by the day they were paid.

    Every payment of the ledger is there once, renewals too, after refunds: the sums per currency are the ledger's.
    """
    signer = get_showing_signer()
    checkouts = Checkout.objects.filter(
        state=CheckoutState.COMPLETED, completed_at__gte=period.starts_at, completed_at__lt=period.ends_at
    ).values_list("completed_at", "interval", "token")
    for completed_at, interval, token in checkouts.iterator():
        if completed_at is None:
            continue
        is_once = interval == Interval.ONCE
        yield Outcome(
            day_of(completed_at), find_winner(token, signer), Tally(joins=int(not is_once), contributions=int(is_once))
        )
    payments = Payment.objects.filter(paid_at__gte=period.starts_at, paid_at__lt=period.ends_at).values_list(
        "paid_at", "amount_minor", "refunded_minor", "currency", "token"
    )
    for paid_at, amount, refunded, currency, token in payments.iterator():
        tally = Tally(minor_by_currency=Counter({currency: amount - refunded}))
        yield Outcome(day_of(paid_at), find_winner(token, signer), tally)


def find_winner(token: str, signer: TokenSigner) -> tuple[str, str]:
    """Open the mark of a showing: its appeal and variant, or NOT_KNOWN for a mark that is none of ours."""
    opened = signer.verify(token) if token else None
    if opened is None:
        return NOT_KNOWN
    try:
        showing = Showing.decode(opened)
    except BadShowing:
        return NOT_KNOWN
    return showing.appeal, showing.variant
