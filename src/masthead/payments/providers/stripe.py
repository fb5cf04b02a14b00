"""Stripe: hosted Checkout and Billing, by the official SDK. The only module that knows it.

The sandbox is this very provider with another base address: nothing here asks which of the two it talks to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

import stripe

from masthead.payments.conf import WEBHOOK_AGE
from masthead.payments.providers.base import (
    BadWebhook,
    CheckoutOrder,
    Hint,
    NothingThere,
    PaymentsRefused,
    Plan,
    StartedCheckout,
    StatedCheckout,
    StatedPayment,
    Statement,
)
from masthead.payments.providers.stripe_errors import translated_errors
from masthead.payments.providers.stripe_listing import CARDS, PAGE, list_payments, list_subscriptions
from masthead.payments.providers.stripe_stating import (
    as_metadata,
    country_of,
    describe_coupon,
    describe_item,
    interval_of,
    is_price_charged,
    order_of,
    plan_later,
    plan_now,
    state_of,
    state_payment,
    state_subscription,
)
from masthead.payments.providers.stripe_words import (
    EVENTS,
    LOCALES,
    ORDER,
    PRODUCT,
    PRODUCT_NAME,
    TAKING,
    as_moment,
    from_stripe,
    hint_of,
    id_of,
    to_stripe,
)
from masthead.rules.discounts import Discount
from masthead.rules.money import Money
from masthead.rules.pledges import Interval

if TYPE_CHECKING:
    from stripe.params import (
        SubscriptionUpdateParams,
        SubscriptionUpdateParamsPauseCollection,
    )
    from stripe.params.billing_portal import SessionCreateParamsFlowData
    from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItemPriceData

TIMEOUT_SECONDS: Final = 15
RETRIES: Final = 2
LAST_INVOICES: Final = 12
REFUNDS_OF_CHARGE: Final = "latest_charge.refunds"

stripe.enable_telemetry = False


class StripeProvider:
    """Payments by Stripe, or by whatever answers like it at `base_address`."""

    def __init__(self, name: str, *, api_key: str, webhook_secret: str, base_address: str = "") -> None:
        self._name = name
        self._webhook_secret = webhook_secret
        self._client: stripe.StripeClient | None = None
        if api_key:
            self._client = stripe.StripeClient(
                api_key,
                base_addresses={"api": base_address} if base_address else None,
                max_network_retries=RETRIES,
                http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
            )

    @property
    def name(self) -> str:
        """The name under which rows and addresses know it."""
        return self._name

    @property
    def _api(self) -> stripe.V1Services:
        if self._client is None:
            raise PaymentsRefused("Payments are not set up here yet. Nothing was charged.")
        return self._client.v1

    def start_checkout(self, order: CheckoutOrder) -> StartedCheckout:
        """Open a hosted page on which the order can be paid once."""
        metadata = {ORDER: order.key, PRODUCT: order.product, PRODUCT_NAME: order.product_name}
        price: SessionCreateParamsLineItemPriceData = {
            "currency": order.amount.currency.lower(),
            "unit_amount": to_stripe(order.amount),
            "product_data": {"name": order.product_name},
        }
        params: SessionCreateParams = {
            "line_items": [{"quantity": 1, "price_data": price}],
            "client_reference_id": order.key,
            "customer_email": order.email,
            "metadata": metadata,
            "success_url": order.return_url,
            "cancel_url": order.cancel_url,
            "locale": order.language if order.language in LOCALES else "auto",
        }
        if order.interval is Interval.ONCE:
            params["mode"] = "payment"
            params["payment_intent_data"] = {"metadata": metadata}
        else:
            price["recurring"] = {"interval": "year" if order.interval is Interval.YEAR else "month"}
            params["mode"] = "subscription"
            params["subscription_data"] = {"metadata": metadata}
            if order.trial_days:
                params["subscription_data"]["trial_period_days"] = order.trial_days
            if order.discount:
                params["discounts"] = [{"coupon": self._make_coupon(order, order.discount)}]
        with translated_errors():
            session = self._api.checkout.sessions.create(params, {"idempotency_key": f"checkout-{order.key}"})
        if not session.url:
            raise PaymentsRefused
        return StartedCheckout(reference=session.id, url=session.url, expires_at=as_moment(session.expires_at))

    def _make_coupon(self, order: CheckoutOrder, discount: Discount) -> str:
        """Make the coupon of one order: it can be used once, by this order."""
        with translated_errors():
            return self._api.coupons.create(
                describe_coupon(order, discount), {"idempotency_key": f"coupon-{order.key}"}
            ).id

    def expire_checkout(self, reference: str) -> None:
        """Close a page that was not paid."""
        with translated_errors():
            try:
                self._api.checkout.sessions.expire(reference)
            except stripe.InvalidRequestError:
                if self._api.checkout.sessions.retrieve(reference).status == "open":
                    raise

    def read_checkout(self, reference: str) -> Statement:
        """State the checkout, with its subscription and first payment: in one call, until that is renewed."""
        expand = [
            *(f"subscription.{card}" for card in CARDS),
            "invoice.payments",
            f"payment_intent.{REFUNDS_OF_CHARGE}",
        ]
        with translated_errors():
            session = self._api.checkout.sessions.retrieve(reference, {"expand": expand})
        details = session.customer_details
        checkout = StatedCheckout(
            reference=session.id,
            state=state_of(session),
            expires_at=as_moment(session.expires_at),
        )
        payments: tuple[StatedPayment, ...] = ()
        subscription = None
        if isinstance(session.subscription, stripe.Subscription):
            if id_of(session.subscription.latest_invoice) != id_of(session.invoice):
                # Its first invoice says nothing any more of what is paid now.
                return replace(self.read_subscription(session.subscription.id), checkout=checkout)
            invoices = [session.invoice] if isinstance(session.invoice, stripe.Invoice) else []
            subscription, payments = state_subscription(session.subscription, invoices)
        elif isinstance(session.payment_intent, stripe.PaymentIntent):
            payments = self._state_payment(session.payment_intent)
        return Statement(
            order=order_of(session.metadata),
            name=(details.name if details else None) or "",
            checkout=checkout,
            subscription=subscription,
            payments=payments,
        )

    def read_subscription(self, reference: str) -> Statement:
        """State the subscription with its last twelve payments."""
        with translated_errors():
            subscription = self._api.subscriptions.retrieve(reference, {"expand": list(CARDS)})
            order = order_of(subscription.metadata)
            if not order:
                return Statement(order="")
            invoices = self._api.invoices.list(
                {"subscription": reference, "limit": LAST_INVOICES, "expand": ["data.payments"]}
            ).data
        stated, payments = state_subscription(subscription, invoices)
        return Statement(
            order=order,
            name=next((invoice.customer_name for invoice in invoices if invoice.customer_name), ""),
            subscription=stated,
            payments=payments,
        )

    def read_customer(self, reference: str) -> Statement:
        """State the newest subscription of a customer."""
        with translated_errors():
            found = self._api.subscriptions.list({"customer": reference, "status": "all", "limit": 1}).data
        return self.read_subscription(found[0].id) if found else Statement(order="")

    def read_payment(self, reference: str) -> Statement:
        """State one payment with what went back of it."""
        with translated_errors():
            intent = self._api.payment_intents.retrieve(reference, {"expand": [REFUNDS_OF_CHARGE]})
            order = order_of(intent.metadata)
            if order:
                return Statement(order=order, payments=self._state_payment(intent))
            invoice = self._find_invoice(reference)
        details = invoice.parent.subscription_details if invoice and invoice.parent else None
        if invoice is None or details is None or not order_of(details.metadata):
            return Statement(order="")
        statement = self.read_subscription(id_of(details.subscription))
        first = invoice.billing_reason == "subscription_create"
        # One that is older than what is listed keeps the end that was stated of it then.
        covers = {payment.reference: payment.covers_until for payment in statement.payments}
        paid = [
            replace(payment, covers_until=covers.get(reference), country=country_of(invoice), is_first=first)
            for payment in self._state_payment(intent)
        ]
        others = [payment for payment in statement.payments if payment.reference != reference]
        return replace(statement, payments=(*others, *paid))

    def _state_payment(self, intent: stripe.PaymentIntent) -> tuple[StatedPayment, ...]:
        """State a payment with what went back of it, to its payer or in a dispute that is not won."""
        charge = intent.latest_charge
        if not isinstance(charge, stripe.Charge) or not charge.disputed:
            return state_payment(intent)
        with translated_errors():
            disputes = self._api.disputes.list({"payment_intent": intent.id}).data
        taking = [dispute for dispute in disputes if dispute.status in TAKING]
        taken = sum(dispute.amount for dispute in taking)
        disputed_at = max((dispute.created for dispute in taking), default=None)
        return tuple(
            replace(
                payment,
                refunded=from_stripe(charge.amount_refunded + taken, charge.currency),
                refunded_at=max(filter(None, (payment.refunded_at, as_moment(disputed_at))), default=None),
            )
            for payment in state_payment(intent)
        )

    def _find_invoice(self, intent: str) -> stripe.Invoice | None:
        found = self._api.invoice_payments.list(
            {"payment": {"type": "payment_intent", "payment_intent": intent}, "limit": 1, "expand": ["data.invoice"]}
        )
        invoice = found.data[0].invoice if found.data else None
        return invoice if isinstance(invoice, stripe.Invoice) else None

    def change_amount(self, reference: str, *, amount: Money, key: str) -> None:
        """Charge another amount from the next period on."""
        with translated_errors():
            item = self._api.subscriptions.retrieve(reference).items.data[0]
            price = describe_item(item.id, id_of(item.price.product), amount, interval_of(item))
            self._api.subscriptions.update(
                reference, {"items": [price], "proration_behavior": "none"}, {"idempotency_key": key}
            )

    def change_plan(self, reference: str, plan: Plan, *, at_once: bool, key: str) -> None:
        """Change what is paid for, at once or from the next period on."""
        with translated_errors():
            subscription = self._api.subscriptions.retrieve(reference, {"expand": ["latest_invoice"]})
            item = subscription.items.data[0]
            if subscription.status not in {"active", "trialing"} or subscription.pause_collection is not None:
                # The time until the next period is not paid for, and a trial would give it away.
                raise PaymentsRefused("Nothing can be changed while a payment is due or paused. Nothing was charged.")
            metadata = subscription.metadata.to_dict()
            now, later = plan_now(metadata, item), plan_later(metadata, item)
            if at_once and later is None and now == plan:
                return
            if at_once and not is_price_charged(subscription):
                raise PaymentsRefused("This can only be changed from the next period on. Nothing was charged.")
            product = self._api.products.create(
                {"name": plan.product_name, "metadata": {PRODUCT: plan.product}}, {"idempotency_key": f"product-{key}"}
            )
            params: SubscriptionUpdateParams = {
                "items": [describe_item(item.id, product.id, plan.amount, plan.interval)],
                "metadata": as_metadata(plan),
                "proration_behavior": "none",
            }
            if at_once:
                params |= {"proration_behavior": "always_invoice", "payment_behavior": "error_if_incomplete"}
            elif now != plan:
                params["metadata"] = as_metadata(now, later=plan, at=item.current_period_end)
            if not at_once and plan.interval != interval_of(item):
                params["trial_end"] = item.current_period_end
            self._api.subscriptions.update(reference, params, {"idempotency_key": key})

    def pause(self, reference: str, *, until: datetime, key: str) -> None:
        """Charge nothing before `until`."""
        pause: SubscriptionUpdateParamsPauseCollection = {"behavior": "void", "resumes_at": int(until.timestamp())}
        with translated_errors():
            self._api.subscriptions.update(reference, {"pause_collection": pause}, {"idempotency_key": key})

    def resume(self, reference: str, *, key: str) -> None:
        """Charge again from the next period on."""
        with translated_errors():
            self._api.subscriptions.update(reference, {"pause_collection": ""}, {"idempotency_key": key})

    def open_card_page(self, reference: str, *, return_url: str, key: str) -> str:
        """Return the address of a page of the billing portal on which the card can be changed.

        That page sets the customer's card, and a subscription's own, which Checkout sets, would go before it. So the
        own one becomes the customer's first.
        """
        flow: SessionCreateParamsFlowData = {
            "type": "payment_method_update",
            "after_completion": {"type": "redirect", "redirect": {"return_url": return_url}},
        }
        with translated_errors():
            subscription = self._api.subscriptions.retrieve(reference)
            customer, own = id_of(subscription.customer), id_of(subscription.default_payment_method)
            if own:
                self._api.customers.update(customer, {"invoice_settings": {"default_payment_method": own}})
                self._api.subscriptions.update(
                    reference, {"default_payment_method": ""}, {"idempotency_key": f"{key}-{own}"}
                )
            return self._api.billing_portal.sessions.create(
                {"customer": customer, "return_url": return_url, "flow_data": flow}
            ).url

    def update_customer(self, customer: str, *, email: str, name: str) -> None:
        """Change address and name."""
        with translated_errors():
            self._api.customers.update(customer, {"email": email, "name": name})

    def erase_customer(self, customer: str) -> None:
        """Delete a customer with cards and subscriptions."""
        with suppress(NothingThere), translated_errors():
            self._api.customers.delete(customer)

    def set_ending(self, reference: str, *, ending: bool, key: str) -> None:
        """Let the subscription end with the paid period, or go on after all."""
        with translated_errors():
            self._api.subscriptions.update(reference, {"cancel_at_period_end": ending}, {"idempotency_key": key})

    def cancel(self, reference: str) -> None:
        """End the subscription at once."""
        with translated_errors():
            if self._api.subscriptions.retrieve(reference).status not in {"canceled", "incomplete_expired"}:
                self._api.subscriptions.cancel(reference)

    def refund(self, reference: str, *, amount: Money | None, key: str) -> None:
        """Send a payment back, whole or in part."""
        with translated_errors():
            if amount is None:
                self._api.refunds.create({"payment_intent": reference}, {"idempotency_key": key})
            else:
                self._api.refunds.create(
                    {"payment_intent": reference, "amount": to_stripe(amount)}, {"idempotency_key": key}
                )

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Hint:
        """Check signature and age of a message and say what it hints at."""
        header = headers.get("stripe-signature", "")
        try:
            stripe.WebhookSignature.verify_header(body, header, self._webhook_secret)
            signed_at = next(int(part[2:]) for part in header.split(",") if part.startswith("t="))
            event = json.loads(body)
            hint = hint_of(event["id"], event["type"], event["created"], event["data"]["object"])
        except (stripe.SignatureVerificationError, ValueError, LookupError, TypeError, StopIteration) as error:
            raise BadWebhook from error
        if abs(now.timestamp() - signed_at) > WEBHOOK_AGE.total_seconds():
            raise BadWebhook
        return hint

    def list_since(self, moment: datetime) -> Iterator[Hint]:
        """List the messages that Stripe sent, or meant to send, since a moment; the newest first."""
        with translated_errors():
            events = self._api.events.list(
                {"created": {"gte": int(moment.timestamp())}, "types": list(EVENTS), "limit": PAGE}
            )
            for event in events.auto_paging_iter():
                yield hint_of(event.id, event.type, event.created, event.data.object.to_dict())

    def list_payments(self, since: datetime | None) -> Iterator[Statement]:
        """State each payment since a moment, and those of which something went back lately."""
        with translated_errors():
            yield from list_payments(self._api, since)

    def list_subscriptions(self, since: datetime | None, *, with_ended: bool) -> Iterator[Statement]:
        """State each subscription that stands, or every one."""
        with translated_errors():
            yield from list_subscriptions(self._api, since, with_ended=with_ended)
