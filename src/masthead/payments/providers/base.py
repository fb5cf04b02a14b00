"""What every payment provider can do, and the plain values it speaks in.

A provider states what stands with it; it never changes a row of ours. References are its own identifiers, opaque to
everyone else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from masthead.rules.discounts import Discount
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money
from masthead.rules.pledges import Interval


class PaymentsUnavailable(MastheadError):
    """The payment service does not answer just now. Nothing was charged; please try again in a minute."""

    code: ClassVar[str] = "payments_unavailable"
    status: ClassVar[int] = 503
    retriable: ClassVar[bool] = True


class PaymentsRefused(MastheadError):
    """The payment service did not accept this. Nothing was charged."""

    code: ClassVar[str] = "payments_refused"
    status: ClassVar[int] = 502


class NothingThere(MastheadError):
    """The payment service knows nothing of this."""

    code: ClassVar[str] = "nothing_there"
    status: ClassVar[int] = 404


class BadWebhook(MastheadError):
    """This message is not signed by the payment service, or it is too old."""

    code: ClassVar[str] = "bad_webhook"


class UnknownProvider(MastheadError):
    """There is no such payment service here."""

    code: ClassVar[str] = "unknown_provider"
    status: ClassVar[int] = 404


class SubjectKind(StrEnum):
    """What a message of a provider can be about."""

    CHECKOUT = "checkout"
    CUSTOMER = "customer"
    SUBSCRIPTION = "subscription"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One object of the provider, to be read again."""

    kind: SubjectKind
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A message of a provider: something may have changed with its subject, None where it concerns nothing of ours.

    `reference` is unique among the provider's messages. `is_failure` marks one attempt to pay that failed: `order` is
    then the key of ours that the message names, if it does, and `card` what it says of the card, always the same for
    the same card, "" where it says nothing.
    """

    reference: str
    kind: str
    happened_at: datetime
    subject: Subject | None
    is_failure: bool = False
    order: str = ""
    card: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutOrder:
    """What a reader shall be asked to pay. `key` is ours and unique; the provider hands it back with everything.

    `product` is opaque; `product_name` is shown to the reader. `discount` and `trial_days` are for subscriptions.
    """

    key: str
    email: str
    product: str
    product_name: str
    amount: Money
    interval: Interval
    language: str
    return_url: str
    cancel_url: str
    discount: Discount | None = None
    trial_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedCheckout:
    """Where the reader is to pay, and until when."""

    reference: str
    url: str
    expires_at: datetime | None


class StatedState(StrEnum):
    """Where a checkout stands with the provider."""

    OPEN = "open"
    PAID = "paid"
    WAITING = "waiting"
    EXPIRED = "expired"


class StatedStatus(StrEnum):
    """Where a subscription stands with the provider."""

    INCOMPLETE = "incomplete"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedCheckout:
    """A checkout as the provider has it. WAITING is submitted, but the money is on its way (a bank debit)."""

    reference: str
    state: StatedState
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPayment:
    """Money that arrived.

    `is_first` marks the payment that the order was for, as against a renewal. `refunded` is None where the provider
    was not asked for refunds. `covers_until` is the end of the time that it pays for, by what was credited of it too:
    None for a one-time payment, and for one too old to tell.
    """

    reference: str
    amount: Money
    refunded: Money | None
    refunded_at: datetime | None
    country: str
    paid_at: datetime
    covers_until: datetime | None
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a subscription is for and what it costs. `product` is opaque; the reader sees `product_name`."""

    product: str
    product_name: str
    amount: Money
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSubscription:
    """A subscription as the provider has it.

    `settled_until` is the end of the period whose invoice was settled last, and None before the first. `product` and
    `product_name` are "" where it was never changed. `next_plan` takes the place of what is now at `next_at`.
    `resumes_at` is when a pause ends. `card_expires_on` is the last day of the card's month.
    """

    reference: str
    customer: str
    amount: Money
    interval: Interval
    status: StatedStatus
    settled_until: datetime | None
    cancel_at_period_end: bool
    started_at: datetime
    ended_at: datetime | None
    product: str = ""
    product_name: str = ""
    next_plan: Plan | None = None
    next_at: datetime | None = None
    resumes_at: datetime | None = None
    card_label: str = ""
    card_expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Everything the provider says about one order at one moment.

    `order` is the key of ours, "" for a foreign sale; `name` is who paid, "" where nobody did yet.
    """

    order: str
    name: str = ""
    checkout: StatedCheckout | None = None
    subscription: StatedSubscription | None = None
    payments: tuple[StatedPayment, ...] = ()


class Provider(Protocol):
    """One payment service.

    Every method but `parse_webhook` calls out, and raises PaymentsUnavailable when the service does not answer (safe
    to repeat: calls that change something carry `key`, and the same key does it once), PaymentsRefused when it says
    no, and NothingThere for a reference it does not know.
    """

    @property
    def name(self) -> str:
        """The name under which rows and addresses know it."""
        ...

    def start_checkout(self, order: CheckoutOrder) -> StartedCheckout:
        """Open a hosted page on which the order can be paid once. Safe to repeat: one page for one `order.key`."""
        ...

    def expire_checkout(self, reference: str) -> None:
        """Close a page that was not paid. Does nothing to one that is closed already."""
        ...

    def read_checkout(self, reference: str) -> Statement:
        """State the checkout, with its subscription and first payment, in one call."""
        ...

    def read_subscription(self, reference: str) -> Statement:
        """State the subscription with its last twelve payments."""
        ...

    def read_customer(self, reference: str) -> Statement:
        """State the newest subscription of a customer, as `read_subscription` does; an empty statement for none."""
        ...

    def read_payment(self, reference: str) -> Statement:
        """State one payment with what went back of it; no payment in it where none arrived."""
        ...

    def change_amount(self, reference: str, *, amount: Money, key: str) -> None:
        """Charge another amount from the next period on."""
        ...

    def change_plan(self, reference: str, plan: Plan, *, at_once: bool, key: str) -> None:
        """Change what is paid for.

        At once, with exact credit for the time left and charged now: a card that is declined raises PaymentsRefused,
        and nothing has changed. Else from the next period on, charging nothing now; the present plan named again takes
        a planned one back. Where the present period was not charged at the price that stands (a trial, an amount
        changed in it, a plan that waits), it is refused at once; where a payment is due or paused, altogether.
        """
        ...

    def pause(self, reference: str, *, until: datetime, key: str) -> None:
        """Charge nothing before `until`: what falls due meanwhile is void."""
        ...

    def resume(self, reference: str, *, key: str) -> None:
        """Charge again from the next period on."""
        ...

    def open_card_page(self, reference: str, *, return_url: str, key: str) -> str:
        """Return the address of a hosted page on which the card of a subscription is changed, for an hour."""
        ...

    def update_customer(self, customer: str, *, email: str, name: str) -> None:
        """Change address and name, as later receipts of the provider have them."""
        ...

    def erase_customer(self, customer: str) -> None:
        """Delete a customer with cards and subscriptions. Does nothing to one that is gone."""
        ...

    def set_ending(self, reference: str, *, ending: bool, key: str) -> None:
        """Let the subscription end with the paid period, or go on after all."""
        ...

    def cancel(self, reference: str) -> None:
        """End the subscription at once. Does nothing to one that is over."""
        ...

    def refund(self, reference: str, *, amount: Money | None, key: str) -> None:
        """Send a payment back, whole or in part."""
        ...

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Hint:
        """Check signature and age of a message and say what it hints at. Header names are lower case.

        Raises BadWebhook.
        """
        ...

    def list_since(self, moment: datetime) -> Iterator[Hint]:
        """List the messages that the service sent, or meant to send, since a moment (a month back at most)."""
        ...

    def list_payments(self, since: datetime | None) -> Iterator[Statement]:
        """State each payment that arrived since a moment (None: ever), and each of which something went back lately.

        One payment a statement; `order` is "" for a foreign sale. In pages: the calls grow with the period, not with
        what is ours.
        """
        ...

    def list_subscriptions(self, since: datetime | None, *, with_ended: bool) -> Iterator[Statement]:
        """State each subscription that stands, or every one; `settled_until` is None where the period does not say.

        A foreign one is a statement without order and subscription.
        """
        ...
