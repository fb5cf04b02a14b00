"""Offers: what a coupon takes off, who may still use it, and for how long it holds."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from masthead.payments.sandbox.calendar import add_months
from masthead.payments.sandbox.errors import ApiError
from masthead.payments.sandbox.shapes.offers import make_discount
from masthead.payments.sandbox.store import Book, Document


class OfferEnded(ApiError):
    """This offer has ended."""


def get_off(coupon: Document, amount: int) -> int:
    """Return what a coupon takes off an amount: never more than all of it; halves of a minor unit round up."""
    if coupon["amount_off"] is not None:
        return min(amount, int(coupon["amount_off"]))
    part = Decimal(amount) * Decimal(str(coupon["percent_off"])) / 100
    return int(part.quantize(Decimal(1), ROUND_HALF_UP))


def is_open(offer: Document, now: int) -> bool:
    """Return whether a coupon or a promotion code may still be used."""
    until = offer.get("redeem_by") or offer.get("expires_at")
    most = offer["max_redemptions"]
    on = offer.get("valid", offer.get("active"))
    return bool(on) and (until is None or now < until) and (most is None or offer["times_redeemed"] < most)


def check_offer(book: Book, coupon: str, code: str | None, *, currency: str) -> Document:
    """Return the coupon if it may be used for this currency. Raises OfferEnded or ApiError."""
    found = book.get(coupon)
    promotion = book.get(code) if code else None
    if found is None or not is_open(found, book.now) or (code and not (promotion and is_open(promotion, book.now))):
        raise OfferEnded("This offer has ended.", code="coupon_expired", param="discounts")
    if found["amount_off"] is not None and found["currency"] != currency:
        raise ApiError("This offer is for another currency.", code="coupon_currency_mismatch", param="discounts")
    return found


def find_code(book: Book, text: str) -> Document | None:
    """Return the promotion code that a reader typed; capitals do not matter."""
    condition = "AND lower(json_extract(body, '$.code')) = ? AND json_extract(body, '$.active')"
    found = book.select("promotion_code", condition, (text.strip().lower(),), most=1)
    return found[0] if found else None


def redeem(book: Book, session: Document, subscription: Document | None) -> None:
    """Count the offer of a session as used, and let it hold for the subscription. Raises OfferEnded."""
    if not session["discounts"]:
        return
    [used] = session["discounts"]
    coupon = check_offer(book, session["_coupon"], used["promotion_code"], currency=session["currency"])
    for offer in (coupon, book.get(used["promotion_code"]) if used["promotion_code"] else None):
        if offer is not None:
            offer["times_redeemed"] += 1
            close_if_over(book, offer)
    if subscription is None:
        return
    months = coupon["duration_in_months"] if coupon["duration"] == "repeating" else None
    discount = make_discount(
        book,
        coupon=coupon["id"],
        code=used["promotion_code"],
        end=add_months(book.now, months) if months else None,
        checkout_session=session["id"],
        customer=subscription["customer"],
        subscription=subscription["id"],
    )
    book.save(discount)
    subscription["discounts"] = [discount["id"]]


def close_if_over(book: Book, offer: Document) -> None:
    """Keep an offer, closed if its time or its number is over."""
    name = "valid" if offer["object"] == "coupon" else "active"
    offer[name] = is_open(offer, book.now)
    book.save(offer, due=(offer.get("redeem_by") or offer.get("expires_at")) if offer[name] else None)


def find_discount(book: Book, subscription: Document, amount: int) -> tuple[str | None, int]:
    """Return the discount that holds for a subscription now, and what it takes off an amount."""
    for reference in subscription["discounts"]:
        discount = book.get(reference)
        coupon = book.get(discount["source"]["coupon"]) if discount else None
        if discount and coupon and (discount["end"] is None or book.now < discount["end"]):
            return reference, get_off(coupon, amount)
    return None, 0


def end_discounts(book: Book, subscription: Document) -> None:
    """Take the discounts of a subscription away that were for one invoice, or whose time is over."""
    kept = []
    for reference in subscription["discounts"]:
        discount = book.get(reference)
        coupon = book.get(discount["source"]["coupon"]) if discount else None
        over = discount is None or (discount["end"] is not None and discount["end"] <= book.now)
        if not over and coupon is not None and coupon["duration"] != "once":
            kept.append(reference)
    subscription["discounts"] = kept
