"""What is asked of the rows of belonging."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from masthead.accounts.models import User
from masthead.community.benefits import keep_known
from masthead.community.models import Contribution, Membership, PaymentFee, SurplusSubscription, Tier, TierPrice
from masthead.payments.models import Checkout, CheckoutState, Payment
from masthead.rules.asking import Fee
from masthead.rules.pledges import GRACE

HAS_SURPLUS = "has_surplus"
_WENT_BACK = Q(payment__refunded_minor__gte=F("payment__amount_minor"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one person has paid for: the membership, if there is one, and what is theirs until when.

    `entitled_until` includes the grace; None where nothing stands paid. `is_doubled`: a second payment runs beside it.
    `gave_at` is the last single gift of somebody who is no member now, None for members and where it went back.
    """

    membership: Membership | None
    benefits: tuple[str, ...]
    entitled_until: datetime | None
    is_doubled: bool = False
    gave_at: datetime | None = None

    def is_entitled(self, now: datetime) -> bool:
        """Whether the benefits are theirs at `now`."""
        return self.entitled_until is not None and now < self.entitled_until


def list_prices() -> list[TierPrice]:
    """Return every price of every tier on offer, in the order in which tiers and prices are shown; one query."""
    prices = TierPrice.objects.filter(tier__active=True).select_related("tier")
    return list(prices.order_by("tier__order", "tier_id", "pk"))


def find_fee(currency: str) -> Fee | None:
    """Return what a payment in this currency costs, None where staff did not say; one query."""
    row = PaymentFee.objects.filter(currency=currency).first()
    return row.fee if row else None


def find_tier(key: str) -> Tier | None:
    """Return the tier of this key, None where there is none; one query."""
    return Tier.objects.filter(key=key).first()


def get_membership(person: User) -> Membership | None:
    """Return the person's live membership, else the last one that ended, else None; one query, its tier included."""
    return next(iter(_list_memberships(person)), None)


def has_paid_membership(email: str) -> bool:
    """Return whether the account of this address has a membership that it pays for and that has not ended."""
    return Membership.objects.live().paid().filter(person__in=User.objects.with_email(email)).exists()


def get_standing(person: User, *, now: datetime) -> Standing:
    """Return what the person has paid for: one query for a member, two for one who paid twice, three for others."""
    memberships = _list_memberships(person)
    surplus: list[SurplusSubscription] = []
    if not memberships or getattr(memberships[0], HAS_SURPLUS):
        surplus = list(SurplusSubscription.objects.filter(person=person).select_related("tier"))
    gifts = None if _has_live(memberships) else Contribution.objects.filter(person=person)
    return _stand(memberships, surplus, gifts, now=now)


def get_standing_of_checkouts(checkout_ids: Sequence[UUID], *, now: datetime) -> Standing:
    """Return what these checkouts alone have paid for, whatever else their people paid for: three queries at most."""
    memberships = Membership.objects.filter(subscription__checkouts__in=checkout_ids).select_related("tier", "person")
    surplus = SurplusSubscription.objects.filter(subscription__checkouts__in=checkout_ids).select_related("tier")
    ordered = _put_first(memberships)
    gifts = None if _has_live(ordered) else Contribution.objects.filter(payment__checkout__in=checkout_ids)
    return _stand(ordered, list(surplus), gifts, now=now)


def get_paid_checkout(checkout_ids: Sequence[UUID]) -> Checkout | None:
    """Return that one of these checkouts which was paid last, or None; its person included."""
    paid = Checkout.objects.filter(pk__in=checkout_ids, state=CheckoutState.COMPLETED)
    return paid.select_related("person", "subscription").order_by("-completed_at", "-created_at").first()


def is_account_of_checkout(person: User, checkout: Checkout) -> bool:
    """Return whether nothing but this checkout has made the person's account, and nobody has been in it since.

    Nobody has signed in to it; it is no older than the checkout; and no other checkout of the person was paid, for
    then that one may have made it, in another browser.
    """
    if person.last_login is not None or person.is_staff or person.date_joined < checkout.created_at:
        return False
    others = Checkout.objects.filter(person=person, state=CheckoutState.COMPLETED).exclude(pk=checkout.pk)
    return not others.exists()


def is_entitled(person: User, *, now: datetime) -> bool:
    """Return whether the person's benefits are theirs at `now`: paid until then, or within the grace."""
    return get_standing(person, now=now).is_entitled(now)


def _list_memberships(person: User) -> list[Membership]:
    """Return all of the person's memberships, the live one first, then by what was paid for longest."""
    surplus = SurplusSubscription.objects.filter(person=OuterRef("person"))
    mine = Membership.objects.filter(person=person).annotate(**{HAS_SURPLUS: Exists(surplus)})
    return _put_first(mine.select_related("tier", "subscription", "person"))


def _has_live(ordered: list[Membership]) -> bool:
    return bool(ordered) and ordered[0].is_live


def _put_first(memberships: Iterable[Membership]) -> list[Membership]:
    return sorted(memberships, key=lambda one: (one.is_live, one.paid_until or one.since), reverse=True)


def _stand(
    memberships: list[Membership],
    surplus: list[SurplusSubscription],
    gifts: QuerySet[Contribution] | None,
    *,
    now: datetime,
) -> Standing:
    paid: list[Membership | SurplusSubscription] = [*memberships, *surplus]
    ends = [(row, row.paid_until + GRACE) for row in paid if row.paid_until is not None]
    return Standing(
        membership=memberships[0] if memberships else None,
        benefits=keep_known(benefit for row, end in ends if now < end for benefit in row.tier.benefits),
        entitled_until=max((end for _row, end in ends), default=None),
        is_doubled=any(row.paid_until is not None and now < row.paid_until for row in surplus),
        gave_at=None if gifts is None else gifts.exclude(_WENT_BACK).aggregate(last=Max("given_at"))["last"],
    )


def list_receipts(person: User) -> list[Payment]:
    """Return what the person has paid, the newest first, at most a hundred."""
    return list(Payment.objects.filter(person=person).order_by("-paid_at", "-pk")[:100])


def get_price_of_membership(membership: Membership) -> TierPrice | None:
    """Return the price that the membership's amount is checked against; None where staff have taken it away."""
    return TierPrice.objects.filter(
        tier=membership.tier_id, currency=membership.currency, interval=membership.interval
    ).first()
