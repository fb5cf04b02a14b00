"""New coupons, promotion codes and discounts."""

from __future__ import annotations

from typing import Any

from masthead.payments.sandbox.store import Book, Document, make_id


def make_coupon(book: Book, *, reference: str, duration: str, **said: Any) -> Document:
    """A coupon: percent or amount off, once, for some months or for ever."""
    return {
        "id": reference or make_id("x")[2:10],
        "object": "coupon",
        "amount_off": None,
        "created": book.now,
        "currency": None,
        "duration": duration,
        "duration_in_months": None,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "name": None,
        "percent_off": None,
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
        **said,
    }


def make_promotion_code(book: Book, *, coupon: str, code: str, **said: Any) -> Document:
    """A code by which readers get a coupon."""
    return {
        "id": make_id("promo"),
        "object": "promotion_code",
        "active": True,
        "code": code,
        "created": book.now,
        "customer": None,
        "expires_at": None,
        "livemode": False,
        "max_redemptions": None,
        "metadata": {},
        "promotion": {"coupon": coupon, "type": "coupon"},
        "restrictions": {
            "first_time_transaction": False,
            "minimum_amount": None,
            "minimum_amount_currency": None,
        },
        "times_redeemed": 0,
        **said,
    }


def make_discount(book: Book, *, coupon: str, code: str | None, end: int | None, **said: Any) -> Document:
    """A coupon as it was used by somebody."""
    return {
        "id": make_id("di"),
        "object": "discount",
        "checkout_session": None,
        "customer": None,
        "end": end,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": code,
        "source": {"coupon": coupon, "type": "coupon"},
        "start": book.now,
        "subscription": None,
        "subscription_item": None,
        **said,
    }
