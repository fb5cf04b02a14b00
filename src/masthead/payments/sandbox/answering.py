"""Answers: objects expanded as asked, lists in pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from masthead.payments.sandbox.errors import ApiError, Missing
from masthead.payments.sandbox.events import strip
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.store import Book, Document

MOST_DEPTH: Final = 4
MOST_LISTED: Final = 100

# Fields that hold an identifier, and may hold the object instead.
EXPANDABLE: Final[Mapping[str, frozenset[str]]] = {
    "": frozenset({"coupon"}),
    "charge": frozenset({"customer", "payment_intent"}),
    "checkout.session": frozenset({"customer", "invoice", "payment_intent", "setup_intent", "subscription"}),
    "dispute": frozenset({"charge", "payment_intent"}),
    "discount": frozenset({"customer", "promotion_code"}),
    "invoice": frozenset({"customer", "discounts"}),
    "invoice_payment": frozenset({"invoice"}),
    "invoice_settings": frozenset({"default_payment_method"}),
    "payment": frozenset({"payment_intent"}),
    "payment_intent": frozenset({"customer", "latest_charge", "payment_method"}),
    "payment_method": frozenset({"customer"}),
    "price": frozenset({"product"}),
    "refund": frozenset({"charge", "payment_intent"}),
    "setup_intent": frozenset({"customer", "payment_method"}),
    "subscription": frozenset({"customer", "default_payment_method", "discounts", "latest_invoice"}),
}

# Parts of objects that do not name their kind, by a field that tells them.
NAMELESS: Final = {"payment": "payment_intent", "invoice_settings": "default_payment_method"}


def _list_refunds(book: Book, charge: Document) -> Document:
    refunds = book.select("refund", "AND json_extract(body, '$.charge') = ?", (charge["id"],), most=10)
    return make_list(refunds, f"/v1/charges/{charge['id']}/refunds")


def _list_payments(book: Book, invoice: Document) -> Document:
    payments = book.select("invoice_payment", "AND json_extract(body, '$.invoice') = ?", (invoice["id"],), most=10)
    return make_list(payments, "/v1/invoice_payments")


def _list_items(_book: Book, session: Document) -> Document:
    return make_list(session["_line_items"], f"/v1/checkout/sessions/{session['id']}/line_items")


# Fields that are not there unless they are asked for.
INCLUDABLE: Final[Mapping[tuple[str, str], Callable[[Book, Document], Document]]] = {
    ("charge", "refunds"): _list_refunds,
    ("invoice", "payments"): _list_payments,
    ("checkout.session", "line_items"): _list_items,
}


def answer(book: Book, document: Document, expand: list[str]) -> Any:
    """Return a document as it leaves the sandbox, with the fields of `expand` (dotted paths) expanded.

    Raises ApiError for a field that cannot be.
    """
    for path in expand:
        parts = path.split(".")
        if len(parts) > MOST_DEPTH:
            raise ApiError(f"You cannot expand more than {MOST_DEPTH} levels of a property ({path}).")
        _expand(book, document, parts, path)
    return strip(document)


def _expand(book: Book, document: Document, parts: list[str], path: str) -> None:
    name, *rest = parts
    kind = document.get("object") or next((one for one, field in NAMELESS.items() if field in document), "")
    if kind == "list" and name == "data":
        for inner in document["data"]:
            _expand(book, inner, rest, path)
        return
    if (kind, name) in INCLUDABLE and name not in document:
        document[name] = INCLUDABLE[kind, name](book, document)
    elif name in EXPANDABLE.get(kind, ()) and isinstance(document.get(name), str):
        document[name] = book.get(document[name])
    elif name in EXPANDABLE.get(kind, ()) and isinstance(document.get(name), list):
        document[name] = [book.get(one) if isinstance(one, str) else one for one in document[name]]
    elif name not in EXPANDABLE.get(kind, ()) and not (rest and isinstance(document.get(name), dict)):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
    inner = document[name]
    if rest and inner is not None:
        for one in inner if isinstance(inner, list) else [inner]:
            _expand(book, one, rest, path)


def make_list(documents: list[Document], url: str, *, has_more: bool = False) -> Document:
    """Return a list in Stripe's shape."""
    return {"object": "list", "data": documents, "has_more": has_more, "url": url}


def list_objects(
    book: Book,
    params: Params,
    kind: str,
    url: str,
    *,
    filters: Mapping[str, str] | None = None,
    among: tuple[str, Sequence[str]] | None = None,
) -> Document:
    """Answer a request for a list: newest first, in pages.

    `filters` maps a parameter to the path of the field that it compares with; `among` is a path and its values.
    """
    conditions: list[str] = []
    values: list[Any] = []
    if among is not None and among[1]:
        path, wanted_values = among
        conditions.append(f"json_extract(body, '{path}') IN ({', '.join('?' * len(wanted_values))})")
        values.extend(wanted_values)
    for name, path in (filters or {}).items():
        wanted = params.optional(name)
        if wanted is not None:
            conditions.append(f"json_extract(body, '{path}') = ?")
            values.append(wanted)
    _take_created(params, conditions, values)
    after, before = params.optional("starting_after"), params.optional("ending_before")
    for reference, sign in ((after, "<"), (before, ">")):
        if reference is not None:
            conditions.append(f"seq {sign} ?")
            values.append(_get_seq(book, kind, reference))
    limit = params.number("limit", 10)
    if not 1 <= limit <= MOST_LISTED:
        raise ApiError(f"Invalid limit: {limit}; it must be between 1 and {MOST_LISTED}.", param="limit")
    order = "ASC" if before and not after else "DESC"
    where = "".join(f" AND {condition}" for condition in conditions)
    return _page(book, kind, where, (*values, limit + 1), order=order, limit=limit, url=url)


def _page(book: Book, kind: str, where: str, values: tuple[Any, ...], *, order: str, limit: int, url: str) -> Document:
    query = f"SELECT body FROM objects WHERE kind = ?{where} ORDER BY seq {order} LIMIT ?"  # noqa: S608  paths of ours
    rows = book.connection.execute(query, (kind, *values)).fetchall()
    documents = [json.loads(row[0]) for row in rows[:limit]]
    return make_list(documents if order == "DESC" else documents[::-1], url, has_more=len(rows) > limit)


def _take_created(params: Params, conditions: list[str], values: list[Any]) -> None:
    if "created" not in params:
        return
    created = params.inner("created")
    for name, sign in (("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")):
        if name in created:
            conditions.append(f"created {sign} ?")
            values.append(created.number(name))


def _get_seq(book: Book, kind: str, reference: str) -> int:
    row = book.connection.execute("SELECT seq FROM objects WHERE id = ? AND kind = ?", (reference, kind)).fetchone()
    if row is None:
        raise Missing(kind, reference, param="starting_after")
    return int(row[0])


def fetch(book: Book, kind: str, reference: str) -> Document:
    """Return an object of this kind. Raises Missing."""
    document = book.get(reference)
    if document is None or document["object"] != kind:
        raise Missing(kind.replace(".", " "), reference)
    return document
