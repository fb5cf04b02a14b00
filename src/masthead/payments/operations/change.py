"""Change what stands: the amount, the end, a refund. The provider does it, then our rows follow."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from masthead.payments.models import Checkout, Payment, Subscription, SubscriptionStatus
from masthead.payments.operations.project import project
from masthead.payments.providers.base import PaymentsRefused, Plan, Subject, SubjectKind
from masthead.payments.providers.registry import get_provider
from masthead.payments.queries import get_checkout_of_subscription
from masthead.rules.errors import MastheadError
from masthead.rules.money import BadAmount, CurrencyMismatch, Money
from masthead.rules.pledges import Interval


class SubscriptionOver(MastheadError):
    """This membership has ended already."""

    code: ClassVar[str] = "subscription_over"
    status: ClassVar[int] = 409


class BadPause(MastheadError):
    """A pause ends on a day that lies ahead."""

    code: ClassVar[str] = "bad_pause"


class RefundTooLarge(MastheadError):
    """More cannot be sent back than was paid."""

    code: ClassVar[str] = "refund_too_large"


def change_amount(subscription: Subscription, amount: Money, *, now: datetime) -> Subscription:
    """Charge another amount from the next period on; the floor is the caller's to check. Safe to repeat.

    Raises SubscriptionOver, CurrencyMismatch, BadAmount, PaymentsUnavailable, PaymentsRefused.
    """
    if amount.minor <= 0:
        raise BadAmount("The amount must be above zero.")
    if amount.currency != subscription.currency:
        raise CurrencyMismatch(f"This membership is paid in {subscription.currency}.")
    key = _get_key(subscription, f"amount-{amount.minor}")
    get_provider(subscription.provider).change_amount(subscription.reference, amount=amount, key=key)
    return _follow(subscription, now=now)


def change_plan(
    subscription: Subscription,
    *,
    product: str,
    product_name: str,
    amount: Money,
    interval: Interval,
    at_once: bool,
    now: datetime,
) -> Subscription:
    """Change what is paid for, at once with credit for the time left, or from the next period on. Safe to repeat.

    At once, the difference is charged now: a card that is declined raises PaymentsRefused, and nothing has changed.
    The present plan from the next period on takes a planned one back. Floors are the caller's to check. Raises
    SubscriptionOver, CurrencyMismatch, BadAmount, PaymentsUnavailable, PaymentsRefused (also while a payment is due or
    paused; and at once, where the present period was charged at another price than stands now).
    """
    if amount.minor <= 0 or interval is Interval.ONCE:
        raise BadAmount("The amount must be above zero, and paid again and again.")
    if amount.currency != subscription.currency:
        raise CurrencyMismatch(f"This membership is paid in {subscription.currency}.")
    plan = Plan(product=product, product_name=product_name, amount=amount, interval=interval)
    key = _get_key(subscription, f"plan-{product}-{amount.minor}-{interval.value}-{'now' if at_once else 'next'}")
    try:
        get_provider(subscription.provider).change_plan(subscription.reference, plan, at_once=at_once, key=key)
    except PaymentsRefused:
        # Under this key the provider would go on saying no, whatever card pays by then.
        _follow(subscription, now=now)
        raise
    return _follow(subscription, now=now)


def pause(subscription: Subscription, *, until: datetime, now: datetime) -> Subscription:
    """Charge nothing before `until`: what falls due meanwhile is void. Safe to repeat.

    Raises BadPause, SubscriptionOver, PaymentsUnavailable, PaymentsRefused.
    """
    if until <= now:
        raise BadPause
    key = _get_key(subscription, f"pause-{until:%Y%m%d%H%M%S}")
    get_provider(subscription.provider).pause(subscription.reference, until=until, key=key)
    return _follow(subscription, now=now)


def resume(subscription: Subscription, *, now: datetime) -> Subscription:
    """Charge again from the next period on. Safe to repeat.

    Raises SubscriptionOver, PaymentsUnavailable, PaymentsRefused.
    """
    get_provider(subscription.provider).resume(subscription.reference, key=_get_key(subscription, "resume"))
    return _follow(subscription, now=now)


def open_card_page(subscription: Subscription, *, return_url: str) -> str:
    """Return the address of the provider's own page on which the card is changed.

    It opens for whoever has it: redirect to it, keep it nowhere. Raises SubscriptionOver, PaymentsUnavailable,
    PaymentsRefused, NothingThere.
    """
    key = _get_key(subscription, "card")
    return get_provider(subscription.provider).open_card_page(subscription.reference, return_url=return_url, key=key)


def update_customer(subscription: Subscription, *, email: str, name: str) -> None:
    """Tell the provider another address and name of who pays. Safe to repeat.

    Raises PaymentsUnavailable, PaymentsRefused, NothingThere.
    """
    get_provider(subscription.provider).update_customer(subscription.customer, email=email, name=name)


def erase_customer(provider_name: str, customer: str) -> None:
    """Delete a customer at the provider, and end what they pay for. Safe to repeat.

    Raises PaymentsUnavailable, PaymentsRefused, UnknownProvider.
    """
    get_provider(provider_name).erase_customer(customer)


def end_subscription(subscription: Subscription, *, now: datetime) -> Subscription:
    """Let a subscription end when the paid time is over. Safe to repeat.

    Raises SubscriptionOver, PaymentsUnavailable, PaymentsRefused.
    """
    key = _get_key(subscription, "end")
    get_provider(subscription.provider).set_ending(subscription.reference, ending=True, key=key)
    return _follow(subscription, now=now)


def take_back_end(subscription: Subscription, *, now: datetime) -> Subscription:
    """Let a subscription that was asked to end go on after all. Safe to repeat.

    Raises SubscriptionOver, PaymentsUnavailable, PaymentsRefused.
    """
    key = _get_key(subscription, "go-on")
    get_provider(subscription.provider).set_ending(subscription.reference, ending=False, key=key)
    return _follow(subscription, now=now)


def cancel_subscription(subscription: Subscription, *, now: datetime) -> Subscription:
    """End a subscription at once; what is paid for stays paid for until it is refunded. Safe to repeat.

    Raises PaymentsUnavailable, PaymentsRefused.
    """
    get_provider(subscription.provider).cancel(subscription.reference)
    return _follow(subscription, now=now)


def refund_payment(payment: Payment, *, amount: Money | None = None, now: datetime) -> Payment:
    """Send a payment back, whole or in part. Safe to repeat until our row has followed.

    Raises RefundTooLarge, CurrencyMismatch, PaymentsUnavailable, PaymentsRefused.
    """
    payment.refresh_from_db()
    if (amount or payment.kept) > payment.kept or payment.kept.minor == 0:
        raise RefundTooLarge
    key = f"refund-{payment.pk}-{payment.refunded_minor}-{(amount or payment.kept).minor}"
    get_provider(payment.provider).refund(payment.reference, amount=amount or payment.kept, key=key)
    project(payment.provider, Subject(kind=SubjectKind.PAYMENT, reference=payment.reference), now=now)
    payment.refresh_from_db()
    return payment


def _get_key(subscription: Subscription, what: str) -> str:
    """Return the idempotency key of a change.

    The same until our rows have followed the change: so a repetition after a failure does it once, and the same wish
    a month later is a new one.
    """
    subscription.refresh_from_db()
    if subscription.status == SubscriptionStatus.ENDED:
        raise SubscriptionOver
    checkout = get_checkout_of_subscription(subscription)
    version = checkout.version if isinstance(checkout, Checkout) else 0
    return f"{what}-{subscription.pk}-{version}"


def _follow(subscription: Subscription, *, now: datetime) -> Subscription:
    project(subscription.provider, Subject(kind=SubjectKind.SUBSCRIPTION, reference=subscription.reference), now=now)
    subscription.refresh_from_db()
    return subscription
