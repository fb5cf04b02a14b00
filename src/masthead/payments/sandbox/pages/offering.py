"""What the payment page says of an offer, and the form that takes a promotion code."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from masthead.kit.formats import format_money
from masthead.payments.sandbox.checkout import use_offer
from masthead.payments.sandbox.errors import ApiError
from masthead.payments.sandbox.offers import OfferEnded, check_offer, find_code
from masthead.payments.sandbox.pages.drawing import Markup, draw
from masthead.payments.sandbox.store import Book, Document
from masthead.rules.money import Money

# Stripe's minor unit is not that of ISO 4217 for these.
_SCALES = {"ISK": (1, 100), "UGX": (1, 100), "MGA": (100, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeForm:
    """The promotion code that was entered, and what is wrong with it."""

    code: str = ""
    error: str = ""


def say_money(minor: int, currency: str) -> str:
    """Return an amount in Stripe's minor units as readers see it."""
    code = currency.upper()
    times, by = _SCALES.get(code, (1, 1))
    return format_money(Money(minor * times // by, code))


def try_code(book: Book, session: Document, text: str) -> CodeForm:
    """Use the promotion code that a reader entered, or with an empty one pay in full again; say what is wrong."""
    code = find_code(book, text) if text.strip() else None
    try:
        if text.strip() and code is None:
            return CodeForm(code=text, error="There is no such code. Please look again.")
        use_offer(book, session, code["promotion"]["coupon"] if code else "", code["id"] if code else None)
    except ApiError as error:
        return CodeForm(code=text, error=str(error))
    return CodeForm(code=text)


def is_stale(book: Book, session: Document) -> bool:
    """Return whether the offer of a session has ended; then the full price holds again."""
    if not session["discounts"] or session.get("_subscription"):
        return False
    try:
        [used] = session["discounts"]
        check_offer(book, session["_coupon"], used["promotion_code"], currency=session["currency"])
    except OfferEnded:
        use_offer(book, session, "", None)
        return True
    return False


def draw_offer(session: Document) -> Markup:
    """Say what is taken off."""
    off = session["total_details"]["amount_discount"]
    if not off:
        return Markup("")
    return Markup(f"<div><dt>Discount</dt><dd>−{escape(say_money(off, session['currency']))}</dd></div>")


def draw_code(session: Document, form: CodeForm, *, base: str, token: str) -> Markup:
    """Ask for a promotion code, where the session allows one."""
    if not session["allow_promotion_codes"]:
        return Markup("")
    return draw(
        "code.html",
        action=f"{base}/pay/{session['id']}/code",
        token=token,
        code=form.code,
        wrong=Markup(' aria-invalid="true" aria-describedby="code-error"' if form.error else ""),
        error=Markup(f'<p class="error" id="code-error">{escape(form.error)}</p>' if form.error else ""),
    )
