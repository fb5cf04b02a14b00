"""New invoices and what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass

from masthead.payments.sandbox.store import Book, Document, make_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a subscription's price costs for a time; a credit is below zero. A proration is for a part of a period."""

    price: Document
    amount: int
    period: tuple[int, int]
    is_proration: bool = False
    discount: str | None = None
    off: int = 0
    description: str | None = None


def make_invoice(book: Book, *, subscription: Document, customer: Document, reason: str, lines: list[Line]) -> Document:
    """An open invoice of a subscription; what the customer has in credit pays for it first."""
    reference = make_id("in")
    subtotal = sum(line.amount for line in lines)
    discounts = [{"amount": line.off, "discount": line.discount} for line in lines if line.discount]
    total = subtotal - sum(line.off for line in lines)
    balance = customer["balance"] + total
    amount = max(0, balance)
    parent = {
        "quote_details": None,
        "subscription_details": {
            "metadata": subscription["metadata"],
            "subscription": subscription["id"],
        },
        "type": "subscription_details",
    }
    return {
        "id": reference,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Masthead sandbox",
        "account_tax_ids": None,
        "amount_due": amount,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": amount,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": book.now,
        "currency": subscription["currency"],
        "custom_fields": None,
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": None,
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [one["discount"] for one in discounts],
        "due_date": None,
        "effective_at": book.now,
        "ending_balance": min(0, balance),
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": make_lines(reference, subscription, lines),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}",
        "on_behalf_of": None,
        "parent": parent,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": book.now,
        "period_start": book.now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": customer["balance"],
        "statement_descriptor": None,
        "status": "open",
        "status_transitions": {
            "finalized_at": book.now,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": discounts,
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }


def make_lines(invoice: str, subscription: Document, lines: list[Line]) -> Document:
    """The lines of an invoice, as their list."""
    made = [_make_line(invoice, subscription, line) for line in lines]
    return {"object": "list", "data": made, "has_more": False, "url": f"/v1/invoices/{invoice}/lines"}


def _make_line(invoice: str, subscription: Document, line: Line) -> Document:
    item, price = subscription["items"]["data"][0], line.price
    return {
        "id": make_id("il"),
        "object": "line_item",
        "amount": line.amount,
        "currency": price["currency"],
        "description": line.description,
        "discount_amounts": [{"amount": line.off, "discount": line.discount}] if line.discount else [],
        "discountable": not line.is_proration,
        "discounts": [line.discount] if line.discount else [],
        "invoice": invoice,
        "livemode": False,
        "metadata": subscription["metadata"],
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": line.is_proration,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": line.period[1], "start": line.period[0]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": 1,
        "subtotal": line.amount,
        "taxes": [],
    }


def make_invoice_payment(book: Book, invoice: Document, intent: Document) -> Document:
    """What ties an invoice to the intent that pays it."""
    return {
        "id": make_id("inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": book.now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
