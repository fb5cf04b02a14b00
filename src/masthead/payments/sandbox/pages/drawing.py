"""Pages from small templates: `$name` is filled in and escaped, unless it is markup of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template
from typing import Final

HERE: Final = Path(__file__).resolve().parent
HEADERS: Final = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
]


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer:
    """What a browser gets."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""


@lru_cache
def _load(name: str) -> Template:
    return Template((HERE / name).read_text(encoding="utf-8"))


@lru_cache
def load_style() -> bytes:
    """Return the style sheet."""
    return (HERE / "sandbox.css").read_bytes()


def get_style_version() -> str:
    """Return a mark that changes with the style sheet."""
    return hashlib.sha256(load_style()).hexdigest()[:10]


def draw(template: str, /, **values: str | int) -> Markup:
    """Fill a template in; whatever is no markup is escaped. Raises KeyError for a value that is missing."""
    safe = {key: value if isinstance(value, Markup) else escape(str(value)) for key, value in values.items()}
    return Markup(_load(template).substitute(safe))


def join(parts: Iterable[Markup]) -> Markup:
    """Put pieces of markup one after another."""
    return Markup("\n".join(parts))


def draw_table(heads: list[str], rows: list[list[str]], nothing: str) -> Markup:
    """Draw a table that scrolls by itself, or say that there is nothing."""
    if not rows:
        return Markup(f'<p class="quiet">{escape(nothing)}</p>')
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return Markup(
        '<div class="table" tabindex="0" role="group" aria-label="Table">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def answer_page(content: Markup, *, title: str, base: str, status: int = 200, may_lead_to: str = "") -> PageAnswer:
    """Return a whole page; `may_lead_to` is the origin that its form may be redirected to."""
    page = draw("page.html", title=title, base=base, version=get_style_version(), content=content)
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' {may_lead_to}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy), *HEADERS]
    return PageAnswer(status=status, headers=headers, body=page.encode())


def redirect(url: str) -> PageAnswer:
    """Send the browser on."""
    return PageAnswer(status=303, headers=[("Location", url), *HEADERS])
