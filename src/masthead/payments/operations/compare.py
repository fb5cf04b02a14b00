"""The comparison of one object: what our row says, what the provider says, and what is done where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from masthead.payments.models import DifferenceKind, Payment, Subscription
from masthead.payments.operations.project import project
from masthead.payments.providers.base import NothingThere, StatedPayment, StatedSubscription, Statement, Subject
from masthead.payments.providers.base import SubjectKind as Kind
from masthead.payments.providers.registry import get_provider
from masthead.rules.money import Money


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What is compared of a payment."""

    amount: Money
    refunded: Money

    @property
    def kept(self) -> Money:
        """What arrived and stayed."""
        return self.amount - self.refunded

    def __str__(self) -> str:
        """Return the sums, as "USD 12.00, back 0.00"."""
        return f"{self.amount}, back {self.refunded}"


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """What is compared of a subscription. `settled_until` is None where the provider was not asked for it."""

    status: str
    amount: Money
    interval: str
    is_ending: bool
    settled_until: datetime | None

    def __str__(self) -> str:
        """Return all of it in one line."""
        ending = ", ending" if self.is_ending else ""
        until = f", paid until {self.settled_until:%Y-%m-%d %H:%M:%S}" if self.settled_until else ""
        return f"{self.amount} a {self.interval}, {self.status}{ending}{until}"


Facts = PaymentFacts | SubscriptionFacts


@dataclass(frozen=True, slots=True)
class Compared:
    """How the comparison of one object ended: what both sides say after mending, and what they said before it.

    `kind` is None where there was nothing to mend; `is_mended` is whether both say the same now.
    """

    ours: Facts | None
    theirs: Facts | None
    before: Facts | None = None
    kind: DifferenceKind | None = None
    is_mended: bool = False


def read_rows(provider: str, kind: Kind, references: Iterable[str]) -> dict[str, Facts]:
    """Return what our rows say of some objects, by reference. One query."""
    if kind is Kind.PAYMENT:
        payments = Payment.objects.filter(provider=provider, reference__in=references)
        return {row.reference: PaymentFacts(row.amount, row.refunded) for row in payments}
    rows = Subscription.objects.filter(provider=provider, reference__in=references)
    return {
        row.reference: SubscriptionFacts(
            row.status, row.amount, row.interval, row.cancel_at_period_end, row.settled_until
        )
        for row in rows
    }


def facts_of(stated: StatedPayment | StatedSubscription) -> Facts:
    """Return what is compared of what the provider states."""
    if isinstance(stated, StatedPayment):
        refunded = stated.refunded or Money(0, stated.amount.currency)
        # A bank may take back more than was paid; the ledger ends at nothing kept.
        return PaymentFacts(stated.amount, min(refunded, stated.amount, key=lambda money: money.minor))
    return SubscriptionFacts(
        stated.status.value, stated.amount, stated.interval.value, stated.cancel_at_period_end, stated.settled_until
    )


def is_alike(ours: Facts | None, theirs: Facts | None) -> bool:
    """Return whether both say the same, as far as they say anything."""
    if isinstance(ours, SubscriptionFacts) and isinstance(theirs, SubscriptionFacts) and theirs.settled_until is None:
        ours = replace(ours, settled_until=None)
    return ours == theirs


def compare(provider: str, subject: Subject, *, ours: Facts | None, theirs: Facts | None, now: datetime) -> Compared:
    """Compare one object; where both differ, bring our rows in step and compare with a reading of its own.

    `theirs` may come from a list that is older than the row, or does not tell everything: only what still differs
    from the reading is a difference, and only a row that changed was mended. Raises what `project` and the receivers
    of our signals raise.
    """
    if theirs is not None and is_alike(ours, theirs):
        return Compared(ours, theirs)
    service = get_provider(provider)
    try:
        project(provider, subject, now=now)
    except NothingThere:
        stated = None
    else:
        stated = _read(service.read_payment, service.read_subscription, subject)
    after = read_rows(provider, subject.kind, [subject.reference]).get(subject.reference)
    if is_alike(after, stated):
        kind = None if after == ours else DifferenceKind.UNLIKE if ours else DifferenceKind.ONLY_THERE
        return Compared(after, stated, before=ours, kind=kind, is_mended=True)
    kind = DifferenceKind.UNLIKE
    if after is None or stated is None:
        kind = DifferenceKind.ONLY_THERE if after is None else DifferenceKind.ONLY_HERE
    return Compared(after, stated, before=ours, kind=kind)


def _read(
    read_payment: Callable[[str], Statement], read_subscription: Callable[[str], Statement], subject: Subject
) -> Facts | None:
    try:
        if subject.kind is Kind.SUBSCRIPTION:
            stated = read_subscription(subject.reference).subscription
            return facts_of(stated) if stated else None
        payments = read_payment(subject.reference).payments
    except NothingThere:
        return None
    return next((facts_of(one) for one in payments if one.reference == subject.reference), None)


def say_difference(ours: Facts | None, theirs: Facts | None) -> tuple[str, str]:
    """Return what both say, "" for nothing."""
    return str(ours or ""), str(theirs or "")
