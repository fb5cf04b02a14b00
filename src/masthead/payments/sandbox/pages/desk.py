"""The desk: the clock, and what the sandbox holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from masthead.payments.sandbox.calendar import add_months
from masthead.payments.sandbox.chaos import get_chaos
from masthead.payments.sandbox.pages.drawing import Markup, PageAnswer, answer_page, draw, draw_table
from masthead.payments.sandbox.pages.offering import say_money
from masthead.payments.sandbox.store import Book, Document

SHOWN = 25


def get_target(now: int, by: str) -> int | None:
    """Return the moment that a button of the clock means; None for no such button."""
    steps = {"day": now + 86_400, "month": add_months(now, 1) + 3600, "year": add_months(now, 12) + 3600}
    return steps.get(by)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosForm:
    """The form of the chaos mode, as it was sent if something is wrong with it."""

    token: str
    words: str | None = None
    wrong: str = ""


def show_desk(book: Book, *, base: str, token: str, turned: str, chaos: ChaosForm) -> PageAnswer:
    """Show the desk; `turned` is how many things fell due when the clock was turned just now."""
    days = (book.now - int(book.wall)) // 86_400
    fell_due = f"{turned} {'thing' if turned == '1' else 'things'} fell due on the way."
    notice = f"The clock was turned forward. {fell_due}" if turned.isdecimal() else ""
    content = draw(
        "desk.html",
        now=_say(book.now),
        ahead=f", {days} {'day' if days == 1 else 'days'} ahead of real time" if days else "",
        notice=Markup(f'<p class="good" role="status">{escape(notice)}</p>' if notice else ""),
        action=f"{base}/clock",
        token=token,
        chaos=str(get_chaos(book)) if chaos.words is None else chaos.words,
        chaos_action=f"{base}/chaos",
        chaos_token=chaos.token,
        invalid=Markup(' aria-invalid="true"' if chaos.wrong else ""),
        wrong=Markup(f'<p class="alert" role="alert">{escape(chaos.wrong)}</p>' if chaos.wrong else ""),
        subscriptions=_draw_subscriptions(book),
        events=_draw_events(book),
    )
    return answer_page(content, title="Sandbox", base=base, status=422 if chaos.wrong else 200)


def _draw_subscriptions(book: Book) -> Markup:
    rows = []
    for subscription in book.select("subscription", most=SHOWN):
        item = subscription["items"]["data"][0]
        price = item["price"]
        amount = say_money(price["unit_amount"], price["currency"])
        ends = " · ends then" if subscription["cancel_at_period_end"] else ""
        status = subscription["status"].replace("_", " ")
        rows.append(
            [
                _mask(book.get(subscription["customer"])),
                f"{amount} a {price['recurring']['interval']}",
                status,
                _say(item["current_period_end"]) + ends,
            ]
        )
    return draw_table(["Customer", "Amount", "Status", "Paid period ends"], rows, "Nobody has subscribed yet.")


def _draw_events(book: Book) -> Markup:
    rows = []
    for event in book.select("event", most=SHOWN):
        sent = book.connection.execute(
            "SELECT attempts, delivered, due, answer FROM deliveries WHERE event = ?", (event["id"],)
        ).fetchall()
        rows.append([_say(event["created"]), event["type"], "; ".join(map(_say_delivery, sent)) or "not sent anywhere"])
    return draw_table(["When (real time)", "What", "Delivery"], rows, "Nothing has happened yet.")


def _say_delivery(row: tuple[int, float | None, float | None, str]) -> str:
    attempts, delivered, due, answer = row
    if delivered:
        return "taken" if attempts == 1 else f"taken at attempt {attempts}"
    if due and not attempts:
        return "on its way"
    return f"{answer}, attempt {attempts}" + ("" if due else ", given up")


def _mask(customer: Document | None) -> str:
    """Return an address of which the first letters and the host can be read."""
    address = (customer or {}).get("email") or "unknown"
    name, _, host = str(address).partition("@")
    return f"{name[:2]}…@{host}" if host else name


def _say(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, tz=UTC):%Y-%m-%d %H:%M} UTC"
