"""The pages of the billing portal: what is paid for, the invoices, a new card."""

from __future__ import annotations

from datetime import UTC, datetime

from masthead.payments.sandbox.billing import get_method
from masthead.payments.sandbox.charging import Outcome
from masthead.payments.sandbox.pages.drawing import Markup, PageAnswer, answer_page, draw, draw_table, redirect
from masthead.payments.sandbox.pages.offering import say_money
from masthead.payments.sandbox.pages.paying import CardForm, show_notice, show_question, show_save
from masthead.payments.sandbox.portal import answer_question, change_card, is_closed, list_invoices, list_live
from masthead.payments.sandbox.store import Book, Document

STATUSES = {"active": "paid", "trialing": "free for now", "past_due": "the last payment failed"}


def find_portal(book: Book, reference: str, *, base: str) -> Document | PageAnswer:
    """Return the portal session of a page; where there is none, what to say instead."""
    session = book.get(reference)
    if session is None or session["object"] != "billing_portal.session" or book.get(session["customer"]) is None:
        return show_notice("Nothing here", "There is no such page.", base=base, status=404)
    if is_closed(book, session):
        sentence = "It was open for an hour. Please open it again from the site."
        back = session["return_url"]
        return show_notice("This page is closed", sentence, base=base, status=410, url=back, words="Back to the site")
    return session


def show_portal(book: Book, session: Document, *, base: str, saved: bool) -> PageAnswer:
    """Show what a customer pays for, and their invoices."""
    content = draw(
        "portal.html",
        return_url=session["return_url"],
        card_url=f"{base}/portal/{session['id']}/card",
        notice=Markup('<p class="good" role="status">Your new card is saved.</p>' if saved else ""),
        subscriptions=_draw_subscriptions(book, session["customer"]),
        invoices=_draw_invoices(book, session["customer"]),
    )
    return answer_page(content, title="Your payments", base=base)


def _draw_subscriptions(book: Book, customer: str) -> Markup:
    rows = []
    for subscription in list_live(book, customer):
        item = subscription["items"]["data"][0]
        price, product = item["price"], book.get(item["price"]["product"])
        method = get_method(book, subscription)
        next_word = "Ends" if subscription["cancel_at_period_end"] else "Renews"
        rows.append(
            [
                product["name"] if product else "",
                f"{say_money(price['unit_amount'], price['currency'])} a {price['recurring']['interval']}",
                STATUSES[subscription["status"]],
                f"{next_word} on {_say_day(item['current_period_end'])}",
                f"ends in {method['card']['last4']}" if method else "",
            ]
        )
    return draw_table(["For", "Amount", "State", "Next", "Card"], rows, "You pay for nothing at the moment.")


def _draw_invoices(book: Book, customer: str) -> Markup:
    rows = [
        [
            _say_day(invoice["created"]),
            invoice["number"],
            say_money(invoice["amount_due"], invoice["currency"]),
            invoice["status"],
        ]
        for invoice in list_invoices(book, customer)
    ]
    return draw_table(["Date", "Number", "Due", "State"], rows, "There are no invoices yet.")


def _say_day(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, tz=UTC):%Y-%m-%d}"


def show_card(session: Document, form: CardForm, *, base: str, token: str) -> PageAnswer:
    """Show the form for a new card."""
    page = f"{base}/portal/{session['id']}"
    return show_save(
        form, page=f"{page}/card", base=base, token=token, back_url=page, may_lead_to=session["return_url"]
    )


def save_card(book: Book, session: Document, form: CardForm, *, base: str, token: str) -> PageAnswer:
    """Take the form for a new card."""
    customer = book.get(session["customer"]) or {}
    entry = form.read(email=customer.get("email") or "", now=book.now)
    if entry is None:
        return show_card(session, form, base=base, token=token)
    outcome = change_card(book, session, entry)
    if outcome is Outcome.DECLINED:
        form.alert = f"{entry.card.decline_sentence} Your card was not changed. Please try another."
        return show_card(session, form, base=base, token=token)
    page = f"{base}/portal/{session['id']}"
    return redirect(f"{page}/confirm" if outcome is Outcome.ASKS else _find_end(session, page))


def _find_end(session: Document, page: str) -> str:
    """Return where a card that was saved leads: back to the site, where it was the one errand."""
    errand = (session["flow"] or {}).get("after_completion", {}).get("redirect")
    return str(errand["return_url"]) if errand else f"{page}?saved=1"


def show_card_question(book: Book, session: Document, *, base: str, token: str) -> PageAnswer:
    """Ask the holder of the new card to confirm it, where that is needed."""
    page = f"{base}/portal/{session['id']}"
    method = book.get(session["_method"])
    if not session["_asks"] or method is None:
        return redirect(page)
    last4, action = method["card"]["last4"], f"{page}/confirm"
    return show_question({}, last4=last4, base=base, action=action, token=token, may_lead_to=session["return_url"])


def take_card_answer(book: Book, session: Document, *, approved: bool, base: str, token: str) -> PageAnswer:
    """Take the answer of the new card's holder."""
    page = f"{base}/portal/{session['id']}"
    if not session["_asks"]:
        return redirect(page)
    if answer_question(book, session, approved=approved) is Outcome.PAID:
        return redirect(_find_end(session, page))
    form = CardForm({})
    form.alert = "The card was not confirmed, so it was not changed. Please try again, or another card."
    return show_card(session, form, base=base, token=token)
