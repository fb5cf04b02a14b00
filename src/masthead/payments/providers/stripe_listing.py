"""What Stripe has of a period, in pages of a hundred: for comparing it with the ledger, object by object.

A charge of a subscription carries no metadata of its own: the paid invoices say which order it belongs to. So a period
costs one call for each hundred charges, invoices, refunds, disputes and subscriptions, however many are ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import stripe

from masthead.payments.providers.base import StatedPayment, Statement
from masthead.payments.providers.stripe_stating import order_of, state_payments, state_subscription
from masthead.payments.providers.stripe_words import TAKING, as_moment, from_stripe, id_of, moment_of

PAGE: Final = 100
# What must be expanded to know the card that is charged next.
CARDS: Final = ("default_payment_method", "customer.invoice_settings.default_payment_method")
# An invoice is paid, a refund fails and a dispute is decided this long after it was made, at the most.
LATE: Final = timedelta(days=60)


def list_payments(api: stripe.V1Services, since: datetime | None) -> Iterator[Statement]:
    """State each payment that arrived since a moment, or of which something went back lately; each once.

    The order is "" for a foreign sale.
    """
    invoiced = {
        payment.reference: (order_of(details.metadata if (details := _details_of(invoice)) else None), payment)
        for invoice in _list_invoices(api, since)
        for payment in state_payments(invoice, {})
    }
    disputes = api.disputes.list(_since(since, LATE) | {"expand": ["data.charge"]}).auto_paging_iter()  # type: ignore[arg-type]  # a part of the parameters is made elsewhere
    older: dict[str, stripe.Charge] = {}
    taken: defaultdict[str, int] = defaultdict(int)
    for dispute in disputes:
        reference = id_of(dispute.payment_intent)
        taken[reference] += dispute.amount if dispute.status in TAKING else 0
        if isinstance(dispute.charge, stripe.Charge):
            older[reference] = dispute.charge
    refunds = api.refunds.list(_since(since, LATE) | {"expand": ["data.charge"]}).auto_paging_iter()  # type: ignore[arg-type]  # as above
    for refund in refunds:
        if isinstance(refund.charge, stripe.Charge):
            older[id_of(refund.payment_intent)] = refund.charge
    for charge in api.charges.list(_since(since)).auto_paging_iter():  # type: ignore[arg-type]  # as above
        reference = id_of(charge.payment_intent)
        if charge.status == "succeeded" and reference:
            older.pop(reference, None)
            yield _state(charge, invoiced.get(reference), taken[reference])
    for reference, charge in older.items():
        if charge.status == "succeeded" and reference:
            yield _state(charge, invoiced.get(reference), taken[reference])


def list_subscriptions(api: stripe.V1Services, since: datetime | None, *, with_ended: bool) -> Iterator[Statement]:
    """State each subscription that is not over, or every one.

    `settled_until` is None where no invoice of the period and not the last one says it.
    """
    invoices: defaultdict[str, list[stripe.Invoice]] = defaultdict(list)
    for invoice in _list_invoices(api, since):
        if details := _details_of(invoice):
            invoices[id_of(details.subscription)].append(invoice)
    fields = [f"data.{field}" for field in ("latest_invoice", *CARDS)]
    params: stripe.params.SubscriptionListParams = {"limit": PAGE, "expand": fields}
    if with_ended:
        params["status"] = "all"
    for subscription in api.subscriptions.list(params).auto_paging_iter():
        order = order_of(subscription.metadata)
        if not order:
            yield Statement(order="")
            continue
        last = subscription.latest_invoice
        known = invoices[subscription.id] or ([last] if isinstance(last, stripe.Invoice) else [])
        yield Statement(order=order, subscription=state_subscription(subscription, known)[0])


def _list_invoices(api: stripe.V1Services, since: datetime | None) -> Iterator[stripe.Invoice]:
    params = _since(since, LATE) | {"status": "paid", "expand": ["data.payments"]}
    yield from api.invoices.list(params).auto_paging_iter()  # type: ignore[arg-type]  # a part of the parameters is made elsewhere


def _details_of(invoice: stripe.Invoice) -> stripe.Invoice.Parent.SubscriptionDetails | None:
    return invoice.parent.subscription_details if invoice.parent else None


def _since(moment: datetime | None, slack: timedelta = timedelta()) -> dict[str, object]:
    page: dict[str, object] = {"limit": PAGE}
    return page if moment is None else page | {"created": {"gte": int((moment - slack).timestamp())}}


def _state(charge: stripe.Charge, invoiced: tuple[str, StatedPayment] | None, taken: int) -> Statement:
    order, payment = invoiced or (order_of(charge.metadata), None)
    stated = StatedPayment(
        reference=id_of(charge.payment_intent),
        amount=payment.amount if payment else from_stripe(charge.amount_captured, charge.currency),
        refunded=from_stripe(charge.amount_refunded + taken, charge.currency),
        refunded_at=as_moment(charge.created) if charge.amount_refunded + taken else None,
        country=payment.country if payment else "",
        paid_at=moment_of(charge.created),
        covers_until=payment.covers_until if payment else None,
        is_first=payment.is_first if payment else True,
    )
    return Statement(order=order, payments=(stated,))
