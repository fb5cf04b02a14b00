"""Find the offer that a reader means, and take one use of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from masthead.accounts.models import normalize_email
from masthead.community.models import Membership, TierPrice
from masthead.community.offering.models import Offer, Redemption
from masthead.payments.models import Checkout, CheckoutState
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

# A use that has no checkout by then was given up on the way to the provider.
UNDERWAY: Final = timedelta(minutes=10)


class NoSuchOffer(MastheadError):
    """No offer has this code."""

    code: ClassVar[str] = "no_such_offer"
    status: ClassVar[int] = 404

    def __str__(self) -> str:
        """Say what to do."""
        return _("We know no offer with this code. Check how it is written, or go on without it.")


class OfferOver(MastheadError):
    """The offer has ended, or everyone it was for has taken it."""

    code: ClassVar[str] = "offer_over"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say what to do."""
        return _("This offer is over. You can go on without it.")


class OfferNotForThis(MastheadError):
    """The offer does not fit what was chosen."""

    code: ClassVar[str] = "offer_not_for_this"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say what to do."""
        return _("This offer is not for what you chose. Choose something else, or go on without it.")


class OfferUsed(MastheadError):
    """Everyone can use it once, and some are for new members alone."""

    code: ClassVar[str] = "offer_used"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say what to do."""
        return _("This offer is for new members, once each. You can go on without it.")


def find_offer(code: str, price: TierPrice, amount: Money, *, now: datetime, is_held: bool = False) -> Offer:
    """Return the offer of this code if it fits what was chosen; `is_held` by who asks, its limit does not matter.

    Raises NoSuchOffer, OfferOver, OfferNotForThis.
    """
    offer = Offer.objects.filter(code=code.strip().upper()).first()
    if offer is None:
        raise NoSuchOffer
    is_over = not offer.active or (offer.ends_at is not None and offer.ends_at <= now)
    if is_over or (not is_held and _is_taken(offer, now=now)):
        raise OfferOver
    if price.interval == Interval.ONCE or (offer.tier_id is not None and offer.tier_id != price.tier_id):
        raise OfferNotForThis
    if offer.discount is not None:
        try:
            offer.discount.apply(amount)
        except MastheadError as error:
            raise OfferNotForThis from error
    return offer


@transaction.atomic
def take(offer: Offer, *, email: str, now: datetime) -> Redemption:
    """Take one use of an offer for this address, under a lock: of two who want the last one, one gets it.

    Not safe to repeat. Raises OfferOver, OfferUsed.
    """
    Offer.objects.select_for_update().get(pk=offer.pk)
    if _is_taken(offer, now=now):
        raise OfferOver
    address = normalize_email(email)
    before = Redemption.objects.filter(
        offer=offer, checkout__state=CheckoutState.COMPLETED, checkout__email__iexact=address
    )
    if before.exists() or (offer.for_new_only and Membership.objects.filter(person__email=address).exists()):
        raise OfferUsed
    return Redemption.objects.create(offer=offer, taken_at=now)


def keep(redemption: Redemption, checkout: Checkout) -> None:
    """Note which checkout the use is for. Safe to repeat."""
    Redemption.objects.filter(pk=redemption.pk).update(checkout=checkout)


def give_back(redemption: Redemption) -> None:
    """Give a use back that came to no checkout. Safe to repeat."""
    Redemption.objects.filter(pk=redemption.pk, checkout__isnull=True).delete()


def has_offer(checkout: Checkout) -> bool:
    """Return whether a checkout was begun with an offer; no query where its redemption was brought along."""
    return hasattr(checkout, "redemption")


def count_uses(offer: Offer, *, now: datetime) -> int:
    """Return how many have the offer, or are on their way to pay with it."""
    underway = Q(checkout__isnull=True, taken_at__gt=now - UNDERWAY)
    held = Q(checkout__state__in=[CheckoutState.OPEN, CheckoutState.COMPLETED])
    return offer.redemptions.filter(underway | held).count()


def _is_taken(offer: Offer, *, now: datetime) -> bool:
    return offer.limit is not None and count_uses(offer, now=now) >= offer.limit
