"""New disputes, and the money that moves for them."""

from __future__ import annotations

from masthead.payments.sandbox.shapes.base import make_base
from masthead.payments.sandbox.store import Book, Document, make_id

TEXTS = (
    *("access_activity_log", "billing_address", "cancellation_policy_disclosure", "cancellation_rebuttal"),
    *("customer_email_address", "customer_name", "customer_purchase_ip", "duplicate_charge_explanation"),
    *("duplicate_charge_id", "product_description", "refund_policy_disclosure", "refund_refusal_explanation"),
    *("service_date", "shipping_address", "shipping_carrier", "shipping_date", "shipping_tracking_number"),
    "uncategorized_text",
)
FILES = (
    *("cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation"),
    *("receipt", "refund_policy", "service_documentation", "shipping_documentation", "uncategorized_file"),
)


def make_dispute(book: Book, charge: Document, *, amount: int, due_by: int) -> Document:
    """A dispute of a charge that its card's holder says is not theirs."""
    return make_base(
        book,
        "dp",
        "dispute",
        amount=amount,
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={**dict.fromkeys((*TEXTS, *FILES)), "enhanced_evidence": {}},
        evidence_details={
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "chargeback",
                "network": charge["payment_method_details"]["card"]["network"],
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        reason="fraudulent",
        status="needs_response",
    )


def make_movement(book: Book, dispute: Document, *, amount: int) -> Document:
    """What a dispute takes from the account, below zero, or gives back."""
    return {
        "id": make_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": book.now,
        "balance_type": "payments",
        "created": book.now,
        "currency": dispute["currency"],
        "description": f"Chargeback {'withdrawal' if amount < 0 else 'reversal'} for {dispute['charge']}",
        "exchange_rate": None,
        "fee": 0,
        "fee_details": [],
        "net": amount,
        "reporting_category": "dispute" if amount < 0 else "dispute_reversal",
        "source": dispute["id"],
        "status": "available",
        "type": "adjustment",
    }
