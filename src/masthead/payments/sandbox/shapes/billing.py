"""New subscriptions, invoices and what belongs to them."""

from __future__ import annotations

from masthead.payments.sandbox.store import Book, Document, make_id


def make_subscription(
    book: Book, *, customer: str, method: str, price: Document, period: tuple[int, int], metadata: dict[str, str]
) -> Document:
    """A subscription to one price whose first invoice is not paid yet."""
    reference = make_id("sub")
    return {
        "id": reference,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": period[0],
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": None, "type": "classic"},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": book.now,
        "currency": price["currency"],
        "customer": customer,
        "days_until_due": None,
        "default_payment_method": method,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": make_items(book, reference, price, period),
        "latest_invoice": None,
        "livemode": False,
        "metadata": metadata,
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": book.now,
        "status": "incomplete",
        "test_clock": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
        "_periods": 1,
        "_failures": 0,
        "_net": price["unit_amount"],
    }


def make_items(book: Book, subscription: str, price: Document, period: tuple[int, int]) -> Document:
    """The one item of a subscription, as its list."""
    item: Document = {
        "id": make_id("si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": book.now,
        "current_period_end": period[1],
        "current_period_start": period[0],
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": 1,
        "subscription": subscription,
        "tax_rates": [],
    }
    return {
        "object": "list",
        "data": [item],
        "has_more": False,
        "url": f"/v1/subscription_items?subscription={subscription}",
    }
