"""Which page answers which address."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from masthead.payments.sandbox.cards import BY_NUMBER
from masthead.payments.sandbox.chaos import BadChaos, parse_chaos, set_chaos
from masthead.payments.sandbox.charging import Outcome
from masthead.payments.sandbox.checkout import answer_confirmation, submit
from masthead.payments.sandbox.clock import advance
from masthead.payments.sandbox.errors import ApiError
from masthead.payments.sandbox.pages.desk import ChaosForm, get_target, show_desk
from masthead.payments.sandbox.pages.drawing import PageAnswer, load_style, redirect
from masthead.payments.sandbox.pages.offering import is_stale, try_code
from masthead.payments.sandbox.pages.paying import CardForm, show_confirmation, show_form, show_notice
from masthead.payments.sandbox.pages.portal import (
    find_portal,
    save_card,
    show_card,
    show_card_question,
    show_portal,
    take_card_answer,
)
from masthead.payments.sandbox.store import Book, Document, Store

MOST_FIELDS: Final = 30
ENDED: Final = "This offer has ended. Nothing was charged. The full price is shown now."


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A browser's request; `base` is where the sandbox is mounted, `is_foreign` whether another site sent it."""

    method: str
    path: str
    query: str
    body: bytes
    base: str
    is_foreign: bool

    def read_form(self) -> dict[str, str]:
        """Return the fields of a form that was posted."""
        return _parse(self.body.decode("utf-8", "replace"))

    def read_query(self) -> dict[str, str]:
        """Return the fields of the address."""
        return _parse(self.query)


def _parse(text: str) -> dict[str, str]:
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[-1][:300] for name, values in fields.items()}


def make_token(secret: str, about: str) -> str:
    """Return the token of a form: only a page of ours can have it."""
    return hmac.new(secret.encode(), f"sandbox form {about}".encode(), hashlib.sha256).hexdigest()


def show(store: Store, request: PageRequest, *, secret: str) -> PageAnswer:
    """Answer a browser."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return show_notice("Not like that", "This page cannot be asked for in that way.", base=request.base, status=405)
    parts = [part for part in request.path.split("/") if part]
    match request.method, parts:
        case (("GET" | "HEAD"), ["sandbox.css"]):
            headers = [("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", "public, max-age=86400")]
            return PageAnswer(status=200, headers=headers, body=load_style())
        case (("GET" | "HEAD"), []):
            with store.transaction(writes=False) as book:
                token = make_token(secret, "clock")
                turned = request.read_query().get("turned", "")
                chaos = ChaosForm(token=make_token(secret, "chaos"))
                return show_desk(book, base=request.base, token=token, turned=turned, chaos=chaos)
        case "POST", ["clock"]:
            return _turn_clock(store, request, secret)
        case "POST", ["chaos"]:
            return _choose_chaos(store, request, secret)
        case _, ["portal", reference, *rest] if rest in ([], ["card"], ["confirm"]):
            return _enter_portal(store, request, reference, "".join(rest), secret)
        case _, ["pay", reference]:
            return _pay(store, request, reference, secret)
        case "POST", ["pay", reference, "code"]:
            return _take_code(store, request, reference, secret)
        case _, ["pay", reference, "confirm"]:
            return _confirm(store, request, reference, secret)
    return show_notice("Nothing here", "There is no such page.", base=request.base, status=404)


def _is_ours(request: PageRequest, form: dict[str, str], token: str) -> bool:
    return not request.is_foreign and hmac.compare_digest(form.get("token", "").encode(), token.encode())


def _refuse(request: PageRequest) -> PageAnswer:
    sentence = "This form was not sent from its own page. Please go back, load the page again, and send it from there."
    return show_notice("Not sent", sentence, base=request.base, status=403)


def _turn_clock(store: Store, request: PageRequest, secret: str) -> PageAnswer:
    form = request.read_form()
    if not _is_ours(request, form, make_token(secret, "clock")):
        return _refuse(request)
    with store.transaction(writes=False) as book:
        target = get_target(book.now, form.get("by", ""))
    if target is None:
        return redirect(f"{request.base}/")
    return redirect(f"{request.base}/?turned={advance(store, target)}")


def _choose_chaos(store: Store, request: PageRequest, secret: str) -> PageAnswer:
    form = request.read_form()
    token = make_token(secret, "chaos")
    if not _is_ours(request, form, token):
        return _refuse(request)
    words = form.get("words", "")
    with store.transaction() as book:
        try:
            set_chaos(book, parse_chaos(words))
        except BadChaos as error:
            chaos = ChaosForm(token=token, words=words, wrong=f"Nothing was changed: {error}.")
            return show_desk(book, base=request.base, token=make_token(secret, "clock"), turned="", chaos=chaos)
    return redirect(f"{request.base}/#chaos")


def _enter_portal(store: Store, request: PageRequest, reference: str, room: str, secret: str) -> PageAnswer:
    token, base = make_token(secret, reference), request.base
    posted = request.method == "POST"
    with store.transaction(writes=posted) as book:
        session = find_portal(book, reference, base=base)
        if isinstance(session, PageAnswer):
            return session
        if not posted:
            if room == "card":
                return show_card(session, _prefill(request), base=base, token=token)
            if room == "confirm":
                return show_card_question(book, session, base=base, token=token)
            return show_portal(book, session, base=base, saved="saved" in request.read_query())
        fields = request.read_form()
        if not room or not _is_ours(request, fields, token):
            return _refuse(request)
        if room == "card":
            return save_card(book, session, CardForm(fields), base=base, token=token)
        return take_card_answer(book, session, approved=fields.get("answer") == "yes", base=base, token=token)


def _prefill(request: PageRequest) -> CardForm:
    """Return the card form as the links to the test cards fill it in."""
    asked = request.read_query()
    number = BY_NUMBER.get(asked.get("card", ""))
    values = {name: asked[name] for name in ("name", "country") if name in asked}
    return CardForm(values | ({"number": number.spaced} if number else {}))


def _pay(store: Store, request: PageRequest, reference: str, secret: str) -> PageAnswer:
    token = make_token(secret, reference)
    posted = request.method == "POST"
    with store.transaction(writes=posted) as book:
        session = _find_open(book, reference, request)
        if isinstance(session, PageAnswer):
            return session
        if not posted:
            return show_form(session, _prefill(request), base=request.base, token=token)
        fields = request.read_form()
        if not _is_ours(request, fields, token):
            return _refuse(request)
        form = CardForm(fields)
        entry = form.read(email=session["customer_email"] or "", now=book.now)
        if entry is None:
            return show_form(session, form, base=request.base, token=token)
        if is_stale(book, session):
            form.alert = ENDED
            return show_form(session, form, base=request.base, token=token)
        outcome = submit(book, session, entry)
        if outcome is Outcome.ASKS:
            return redirect(f"{request.base}/pay/{reference}/confirm")
        if outcome is Outcome.DECLINED:
            form.alert = f"{entry.card.decline_sentence} Nothing was charged. Please try another card."
            return show_form(session, form, base=request.base, token=token)
        return redirect(get_success_url(session))


def _take_code(store: Store, request: PageRequest, reference: str, secret: str) -> PageAnswer:
    token = make_token(secret, reference)
    with store.transaction() as book:
        session = _find_open(book, reference, request)
        if isinstance(session, PageAnswer):
            return session
        fields = request.read_form()
        if not session["allow_promotion_codes"] or not _is_ours(request, fields, token):
            return _refuse(request)
        code = try_code(book, session, fields.get("code", ""))
        if code.error:
            return show_form(session, CardForm({}), base=request.base, token=token, code=code)
    return redirect(f"{request.base}/pay/{reference}")


def _confirm(store: Store, request: PageRequest, reference: str, secret: str) -> PageAnswer:
    token = make_token(secret, reference)
    posted = request.method == "POST"
    with store.transaction(writes=posted) as book:
        session = _find_open(book, reference, request)
        if isinstance(session, PageAnswer):
            return session
        method = book.get(session.get("_method", ""))
        if not session.get("_asks") or method is None:
            return redirect(f"{request.base}/pay/{reference}")
        if not posted:
            return show_confirmation(session, last4=method["card"]["last4"], base=request.base, token=token)
        fields = request.read_form()
        if not _is_ours(request, fields, token):
            return _refuse(request)
        if is_stale(book, session):
            form = CardForm({})
            form.alert = ENDED
            return show_form(session, form, base=request.base, token=token)
        try:
            outcome = answer_confirmation(book, session, approved=fields.get("answer") == "yes")
        except ApiError as error:
            return show_notice("Not confirmed", str(error), base=request.base, status=409)
        if outcome is Outcome.PAID:
            return redirect(get_success_url(session))
        form = CardForm({"name": session["customer_details"]["name"] or ""})
        form.alert = "The payment was not confirmed. Nothing was charged. Please try again, or another card."
        return show_form(session, form, base=request.base, token=token)


def _find_open(book: Book, reference: str, request: PageRequest) -> Document | PageAnswer:
    """Return the session that is to be paid; where there is none, what to say instead."""
    session = book.get(reference)
    if session is None or session["object"] != "checkout.session":
        return show_notice("Nothing here", "There is no such payment page.", base=request.base, status=404)
    if session["status"] == "complete":
        return redirect(get_success_url(session))
    if session["status"] == "expired":
        return show_notice(
            "This payment page is closed",
            "It was open for a day, or it was closed. Nothing was charged.",
            base=request.base,
            status=410,
            url=session["cancel_url"],
            words="Back to the site",
        )
    return session


def get_success_url(session: Document) -> str:
    """Return where the reader goes after paying."""
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])
