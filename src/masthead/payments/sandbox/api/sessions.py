"""Checkout sessions."""

from __future__ import annotations

from urllib.parse import urlsplit

from masthead.payments.sandbox.answering import fetch, list_objects, make_list
from masthead.payments.sandbox.api.catalogue import take_price
from masthead.payments.sandbox.checkout import expire, use_offer
from masthead.payments.sandbox.errors import ApiError, BadParameter
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.shapes.buying import make_session
from masthead.payments.sandbox.store import Book, Document, make_id

PUBLIC_URL = "public_url"
LONGEST_NAME = 400
LONGEST_TRIAL = 730


def create_session(book: Book, params: Params) -> Document:
    """Open a hosted page on which one price can be paid, or a card is kept for later."""
    mode = params.text("mode", among=("payment", "setup", "subscription"))
    if mode == "setup":
        return _open_session(book, _make_setup_session(book, params), params)
    rows = params.rows("line_items")
    if len(rows) != 1:
        raise BadParameter("The sandbox sells exactly one line item at a time.", "line_items")
    item = _take_item(book, rows[0], recurring=mode == "subscription")
    price = item["price"]
    metadata = params.metadata()
    said = params.inner("subscription_data" if mode == "subscription" else "payment_intent_data")
    bequest, trial_days = said.metadata(), _take_trial(said)
    customer = fetch(book, "customer", params.text("customer")) if "customer" in params else None
    session = make_session(
        book,
        mode=mode,
        currency=price["currency"],
        total=item["amount_total"],
        customer=customer["id"] if customer else None,
        metadata=metadata,
        _bequest=bequest,
        _coupon="",
        _customer="",
        _setup_intent="",
        _trial_days=trial_days,
        _line_items=[item],
        _price=price["id"],
    )
    if trial_days:
        session["amount_total"] = 0
    _take_offers(book, session, params)
    return _open_session(book, session, params)


def _make_setup_session(book: Book, params: Params) -> Document:
    customer = fetch(book, "customer", params.text("customer")) if "customer" in params else None
    if customer is None and "currency" not in params:
        raise BadParameter("You must give a customer or a currency.", "currency", code="parameter_missing")
    return make_session(
        book,
        mode="setup",
        currency=params.optional("currency"),
        total=None,
        customer=customer["id"] if customer else None,
        metadata=params.metadata(),
        _bequest=params.inner("setup_intent_data").metadata(),
        _coupon="",
        _customer="",
        _line_items=[],
        _setup_intent="",
        _trial_days=0,
    )


def _open_session(book: Book, session: Document, params: Params) -> Document:
    session |= {
        "cancel_url": take_url(params, "cancel_url"),
        "client_reference_id": params.optional("client_reference_id"),
        "customer_email": params.optional("customer_email"),
        "locale": params.optional("locale") or "auto",
        "success_url": take_url(params, "success_url"),
    }
    if "expires_at" in params:
        session["expires_at"] = _take_expiry(book, params)
    session["url"] = f"{book.get_meta(PUBLIC_URL)}/pay/{session['id']}"
    return book.save(session, due=session["expires_at"])


def _take_trial(params: Params) -> int:
    if "trial_period_days" not in params:
        return 0
    days = params.number("trial_period_days")
    if not 1 <= days <= LONGEST_TRIAL:
        raise BadParameter(f"A trial lasts from 1 to {LONGEST_TRIAL} days.", "subscription_data[trial_period_days]")
    return days


def _take_offers(book: Book, session: Document, params: Params) -> None:
    rows = params.rows("discounts")
    if "allow_promotion_codes" in params:
        session["allow_promotion_codes"] = params.flag("allow_promotion_codes")
    if not rows:
        return
    if len(rows) > 1 or session["allow_promotion_codes"] is not None:
        raise BadParameter("Give one discount, or allow promotion codes.", "discounts")
    if "promotion_code" in rows[0]:
        code = fetch(book, "promotion_code", rows[0].text("promotion_code"))
        use_offer(book, session, code["promotion"]["coupon"], code["id"])
    else:
        use_offer(book, session, fetch(book, "coupon", rows[0].text("coupon"))["id"], None)


def _take_item(book: Book, params: Params, *, recurring: bool) -> Document:
    quantity = params.number("quantity", 1)
    if not 1 <= quantity <= (1 if recurring else 999):
        raise BadParameter("Invalid quantity.", "line_items[0][quantity]")
    if "price" in params:
        price = fetch(book, "price", params.text("price"))
        if recurring != (price["recurring"] is not None):
            raise BadParameter("This price does not fit the mode.", "line_items[0][price]")
    else:
        price = take_price(book, params.inner("price_data"), recurring=recurring)
    product = fetch(book, "product", price["product"])
    total = price["unit_amount"] * quantity
    return {
        "id": make_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }


def take_url(params: Params, name: str) -> str:
    """Take the address of a page. Raises BadParameter for what is none."""
    url = params.text(name)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise BadParameter(f"Not a valid URL: {name}", name, code="url_invalid")
    return url


def _take_expiry(book: Book, params: Params) -> int:
    moment = params.number("expires_at")
    if not book.now + 1800 <= moment <= book.now + 86_400:
        raise BadParameter("The `expires_at` timestamp must be between 30 minutes and 24 hours ahead.", "expires_at")
    return moment


def read_session(book: Book, _params: Params, reference: str) -> Document:
    """Answer a session."""
    return fetch(book, "checkout.session", reference)


def list_items(book: Book, _params: Params, reference: str) -> Document:
    """Answer what a session sells."""
    session = fetch(book, "checkout.session", reference)
    return make_list(session["_line_items"], f"/v1/checkout/sessions/{reference}/line_items")


def expire_session(book: Book, _params: Params, reference: str) -> Document:
    """Close a session that is open."""
    session = fetch(book, "checkout.session", reference)
    if session["status"] != "open":
        raise ApiError(f'Only Checkout Sessions with a status in ["open"] can be expired: {session["status"]}.')
    expire(book, session)
    return session


def list_sessions(book: Book, params: Params) -> Document:
    """Answer sessions, the newest first."""
    filters = {
        "customer": "$.customer",
        "payment_intent": "$.payment_intent",
        "status": "$.status",
        "subscription": "$.subscription",
    }
    return list_objects(book, params, "checkout.session", "/v1/checkout/sessions", filters=filters)


ROUTES = {
    ("POST", "checkout/sessions"): create_session,
    ("GET", "checkout/sessions"): list_sessions,
    ("GET", "checkout/sessions/*"): read_session,
    ("GET", "checkout/sessions/*/line_items"): list_items,
    ("POST", "checkout/sessions/*/expire"): expire_session,
}
