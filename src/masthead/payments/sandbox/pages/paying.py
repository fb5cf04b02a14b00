"""The pages of one payment: the card form, the confirmation, and what is said when it is over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from html import escape
from typing import Final
from urllib.parse import urlencode, urlsplit

from babel import Locale

from masthead.payments.sandbox.cards import CARDS, read_number
from masthead.payments.sandbox.checkout import Entry
from masthead.payments.sandbox.errors import CardDeclined
from masthead.payments.sandbox.pages.drawing import Markup, PageAnswer, answer_page, draw, join
from masthead.payments.sandbox.pages.offering import CodeForm, draw_code, draw_offer, say_money
from masthead.payments.sandbox.store import Document

LONGEST_NAME: Final = 120
FIELDS: Final = (
    ("number", "Card number", "numeric", 24, True),
    ("expiry", "Expires (month / year)", "numeric", 9, False),
    ("cvc", "Security code", "numeric", 4, False),
    ("name", "Name on the card", "text", LONGEST_NAME, True),
)
PREFILLED: Final = {"expiry": "12 / 34", "cvc": "123", "country": "US"}


@dataclass(slots=True)
class CardForm:
    """What was entered on the card form, and what is wrong with it."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    alert: str = ""

    @property
    def status(self) -> int:
        """The HTTP status with which the form is shown."""
        return 402 if self.alert else 422 if self.errors else 200

    def read(self, *, email: str, now: int) -> Entry | None:
        """Return what was entered, None if something is wrong with it."""
        card = None
        try:
            card = read_number(self.values.get("number", ""))
        except CardDeclined as error:
            self.errors["number"] = str(error)
            # Whatever it was, it is not shown again: it might be the number of a real card.
            self.values["number"] = ""
        self._check_expiry(now)
        if not re.fullmatch(r"\d{3,4}", self.values.get("cvc", "").strip(), re.ASCII):
            self.errors["cvc"] = "The security code has three digits, or four."
        name = " ".join(self.values.get("name", "").split())
        if not name:
            self.errors["name"] = "Please enter the name on the card; for a test, any name."
        if self.values.get("country", "") not in list_countries():
            self.values["country"] = PREFILLED["country"]
        if card is None or self.errors:
            return None
        return Entry(card=card, email=email, name=name[:LONGEST_NAME], country=self.values["country"])

    def _check_expiry(self, now: int) -> None:
        matched = re.fullmatch(r"\s*(\d{1,2})\s*[/. -]?\s*(?:20)?(\d{2})\s*", self.values.get("expiry", ""), re.ASCII)
        if not matched or not 1 <= int(matched[1]) <= 12:
            self.errors["expiry"] = "Please enter month and year, like 12 / 34."
            return
        today = datetime.fromtimestamp(now, tz=UTC)
        if (2000 + int(matched[2]), int(matched[1])) < (today.year, today.month):
            self.errors["expiry"] = "This card has expired."


@lru_cache
def list_countries() -> Mapping[str, str]:
    """Return the countries by their code, in the order of their names."""
    names = Locale.parse("en").territories
    countries = {code: str(name) for code, name in names.items() if re.fullmatch("[A-Z]{2}", code)}
    return {
        code: countries[code]
        for code in sorted(countries, key=lambda code: countries[code])
        if code not in {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    }


def say_amount(session: Document) -> str:
    """Return what is to be paid now."""
    return say_money(session["amount_total"], session["currency"])


def get_origin(url: str) -> str:
    """Return the origin of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _get_interval(session: Document) -> str:
    recurring = session["_line_items"][0]["price"]["recurring"]
    return recurring["interval"] if recurring else ""


def _say_terms(session: Document, interval: str) -> str:
    if not interval:
        return "A single payment; nothing renews."
    days = session["_trial_days"]
    trial = f"Free for {days} {'day' if days == 1 else 'days'}; then it is charged. " if days else ""
    return f"{trial}Renews every {interval} until it is ended."


def show_form(session: Document, form: CardForm, *, base: str, token: str, code: CodeForm | None = None) -> PageAnswer:
    """Show the card form, with what is wrong with it."""
    page, leads_to = f"{base}/pay/{session['id']}", get_origin(session["success_url"])
    if session["mode"] == "setup":
        return show_save(form, page=page, base=base, token=token, back_url=session["cancel_url"], may_lead_to=leads_to)
    interval = _get_interval(session)
    due = say_amount(session)
    content = draw(
        "pay.html",
        product=session["_line_items"][0]["description"],
        amount=say_money(session["amount_subtotal"], session["currency"]),
        code=draw_code(session, code or CodeForm(), base=base, token=token),
        do=f"Pay {due}" if session["amount_total"] else "Confirm",
        due=due,
        offer=draw_offer(session),
        per=f" per {interval}" if interval else "",
        terms=_say_terms(session, interval),
        email=session["customer_email"] or "the address you gave",
        cancel_url=session["cancel_url"],
        alert=_draw_alert(form),
        cards=_draw_cards(form, page=page),
        action=page,
        token=token,
        fields=_draw_fields(form),
    )
    status = 422 if code and code.error else form.status
    return answer_page(
        content,
        title="Payment",
        base=base,
        status=status,
        may_lead_to=leads_to,
    )


def show_save(form: CardForm, *, page: str, base: str, token: str, back_url: str, may_lead_to: str) -> PageAnswer:
    """Show the form for a card that is kept for later."""
    content = draw(
        "save.html",
        back_url=back_url,
        alert=_draw_alert(form),
        cards=_draw_cards(form, page=page),
        action=page,
        token=token,
        fields=_draw_fields(form),
    )
    return answer_page(content, title="Your card", base=base, status=form.status, may_lead_to=may_lead_to)


def _draw_alert(form: CardForm) -> Markup:
    sentence = form.alert or ("Please look again at what is marked below." if form.errors else "")
    return Markup(f'<p class="alert" role="alert">{escape(sentence)}</p>' if sentence else "")


def _draw_cards(form: CardForm, *, page: str) -> Markup:
    kept = {name: form.values[name] for name in ("name", "country") if form.values.get(name)}
    chosen = form.values.get("number", "").replace(" ", "")
    return join(
        draw(
            "card.html",
            href=f"{page}?{urlencode({'card': card.number, **kept})}",
            current=Markup(' aria-current="true"' if card.number == chosen else ""),
            number=card.spaced,
            about=card.about,
        )
        for card in CARDS
    )


def _draw_fields(form: CardForm) -> Markup:
    pieces = []
    for name, label, mode, longest, wide in FIELDS:
        error = form.errors.get(name, "")
        pieces.append(
            draw(
                "field.html",
                name=name,
                label=label,
                mode=mode,
                longest=longest,
                wide="wide" if wide else "",
                value=form.values.get(name, PREFILLED.get(name, "")),
                wrong=Markup(f' aria-invalid="true" aria-describedby="{name}-error"' if error else ""),
                error=Markup(f'<p class="error" id="{name}-error">{escape(error)}</p>' if error else ""),
            )
        )
    chosen = form.values.get("country") or PREFILLED["country"]
    options = "\n".join(
        f'          <option value="{code}"{" selected" if code == chosen else ""}>{escape(name)}</option>'
        for code, name in list_countries().items()
    )
    return join([*pieces, draw("country.html", options=Markup(options))])


def show_confirmation(session: Document, *, last4: str, base: str, token: str) -> PageAnswer:
    """Ask the card's holder to confirm a payment, or the card that a session keeps."""
    facts = {}
    if session["_line_items"]:
        facts = {"To pay": say_amount(session), "For": session["_line_items"][0]["description"]}
    action, leads_to = f"{base}/pay/{session['id']}/confirm", get_origin(session["success_url"])
    return show_question(facts, last4=last4, base=base, action=action, token=token, may_lead_to=leads_to)


def show_question(
    facts: Mapping[str, str], *, last4: str, base: str, action: str, token: str, may_lead_to: str
) -> PageAnswer:
    """Ask the card's holder to confirm a payment; without facts about one, the new card."""
    rows = [Markup(f"<div><dt>{escape(name)}</dt><dd>{escape(fact)}</dd></div>") for name, fact in facts.items()]
    content = draw(
        "confirm.html",
        what="the payment" if facts else "the new card",
        facts=join(rows),
        last4=last4,
        action=action,
        token=token,
    )
    return answer_page(content, title="Confirm", base=base, may_lead_to=may_lead_to)


def show_notice(title: str, sentence: str, *, base: str, status: int, url: str = "", words: str = "") -> PageAnswer:
    """Say one thing, with one way on."""
    link = Markup(f'<p><a href="{escape(url)}">{escape(words)}</a></p>' if url else "")
    content = draw("notice.html", title=title, sentence=sentence, link=link)
    return answer_page(content, title=title, base=base, status=status)
