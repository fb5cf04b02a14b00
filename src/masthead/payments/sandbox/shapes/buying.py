"""New customers, products, prices and checkout sessions."""

from __future__ import annotations

from typing import Any, Final

from masthead.payments.sandbox.shapes.base import make_base
from masthead.payments.sandbox.store import Book, Document, make_id

SESSION_SECONDS: Final = 24 * 3600


def make_customer(book: Book, *, email: str | None, name: str | None, country: str | None) -> Document:
    """A customer."""
    return make_base(
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
    return make_base(
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
    return make_base(
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


def make_session(book: Book, *, mode: str, currency: str | None, total: int | None, **said: Any) -> Document:
    """A checkout session, open for a day."""
    return {
        **make_base(book, "cs_test", "checkout.session"),
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
        "total_details": None if total is None else {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": None,
        "wallet_options": None,
        **said,
    }
