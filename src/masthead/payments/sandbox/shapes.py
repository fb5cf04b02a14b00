"""New objects in Stripe's shape: what each field is when nothing is said about it.

Fields that begin with an underscore are the sandbox's own and never leave it.
"""

from __future__ import annotations

from typing import Any, Final

from masthead.payments.sandbox.cards import Card
from masthead.payments.sandbox.store import Book, Document, make_id

API_VERSION: Final = "2026-08-26.dahlia"
SESSION_SECONDS: Final = 24 * 3600
CARD_EXPIRY: Final = (12, 2034)


def _new(book: Book, prefix: str, kind: str, **fields: Any) -> Document:
    return {"id": make_id(prefix), "object": kind, "created": book.now, "livemode": False, **fields}


def make_customer(book: Book, *, email: str | None, name: str | None, country: str | None) -> Document:
    """A customer."""
    return _new(
        book,
        "cus",
        "customer",
        address=make_address(country) if country else None,
        balance=0,
        currency=None,
        default_source=None,
        delinquent=False,
        description=None,
        email=email,
        invoice_prefix=make_id("x")[2:10].upper(),
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        metadata={},
        name=name,
        next_invoice_sequence=1,
        phone=None,
        preferred_locales=[],
        shipping=None,
        tax_exempt="none",
        test_clock=None,
    )


def make_address(country: str | None) -> Document:
    """An address of which the country is known."""
    return {
        "city": None,
        "country": country,
        "line1": None,
        "line2": None,
        "postal_code": None,
        "state": None,
    }


def make_product(book: Book, *, name: str, metadata: dict[str, str]) -> Document:
    """A product."""
    return _new(
        book,
        "prod",
        "product",
        active=True,
        default_price=None,
        description=None,
        images=[],
        marketing_features=[],
        metadata=metadata,
        name=name,
        package_dimensions=None,
        shippable=None,
        statement_descriptor=None,
        tax_code=None,
        unit_label=None,
        updated=book.now,
        url=None,
    )


def make_price(
    book: Book, *, product: str, currency: str, unit_amount: int, interval: str | None, interval_count: int = 1
) -> Document:
    """A price: recurring with an interval, else for once."""
    recurring = {
        "interval": interval,
        "interval_count": interval_count,
        "meter": None,
        "usage_type": "licensed",
    }
    return _new(
        book,
        "price",
        "price",
        active=True,
        billing_scheme="per_unit",
        currency=currency,
        custom_unit_amount=None,
        lookup_key=None,
        metadata={},
        nickname=None,
        product=product,
        recurring=recurring if interval else None,
        tax_behavior="unspecified",
        tiers_mode=None,
        transform_quantity=None,
        type="recurring" if interval else "one_time",
        unit_amount=unit_amount,
        unit_amount_decimal=str(unit_amount),
    )


def make_session(book: Book, *, mode: str, currency: str, total: int, **said: Any) -> Document:
    """A checkout session, open for a day."""
    return {
        **_new(book, "cs_test", "checkout.session"),
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": None,
        "client_reference_id": None,
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": None,
        "customer_creation": "always" if mode == "subscription" else "if_required",
        "customer_details": None,
        "customer_email": None,
        "discounts": [],
        "expires_at": book.now + SESSION_SECONDS,
        "invoice": None,
        "invoice_creation": None,
        "locale": "auto",
        "metadata": {},
        "mode": mode,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "always" if mode == "subscription" else "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "success_url": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": None,
        "wallet_options": None,
        **said,
    }


def make_payment_method(book: Book, card: Card, *, customer: str | None, billing: Document) -> Document:
    """A card as a payment method: of its number the last four digits."""
    month, year = CARD_EXPIRY
    return _new(
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
    intent = _new(book, "pi", "payment_intent")
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
    return _new(
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


def make_event(book: Book, kind: str, about: Document, *, changed: Document | None, request: str | None) -> Document:
    """An event: what happened to an object, and the object as it was then. Made in real time, unlike its object."""
    data: Document = {"object": about}
    if changed:
        data["previous_attributes"] = changed
    return {
        "id": make_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": int(book.wall),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": request, "idempotency_key": None},
        "type": kind,
    }


def make_endpoint(
    book: Book, *, url: str, events: list[str], secret: str, reference: str = "", host: str = ""
) -> Document:
    """A webhook endpoint; `host` is the name it is called by, where that is not the one in its address."""
    return {
        "id": reference or make_id("we"),
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "created": book.now,
        "description": None,
        "enabled_events": events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
        "_secret": secret,
        "_host": host,
    }


def make_clock(book: Book, reference: str) -> Document:
    """The one clock of the sandbox, in the shape of a test clock."""
    return {
        "id": reference,
        "object": "test_helpers.test_clock",
        "created": int(book.wall),
        "deletes_after": int(book.wall) + 30 * 86_400,
        "frozen_time": book.now,
        "livemode": False,
        "name": "The sandbox's clock",
        "status": "ready",
        "status_details": {},
    }
