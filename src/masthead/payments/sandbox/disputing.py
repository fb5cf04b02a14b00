"""Disputes: money that a bank takes back until the case is decided."""

from __future__ import annotations

from typing import Final

from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.shapes.disputes import make_dispute, make_movement
from masthead.payments.sandbox.store import Book, Document

RESPONSE_SECONDS: Final = 7 * 86_400
OPEN: Final = ("needs_response", "under_review")


def open_dispute(book: Book, charge: Document) -> None:
    """Dispute what is left of a charge; the bank takes it back at once."""
    amount = charge["amount_captured"] - charge["amount_refunded"]
    book.save(charge)
    if charge["disputed"] or amount <= 0:
        return
    dispute = make_dispute(book, charge, amount=amount, due_by=book.now + RESPONSE_SECONDS)
    charge["disputed"] = True
    book.save(charge)
    emit(book, "charge.dispute.created", dispute)
    dispute["balance_transactions"].append(make_movement(book, dispute, amount=-amount))
    book.save(dispute, due=dispute["evidence_details"]["due_by"])
    emit(book, "charge.dispute.funds_withdrawn", dispute)


def close_dispute(book: Book, dispute: Document, *, won: bool) -> None:
    """Decide an open dispute: won, the money comes back; lost, it stays away."""
    before = dispute["status"]
    dispute["status"] = "won" if won else "lost"
    if won:
        dispute["balance_transactions"].append(make_movement(book, dispute, amount=dispute["amount"]))
    book.save(dispute)
    if won:
        emit(book, "charge.dispute.funds_reinstated", dispute)
    emit(book, "charge.dispute.closed", dispute, changed={"status": before})


def let_lapse(book: Book, dispute: Document) -> None:
    """Decide a dispute that nobody answered in time: it is lost."""
    dispute["evidence_details"]["past_due"] = True
    close_dispute(book, dispute, won=False)
