"""Disputes: seen, answered, given up. The evidence decides by Stripe's own test words."""

from __future__ import annotations

from masthead.payments.sandbox.answering import fetch, list_objects
from masthead.payments.sandbox.disputing import OPEN, close_dispute
from masthead.payments.sandbox.errors import ApiError
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.shapes.disputes import TEXTS
from masthead.payments.sandbox.store import Book, Document

WINNING = "winning_evidence"
LOSING = "losing_evidence"


def read_dispute(book: Book, _params: Params, reference: str) -> Document:
    """Answer a dispute."""
    return fetch(book, "dispute", reference)


def list_disputes(book: Book, params: Params) -> Document:
    """Answer disputes, the newest first."""
    filters = {"charge": "$.charge", "payment_intent": "$.payment_intent"}
    return list_objects(book, params, "dispute", "/v1/disputes", filters=filters)


def answer_dispute(book: Book, params: Params, reference: str) -> Document:
    """Give evidence; once it is submitted, `winning_evidence` or `losing_evidence` in its text decides the case."""
    dispute = fetch(book, "dispute", reference)
    _refuse_closed(dispute)
    given = params.inner("evidence")
    for name in TEXTS:
        if name in given:
            dispute["evidence"][name] = given.optional(name)
    dispute["evidence_details"]["has_evidence"] = any(dispute["evidence"][name] for name in TEXTS)
    dispute["metadata"] = params.metadata(dispute["metadata"])
    submitted = params.flag("submit", default=True)
    if submitted:
        dispute["status"] = "under_review"
        dispute["evidence_details"]["submission_count"] += 1
    # Once it is under review, no answer is awaited any more.
    book.save(dispute, due=None if submitted else dispute["evidence_details"]["due_by"])
    emit(book, "charge.dispute.updated", dispute)
    words = dispute["evidence"]["uncategorized_text"]
    if submitted and words in {WINNING, LOSING}:
        close_dispute(book, dispute, won=words == WINNING)
    return dispute


def give_up_dispute(book: Book, _params: Params, reference: str) -> Document:
    """Give a dispute up: it is lost."""
    dispute = fetch(book, "dispute", reference)
    _refuse_closed(dispute)
    close_dispute(book, dispute, won=False)
    return dispute


def _refuse_closed(dispute: Document) -> None:
    if dispute["status"] not in OPEN:
        raise ApiError("This dispute is already closed.")


ROUTES = {
    ("GET", "disputes"): list_disputes,
    ("GET", "disputes/*"): read_dispute,
    ("POST", "disputes/*"): answer_dispute,
    ("POST", "disputes/*/close"): give_up_dispute,
}
