"""Coupons and promotion codes."""

from __future__ import annotations

import re

from masthead.payments.sandbox.answering import fetch, list_objects
from masthead.payments.sandbox.errors import ApiError, BadParameter
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.offers import close_if_over, find_code
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.shapes.offers import make_coupon, make_promotion_code
from masthead.payments.sandbox.store import Book, Document, make_id
from masthead.rules.money import CURRENCIES


def create_coupon(book: Book, params: Params) -> Document:
    """Make a coupon."""
    reference = params.optional("id") or ""
    if reference and book.get(reference) is not None:
        raise ApiError("Coupon already exists.", code="resource_already_exists")
    duration = params.text("duration", "once", among=("once", "repeating", "forever"))
    months = _take_least(params, "duration_in_months", 1) if duration == "repeating" else None
    coupon = make_coupon(
        book,
        reference=reference,
        duration=duration,
        duration_in_months=months,
        **_take_off(params),
        max_redemptions=_take_least(params, "max_redemptions", 1) if "max_redemptions" in params else None,
        metadata=params.metadata(),
        name=params.optional("name"),
        redeem_by=_take_least(params, "redeem_by", book.now + 1) if "redeem_by" in params else None,
    )
    close_if_over(book, coupon)
    emit(book, "coupon.created", coupon)
    return coupon


def _take_off(params: Params) -> Document:
    if ("percent_off" in params) == ("amount_off" in params):
        raise BadParameter("You must say one of percent_off and amount_off.", "percent_off", code="parameter_missing")
    if "percent_off" in params:
        text = params.text("percent_off")
        if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", text, re.ASCII) or not 0 < float(text) <= 100:
            raise BadParameter("Invalid percent_off: more than 0 and 100 at most.", "percent_off")
        return {"percent_off": float(text)}
    currency = params.text("currency").lower()
    if currency.upper() not in CURRENCIES:
        raise BadParameter(f"Invalid currency: {currency[:10]}.", "currency")
    return {"amount_off": _take_least(params, "amount_off", 1), "currency": currency}


def _take_least(params: Params, name: str, least: int) -> int:
    value = params.number(name)
    if value < least:
        raise BadParameter(f"Invalid {name}: it must be {least} or more.", name)
    return value


def read_coupon(book: Book, _params: Params, reference: str) -> Document:
    """Answer a coupon."""
    return fetch(book, "coupon", reference)


def update_coupon(book: Book, params: Params, reference: str) -> Document:
    """Change a coupon's name or metadata; what it takes off stays as it is."""
    coupon = fetch(book, "coupon", reference)
    if "name" in params:
        coupon["name"] = params.optional("name")
    coupon["metadata"] = params.metadata(coupon["metadata"])
    close_if_over(book, coupon)
    emit(book, "coupon.updated", coupon)
    return coupon


def delete_coupon(book: Book, _params: Params, reference: str) -> Document:
    """Let nobody use a coupon any more; for those who did it still holds."""
    coupon = fetch(book, "coupon", reference)
    coupon |= {"object": "deleted_coupon", "valid": False}
    book.delete(reference)
    book.save(coupon)
    emit(book, "coupon.deleted", {**coupon, "object": "coupon"})
    return {"id": reference, "object": "coupon", "deleted": True}


def list_coupons(book: Book, params: Params) -> Document:
    """Answer coupons, the newest first."""
    return list_objects(book, params, "coupon", "/v1/coupons")


def create_code(book: Book, params: Params) -> Document:
    """Make a code for a coupon."""
    promotion = params.inner("promotion")
    promotion.text("type", among=("coupon",))
    coupon = fetch(book, "coupon", promotion.text("coupon"))
    code = params.optional("code") or make_id("x")[2:10].upper()
    if not re.fullmatch(r"[A-Za-z0-9-]{1,60}", code, re.ASCII):
        raise BadParameter("A code is made of letters, digits and dashes.", "code")
    if find_code(book, code):
        raise BadParameter("An active promotion code with this code exists already.", "code")
    made = make_promotion_code(
        book,
        coupon=coupon["id"],
        code=code,
        expires_at=_take_least(params, "expires_at", book.now + 1) if "expires_at" in params else None,
        max_redemptions=_take_least(params, "max_redemptions", 1) if "max_redemptions" in params else None,
        metadata=params.metadata(),
    )
    close_if_over(book, made)
    emit(book, "promotion_code.created", made)
    return made


def read_code(book: Book, _params: Params, reference: str) -> Document:
    """Answer a promotion code."""
    return fetch(book, "promotion_code", reference)


def update_code(book: Book, params: Params, reference: str) -> Document:
    """Switch a promotion code on or off, or change its metadata."""
    code = fetch(book, "promotion_code", reference)
    if "active" in params:
        code["active"] = params.flag("active")
    code["metadata"] = params.metadata(code["metadata"])
    close_if_over(book, code)
    emit(book, "promotion_code.updated", code)
    return code


def list_codes(book: Book, params: Params) -> Document:
    """Answer promotion codes, the newest first."""
    filters = {"code": "$.code", "coupon": "$.promotion.coupon"}
    return list_objects(book, params, "promotion_code", "/v1/promotion_codes", filters=filters)


ROUTES = {
    ("POST", "coupons"): create_coupon,
    ("GET", "coupons"): list_coupons,
    ("GET", "coupons/*"): read_coupon,
    ("POST", "coupons/*"): update_coupon,
    ("DELETE", "coupons/*"): delete_coupon,
    ("POST", "promotion_codes"): create_code,
    ("GET", "promotion_codes"): list_codes,
    ("GET", "promotion_codes/*"): read_code,
    ("POST", "promotion_codes/*"): update_code,
}
