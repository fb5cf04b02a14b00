"""Products and prices."""

from __future__ import annotations

from masthead.payments.sandbox.answering import fetch, list_objects
from masthead.payments.sandbox.errors import BadParameter
from masthead.payments.sandbox.events import emit
from masthead.payments.sandbox.params import Params
from masthead.payments.sandbox.shapes.buying import make_price, make_product
from masthead.payments.sandbox.store import Book, Document
from masthead.rules.money import CURRENCIES

MOST_AMOUNT = 99_999_999
INTERVALS = ("day", "week", "month", "year")


def take_price(book: Book, params: Params, *, recurring: bool | None = None) -> Document:
    """Make a price of `price_data`, and its product where that is inline too.

    With `recurring` said, the price must be that.
    """
    currency = params.text("currency").lower()
    if currency.upper() not in CURRENCIES:
        raise BadParameter(f"Invalid currency: {currency[:10]}.", "currency")
    amount = params.number("unit_amount")
    if not 0 <= amount <= MOST_AMOUNT:
        raise BadParameter("Invalid integer: the amount must be between 0 and 99999999.", "unit_amount")
    if "product" in params:
        product = fetch(book, "product", params.text("product"))
    else:
        inline = params.inner("product_data")
        product = book.save(make_product(book, name=inline.text("name"), metadata=inline.metadata()))
        emit(book, "product.created", product)
    interval, count = None, 1
    if "recurring" in params:
        cycle = params.inner("recurring")
        interval = cycle.text("interval", among=INTERVALS)
        count = cycle.number("interval_count", 1)
    if recurring is not None and recurring != (interval is not None):
        raise BadParameter(f"This price must {'' if recurring else 'not '}be recurring.", "recurring")
    price = make_price(
        book,
        product=product["id"],
        currency=currency,
        unit_amount=amount,
        interval=interval,
        interval_count=count,
    )
    book.save(price)
    emit(book, "price.created", price)
    return price


def create_product(book: Book, params: Params) -> Document:
    """Make a product."""
    product = make_product(book, name=params.text("name"), metadata=params.metadata())
    product["description"] = params.optional("description")
    book.save(product)
    emit(book, "product.created", product)
    return product


def read_product(book: Book, _params: Params, reference: str) -> Document:
    """Answer a product."""
    return fetch(book, "product", reference)


def list_products(book: Book, params: Params) -> Document:
    """Answer products, the newest first."""
    return list_objects(book, params, "product", "/v1/products")


def create_price(book: Book, params: Params) -> Document:
    """Make a price."""
    price = take_price(book, params)
    price["metadata"] = params.metadata()
    price["nickname"] = params.optional("nickname")
    return book.save(price)


def read_price(book: Book, _params: Params, reference: str) -> Document:
    """Answer a price."""
    return fetch(book, "price", reference)


def list_prices(book: Book, params: Params) -> Document:
    """Answer prices, the newest first."""
    return list_objects(book, params, "price", "/v1/prices", filters={"product": "$.product", "currency": "$.currency"})


ROUTES = {
    ("POST", "products"): create_product,
    ("GET", "products"): list_products,
    ("GET", "products/*"): read_product,
    ("POST", "prices"): create_price,
    ("GET", "prices"): list_prices,
    ("GET", "prices/*"): read_price,
}
