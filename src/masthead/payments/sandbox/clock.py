"""The sandbox's clock: real time plus what it was turned forward; what falls due on the way is done in order."""

from __future__ import annotations

from typing import Final

from masthead.payments.sandbox.billing import attend_subscription
from masthead.payments.sandbox.checkout import expire
from masthead.payments.sandbox.disputing import let_lapse, open_dispute
from masthead.payments.sandbox.errors import ApiError
from masthead.payments.sandbox.offers import close_if_over
from masthead.payments.sandbox.shapes.machinery import make_clock
from masthead.payments.sandbox.store import OFFSET, Book, Document, Store

CLOCK: Final = "clock_sandbox"
BATCH: Final = 50
FURTHEST: Final = 5 * 366 * 86_400


def describe_clock(book: Book) -> Document:
    """Return the clock in the shape of a test clock."""
    return make_clock(book, CLOCK)


def advance(store: Store, target: int) -> int:
    """Turn the clock forward to a moment (Unix seconds); returns how many things fell due and were done.

    In steps of fifty, each a transaction of its own: stopped on the way, it goes on from there. Raises ApiError for a
    moment in the past or further than five years ahead.
    """
    with store.transaction(writes=False) as book:
        if target < book.now:
            raise ApiError("The clock can only be turned forward.", param="frozen_time")
        if target > book.now + FURTHEST:
            raise ApiError("The clock can be turned forward by five years at most.", param="frozen_time")
    done = 0
    while True:
        with store.transaction() as book:
            count = _attend_due(book, target)
            done += count
            if count < BATCH:
                _set(book, target)
                return done


def tick(store: Store) -> int:
    """Do what fell due as time went by. Returns how many things."""
    with store.transaction(writes=False) as book:
        if book.get_first_due(book.now) is None:
            return 0
    with store.transaction() as book:
        return _attend_due(book, book.now)


def _attend_due(book: Book, until: int) -> int:
    start = book.now
    for count in range(BATCH):
        first = book.get_first_due(until)
        if first is None:
            return count
        due, document = first
        book.now = max(start, due)
        if document["object"] == "subscription":
            attend_subscription(book, document)
        elif document["object"] == "charge":
            open_dispute(book, document)
        elif document["object"] == "dispute":
            let_lapse(book, document)
        elif document["object"] in {"coupon", "promotion_code"}:
            close_if_over(book, document)
        else:
            expire(book, document)
    _set(book, book.now)
    return BATCH


def _set(book: Book, moment: int) -> None:
    offset = max(moment - int(book.wall), int(book.get_meta(OFFSET, "0")))
    book.set_meta(OFFSET, str(offset))
