"""Begin a checkout: write the order down, then send it to the provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import transaction

from masthead.payments.models import Checkout, CheckoutState
from masthead.payments.operations import shield
from masthead.payments.operations.tally import hash_account, hash_network
from masthead.payments.providers.base import CheckoutOrder
from masthead.payments.providers.registry import get_current_provider
from masthead.rules.discounts import Discount
from masthead.rules.errors import MastheadError
from masthead.rules.money import BadAmount, Money
from masthead.rules.pledges import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one reader wants to pay, with price and floor checked already.

    `product` is opaque here. `{checkout}` in `return_url` becomes the checkout's id. `network` is the internet address
    that the order came from: only the hash of its network is kept, and only until the checkout is over. `person_id` is
    who is signed in, and `proof` the solved challenge of an earlier ProofWanted, if there was one. `discount` and
    `trial_days` are for what is paid again and again.
    """

    email: str
    person_id: int | None
    product: str
    product_name: str
    amount: Money
    interval: Interval
    token: str
    language: str
    return_url: str
    cancel_url: str
    network: str = ""
    proof: str = ""
    discount: Discount | None = None
    trial_days: int = 0

    @property
    def first(self) -> Money:
        """What the first payment comes to: nothing before days to try."""
        if self.trial_days:
            return Money(0, self.amount.currency)
        return self.discount.apply(self.amount) if self.discount else self.amount


class BadOrder(MastheadError):
    """Something is missing in this order."""

    code: ClassVar[str] = "bad_order"


def start_checkout(order: Order, *, now: datetime) -> Checkout:
    """Begin a checkout; the reader pays at its `url`.

    The order is on record before the provider hears of it, so nothing can be paid that we know nothing of. Raises
    BadOrder, BadAmount, TooManyAttempts, ProofWanted and CardsPaused before the provider is asked, and
    PaymentsUnavailable or PaymentsRefused.
    Not safe to repeat: each call begins another checkout.
    """
    if order.amount.minor <= 0:
        raise BadAmount("The amount must be above zero.")
    if order.interval is Interval.ONCE and (order.discount or order.trial_days):
        raise BadOrder
    if "@" not in order.email or not order.product or not order.product_name:
        raise BadOrder
    network = hash_network(order.network)
    shield.admit(email=order.email, person_id=order.person_id, network=network, proof=order.proof, now=now)
    provider = get_current_provider()
    with transaction.atomic():
        checkout = Checkout.objects.create(
            person_id=order.person_id,
            email=order.email,
            product=order.product,
            product_name=order.product_name[:200],
            amount_minor=order.amount.minor,
            currency=order.amount.currency,
            first_minor=None if order.first == order.amount else order.first.minor,
            interval=Interval(order.interval),
            provider=provider.name,
            token=order.token,
            language=order.language,
            network=network,
            account=hash_account(order.person_id),
            created_at=now,
            counted_at=now,
        )
        shield.note_begun(checkout, now=now)
    try:
        started = provider.start_checkout(_describe(order, checkout))
    except MastheadError as error:
        if error.retriable:
            # It was away, which is no fault of the reader's.
            shield.forgive(checkout, paid_at=None)
        failed = Checkout.objects.filter(pk=checkout.pk, state=CheckoutState.OPEN)
        failed.update(state=CheckoutState.FAILED, network="", account="")
        raise
    # Updated, not saved: a message about it may have come in meanwhile, and been projected.
    Checkout.objects.filter(pk=checkout.pk).update(
        reference=started.reference, url=started.url, expires_at=started.expires_at
    )
    checkout.refresh_from_db()
    return checkout


def _describe(order: Order, checkout: Checkout) -> CheckoutOrder:
    return CheckoutOrder(
        key=str(checkout.pk),
        email=order.email,
        product=order.product,
        product_name=order.product_name,
        amount=order.amount,
        interval=Interval(order.interval),
        language=order.language,
        discount=order.discount,
        trial_days=order.trial_days,
        return_url=order.return_url.replace("{checkout}", str(checkout.pk)),
        cancel_url=order.cancel_url.replace("{checkout}", str(checkout.pk)),
    )
