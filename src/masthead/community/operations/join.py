"""Start to join: from what was chosen to the provider's payment page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from masthead.accounts.models import User, normalize_email
from masthead.community.models import Offer, TierPrice
from masthead.community.offering.operations import find_offer, give_back, has_offer, keep, take
from masthead.community.offers import get_ceiling
from masthead.community.queries import has_paid_membership
from masthead.payments import operations as payments
from masthead.payments.models import Checkout, CheckoutState
from masthead.rules.asking import check_amount
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

REUSED_FOR = timedelta(minutes=30)


class AlreadyMember(MastheadError):
    """There is a membership for this address already."""

    code: ClassVar[str] = "already_member"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say what to do instead."""
        return _(
            "This address has a membership already. Sign in, with a code that we send there, to change the amount."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinOrder:
    """What somebody wants to pay for. `{checkout}` in `return_url` becomes the checkout's id; `offer` is a code."""

    price: TierPrice
    amount: Money
    email: str
    person: User | None
    token: str
    language: str
    return_url: str
    cancel_url: str
    network: str = ""
    proof: str = ""
    offer: str = ""


@dataclass(frozen=True, slots=True)
class StartedJoining:
    """The checkout to send the reader to. `new_account`: nobody has an account of this address yet."""

    checkout: Checkout
    new_account: bool


def start_joining(order: JoinOrder, *, earlier: Sequence[UUID], now: datetime) -> StartedJoining:
    """Start a checkout for `order`, and return it with its address at the provider.

    `earlier` are the checkouts that the same browser started: one of them for the very same, still open and young, is
    given again instead of a second one; one that was paid meanwhile counts as paid. Raises AmountBelowFloor and
    AmountAboveCeiling, AlreadyMember, and what the provider raises.
    """
    check_amount(order.amount, order.price.floor, get_ceiling(order.price.floor))
    email = normalize_email(order.email)
    open_ones = list(
        Checkout.objects.select_related("redemption__offer")
        .filter(pk__in=earlier, state=CheckoutState.OPEN, email__iexact=email)
        .order_by("-created_at")
    )
    offer = None
    if order.offer:
        held = any(one.redemption.offer.code == order.offer.strip().upper() for one in open_ones if has_offer(one))
        offer = find_offer(order.offer, order.price, order.amount, now=now, is_held=held)
    if order.price.interval != Interval.ONCE:
        _refuse_second(email, open_ones, now=now)
    new_account = not User.objects.with_email(email).exists()
    for checkout in open_ones:
        if _is_same(checkout, order, offer) and checkout.created_at > now - REUSED_FOR:
            return StartedJoining(checkout, new_account)
    taken = take(offer, email=email, now=now) if offer else None
    try:
        checkout = payments.start_checkout(_describe(order, offer, email), now=now)
    except MastheadError:
        if taken:
            give_back(taken)
        raise
    if taken:
        keep(taken, checkout)
    return StartedJoining(checkout, new_account)


def _describe(order: JoinOrder, offer: Offer | None, email: str) -> payments.Order:
    return payments.Order(
        email=email,
        person_id=order.person.pk if order.person else None,
        product=order.price.tier.key,
        product_name=order.price.tier.name,
        amount=order.amount,
        interval=Interval(order.price.interval),
        token=order.token,
        language=order.language,
        return_url=order.return_url,
        cancel_url=order.cancel_url,
        network=order.network,
        proof=order.proof,
        discount=offer.discount if offer else None,
        trial_days=(offer.trial_days or 0) if offer else 0,
    )


def _refuse_second(email: str, open_ones: Sequence[Checkout], *, now: datetime) -> None:
    if has_paid_membership(email):
        raise AlreadyMember
    # A second tab may have been paid a moment ago, and the provider's word of it still be on its way.
    for checkout in open_ones[:1]:
        if (
            checkout.interval != Interval.ONCE
            and payments.settle_checkout(checkout, now=now).state == CheckoutState.COMPLETED
        ):
            raise AlreadyMember


def _is_same(checkout: Checkout, order: JoinOrder, offer: Offer | None) -> bool:
    return (
        (checkout.redemption.offer_id if has_offer(checkout) else None) == (offer.pk if offer else None)
        and checkout.product == order.price.tier.key
        and (checkout.amount_minor, checkout.currency) == (order.amount.minor, order.amount.currency)
        and checkout.interval == order.price.interval
        and checkout.state == CheckoutState.OPEN
    )
