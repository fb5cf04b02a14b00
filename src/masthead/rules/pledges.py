"""The membership state machine: pure transitions from a pledge and a fact to a pledge.

Facts come from the provider, repeated and out of order. So each fact states what is true rather than what to add, and
applying one twice equals applying it once. Entitlement looks at `paid_until` alone; the state is for words on pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from masthead.rules.errors import MastheadError
from masthead.rules.money import CurrencyMismatch, Money

# Longer than the provider tries to collect a failed renewal: two weeks, as Stripe is set by default.
GRACE: Final = timedelta(days=21)


class Interval(StrEnum):
    """How often a sum is paid."""

    MONTH = "month"
    YEAR = "year"
    ONCE = "once"


class PledgeState(StrEnum):
    """Where a membership stands."""

    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    ENDING = "ending"
    ENDED = "ended"


class BadPledge(MastheadError):
    """A membership cannot be like that."""

    code: ClassVar[str] = "bad_pledge"


class NotBegun(MastheadError):
    """There is no membership yet."""

    code: ClassVar[str] = "not_begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """One person's standing support at one moment.

    `ends_at` is the moment from which nothing more will be paid: set exactly while the state is ENDING or ENDED.
    Moments are aware; `paid_until` is never before `since`.
    """

    state: PledgeState
    amount: Money
    interval: Interval
    paid_until: datetime
    since: datetime
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.amount.minor <= 0:
            raise BadPledge("A membership has an amount above zero.")
        if self.paid_until < self.since:
            raise BadPledge("A membership cannot be paid until a moment before it began.")
        if (self.ends_at is not None) != (self.state in {PledgeState.ENDING, PledgeState.ENDED}):
            raise BadPledge("A membership has an end exactly when it is ending or ended.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """The first payment arrived."""

    at: datetime
    amount: Money
    interval: Interval
    paid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """It is paid until this moment; an earlier one than is known changes nothing."""

    paid_until: datetime


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """The provider could not collect what is due, and will try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountChanged:
    """From the next period on, this is paid."""

    amount: Money


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is charged for a while; what is paid for is given to its end."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """It is charged again from the next period on."""


@dataclass(frozen=True, slots=True)
class EndAsked:
    """It shall end when the paid time is over."""


@dataclass(frozen=True, slots=True)
class EndTakenBack:
    """It shall go on after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Nothing more will be paid from this moment on. What is paid for already stays paid for."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """What paid for the last time went back: it is paid until this moment alone."""

    paid_until: datetime


Later = Renewed | PaymentFailed | AmountChanged | Paused | Resumed | EndAsked | EndTakenBack | Ended | Refunded
Fact = Began | Later


def apply(pledge: Pledge | None, fact: Fact) -> Pledge:
    """Return the pledge after one more fact. Safe to repeat: a fact applied twice equals the fact applied once.

    `paid_until` moves forward by Began and Renewed and back by Refunded only. What ended stays ended, unless a
    membership began after that end. Raises NotBegun for any fact but Began before there is a pledge, and
    CurrencyMismatch for an amount in another currency.
    """
    if isinstance(fact, Began):
        return _begin(pledge, fact)
    if pledge is None:
        raise NotBegun
    if pledge.state is PledgeState.ENDED:
        return _apply_after_end(pledge, fact)
    return _apply_before_end(pledge, fact)


_MOVES: Final[Mapping[type, tuple[PledgeState, PledgeState]]] = {
    PaymentFailed: (PledgeState.ACTIVE, PledgeState.PAST_DUE),
    Paused: (PledgeState.ACTIVE, PledgeState.PAUSED),
    Resumed: (PledgeState.PAUSED, PledgeState.ACTIVE),
}


def _apply_before_end(pledge: Pledge, fact: Later) -> Pledge:
    match fact:
        case Renewed(paid_until=paid_until):
            return _renew(pledge, paid_until)
        case PaymentFailed() | Paused() | Resumed():
            before, after = _MOVES[type(fact)]
            return replace(pledge, state=after) if pledge.state is before else pledge
        case AmountChanged(amount=amount):
            return replace(pledge, amount=_same_currency(pledge, amount))
        case EndAsked():
            if pledge.state is PledgeState.ENDING:
                return pledge
            return replace(pledge, state=PledgeState.ENDING, ends_at=pledge.paid_until)
        case EndTakenBack():
            if pledge.state is PledgeState.ENDING:
                return replace(pledge, state=PledgeState.ACTIVE, ends_at=None)
            return pledge
        case Ended(at=at):
            # An end before this membership began is that of an earlier one.
            return pledge if at < pledge.since else replace(pledge, state=PledgeState.ENDED, ends_at=at)
        case Refunded(paid_until=paid_until):
            return _refund(pledge, paid_until)


def _apply_after_end(pledge: Pledge, fact: Later) -> Pledge:
    match fact:
        case Renewed(paid_until=paid_until):
            return _renew(pledge, paid_until)
        case Refunded(paid_until=paid_until):
            return _refund(pledge, paid_until)
        case AmountChanged(amount=amount):
            _same_currency(pledge, amount)
    return pledge


def _begin(pledge: Pledge | None, fact: Began) -> Pledge:
    begun = Pledge(
        state=PledgeState.ACTIVE,
        amount=fact.amount,
        interval=fact.interval,
        paid_until=fact.paid_until,
        since=fact.at,
    )
    if pledge is None:
        return begun
    is_over = pledge.state is PledgeState.ENDED and pledge.ends_at is not None and fact.at > pledge.ends_at
    if is_over:
        return replace(begun, paid_until=max(begun.paid_until, pledge.paid_until))
    return _renew(pledge, fact.paid_until)


def _renew(pledge: Pledge, paid_until: datetime) -> Pledge:
    if paid_until <= pledge.paid_until:
        return pledge
    match pledge.state:
        case PledgeState.PAST_DUE:
            return replace(pledge, paid_until=paid_until, state=PledgeState.ACTIVE)
        case PledgeState.ENDING:
            return replace(pledge, paid_until=paid_until, ends_at=paid_until)
        case _:
            return replace(pledge, paid_until=paid_until)


def _same_currency(pledge: Pledge, amount: Money) -> Money:
    if amount.currency != pledge.amount.currency:
        raise CurrencyMismatch(f"A membership in {pledge.amount.currency} cannot be changed to {amount.currency}.")
    return amount


def _refund(pledge: Pledge, paid_until: datetime) -> Pledge:
    if paid_until >= pledge.paid_until:
        return pledge
    left = max(paid_until, pledge.since)
    if pledge.state is PledgeState.ENDING and pledge.ends_at is not None:
        return replace(pledge, paid_until=left, ends_at=min(pledge.ends_at, left))
    return replace(pledge, paid_until=left)


def is_entitled(pledge: Pledge, now: datetime, grace: timedelta = GRACE) -> bool:
    """Return whether the pledge gives its benefits at `now`: exactly while `now < paid_until + grace`.

    The state does not matter: nobody who paid is locked out because a message came late, or sees ads meanwhile.
    """
    return now < pledge.paid_until + grace
