"""Changes of a subscription: another price, another interval, now or from the next period on."""

from __future__ import annotations

from masthead.payments.sandbox.billing import get_method, make_period_line, open_invoice, pay_invoice, save_subscription
from masthead.payments.sandbox.calendar import get_period
from masthead.payments.sandbox.charging import Outcome
from masthead.payments.sandbox.errors import ApiError, BadParameter
from masthead.payments.sandbox.offers import find_discount
from masthead.payments.sandbox.proration import make_credit, make_remainder
from masthead.payments.sandbox.shapes.invoicing import Line
from masthead.payments.sandbox.store import Book, Document

CYCLE = ("interval", "interval_count")


def change_price(
    book: Book, subscription: Document, price: Document, *, prorates: bool, moment: int, must_be_paid: bool
) -> None:
    """Let a subscription cost another price; on a trial that is all.

    Within its interval it does so from the next period on; with `prorates` now: what is left of the old price is
    credited, the rest of the period is charged. Another interval begins a period at once, paid in full, less that
    credit. What the credit exceeds stays with the customer for the next invoice. Raises ApiError where the invoice
    `must_be_paid` and is not.
    """
    [item] = subscription["items"]["data"]
    period = (item["current_period_start"], item["current_period_end"])
    if not period[0] <= moment <= period[1]:
        raise BadParameter("The proration date lies outside of the current period.", "proration_date")
    old, item["price"] = item["price"], price
    if subscription["status"] == "trialing":
        return
    lines = [make_credit(old, subscription.get("_net", old["unit_amount"]), period, moment)] if prorates else []
    if any(old["recurring"][name] != price["recurring"][name] for name in CYCLE):
        lines.append(_begin_cycle(book, subscription, item))
    elif prorates:
        subscription["_net"] = price["unit_amount"] - find_discount(book, subscription, price["unit_amount"])[1]
        lines.append(make_remainder(price, subscription["_net"], period, moment))
    if not lines:
        return
    open_invoice(book, subscription, reason="subscription_update", lines=lines)
    save_subscription(book, subscription)
    method = get_method(book, subscription)
    outcome = pay_invoice(book, subscription, method, off_session=True)
    if must_be_paid and outcome is not Outcome.PAID:
        # No CardDeclined: what that leaves behind is kept, and this leaves nothing.
        raise ApiError("Your card was declined.", http_status=402, kind="card_error", code="card_declined")


def change_after_trial(book: Book, subscription: Document, price: Document, *, trial_end: int) -> None:
    """Let a subscription cost another price from `trial_end` on, and nothing until then."""
    [item] = subscription["items"]["data"]
    item["price"] = price
    if subscription["trial_end"] == trial_end and subscription["status"] == "trialing":
        return
    period = (book.now, trial_end)
    item |= {"current_period_start": period[0], "current_period_end": period[1]}
    subscription |= {"trial_start": book.now, "trial_end": trial_end, "billing_cycle_anchor": trial_end}
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = trial_end
    line = Line(price=price, amount=0, period=period, description="Free trial")
    open_invoice(book, subscription, reason="subscription_update", lines=[line])
    save_subscription(book, subscription)
    pay_invoice(book, subscription, get_method(book, subscription))


def _begin_cycle(book: Book, subscription: Document, item: Document) -> Line:
    price = item["price"]
    period = get_period(book.now, 0, price["recurring"]["interval"], price["recurring"]["interval_count"])
    item |= {"current_period_start": period[0], "current_period_end": period[1]}
    subscription |= {"billing_cycle_anchor": book.now, "_periods": 1}
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = period[1]
    return make_period_line(book, subscription, price, period)
