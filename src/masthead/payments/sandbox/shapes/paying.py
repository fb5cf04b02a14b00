"""New cards, payment intents, charges and refunds."""

from __future__ import annotations

from typing import Final

from masthead.payments.sandbox.cards import Card
from masthead.payments.sandbox.shapes.base import make_base
from masthead.payments.sandbox.shapes.buying import make_address
from masthead.payments.sandbox.store import Book, Document, make_id

CARD_EXPIRY: Final = (12, 2034)


def make_payment_method(book: Book, card: Card, *, customer: str | None, billing: Document) -> Document:
    """A card as a payment method: of its number the last four digits."""
    month, year = CARD_EXPIRY
    return make_base(
        book,
        "pm",
        "payment_method",
        allow_redisplay="limited",
        billing_details=billing,
        card={
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "US",
            "display_brand": card.brand,
            "exp_month": month,
            "exp_year": year,
            "fingerprint": f"sandbox{card.last4}",
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        customer=customer,
        metadata={},
        type="card",
    )


def make_billing(*, email: str | None, name: str | None, country: str | None) -> Document:
    """Who pays, as the card form says."""
    return {"address": make_address(country), "email": email, "name": name, "phone": None, "tax_id": None}


def make_intent(
    book: Book, *, amount: int, currency: str, customer: str | None, metadata: dict[str, str], description: str | None
) -> Document:
    """A payment intent that waits for a card."""
    intent = make_base(book, "pi", "payment_intent")
    return {
        **intent,
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{intent['id']}_secret_{make_id('x')[2:]}",
        "confirmation_method": "automatic",
        "currency": currency,
        "customer": customer,
        "description": description,
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": metadata,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def make_charge(book: Book, intent: Document, method: Document) -> Document:
    """A charge that succeeded; a failed one is marked by its maker."""
    card = method["card"]
    details = {
        name: card[name]
        for name in ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    }
    return make_base(
        book,
        "ch",
        "charge",
        amount=intent["amount"],
        amount_captured=intent["amount"],
        amount_refunded=0,
        application=None,
        application_fee=None,
        application_fee_amount=None,
        balance_transaction=make_id("txn"),
        billing_details=method["billing_details"],
        calculated_statement_descriptor="MASTHEAD SANDBOX",
        captured=True,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        fraud_details={},
        metadata=intent["metadata"],
        on_behalf_of=None,
        outcome=make_outcome("authorized", "Payment complete."),
        paid=True,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={
            "card": {
                **details,
                "amount_authorized": intent["amount"],
                "installments": None,
                "mandate": None,
                "network": card["brand"],
                "regulated_status": "unregulated",
                "three_d_secure": None,
                "wallet": None,
            },
            "type": "card",
        },
        receipt_email=None,
        receipt_number=None,
        receipt_url=None,
        refunded=False,
        review=None,
        shipping=None,
        source_transfer=None,
        statement_descriptor=None,
        statement_descriptor_suffix=None,
        status="succeeded",
        transfer_data=None,
        transfer_group=None,
    )


def make_outcome(kind: str, message: str, *, reason: str | None = None) -> Document:
    """What the bank said to a charge."""
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network" if kind == "authorized" else "declined_by_network",
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 8,
        "seller_message": message,
        "type": kind,
    }


def make_refund(book: Book, charge: Document, *, amount: int, reason: str | None, metadata: dict[str, str]) -> Document:
    """A refund that succeeded."""
    return {
        "id": make_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": make_id("txn"),
        "charge": charge["id"],
        "created": book.now,
        "currency": charge["currency"],
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
