"""Tiers, people and subscriptions that the tests of belonging share."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from masthead.accounts.models import User
from masthead.accounts.operations import get_or_create_person
from masthead.community.models import Tier, TierPrice
from masthead.payments.models import Checkout, Payment, Subscription

MORNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MONTH = timedelta(days=30)
_numbers = itertools.count(1)


def make_tiers() -> tuple[Tier, Tier]:
    """Return the two tiers of the tests: Community (in two currencies, and once) and Patron."""
    community = Tier.objects.create(
        key="community",
        name="Community",
        description="For everyone who wants the paper to be there.",
        benefits=["ad_free", "community_content"],
        order=0,
    )
    patron = Tier.objects.create(
        key="patron", name="Patron", benefits=["ad_free", "community_content", "name_in_thanks"], order=1
    )
    for tier, currency, interval, floor, suggested in (
        (community, "USD", "month", 600, [600, 1200, 2000]),
        (community, "USD", "year", 6000, [6000, 12000, 20000]),
        (community, "USD", "once", 500, [1000, 2500, 5000]),
        (community, "EUR", "month", 500, [500, 1000, 2000]),
        (patron, "USD", "month", 2500, [2500, 4000, 6000]),
        (patron, "USD", "year", 25000, [25000, 40000]),
    ):
        TierPrice.objects.create(
            tier=tier, currency=currency, interval=interval, floor_minor=floor, suggested_minor=suggested
        )
    return community, patron


def make_person(email: str = "alma@example.org", name: str = "Alma Brandt") -> User:
    """Return a person of this address."""
    return get_or_create_person(email=email, name=name)[0]


def make_subscription(person: User | None, **told: Any) -> Subscription:
    """Return a subscription that is paid for one month from MORNING on, but for what is told otherwise."""
    return Subscription.objects.create(
        **{
            "provider": "sandbox",
            "reference": f"sub_{next(_numbers)}",
            "person": person,
            "product": "community",
            "product_name": "Community",
            "amount_minor": 1200,
            "currency": "USD",
            "interval": "month",
            "status": "active",
            "paid_until": MORNING + MONTH,
            "started_at": MORNING,
            **told,
        }
    )


def make_payment(person: User | None, **told: Any) -> Payment:
    """Return a payment of $12 at MORNING, but for what is told otherwise."""
    return Payment.objects.create(
        **{
            "provider": "sandbox",
            "reference": f"pay_{next(_numbers)}",
            "person": person,
            "product": "community",
            "product_name": "Community",
            "amount_minor": 1200,
            "currency": "USD",
            "paid_at": MORNING,
            **told,
        }
    )


def make_checkout(person: User | None, **told: Any) -> Checkout:
    """Return a checkout that was completed at MORNING, but for what is told otherwise."""
    return Checkout.objects.create(
        **{
            "provider": "sandbox",
            "reference": f"cs_{next(_numbers)}",
            "person": person,
            "email": person.email if person else "",
            "product": "community",
            "product_name": "Community",
            "amount_minor": 1200,
            "currency": "USD",
            "interval": "month",
            "state": "completed",
            "created_at": MORNING,
            "completed_at": MORNING,
            **told,
        }
    )
