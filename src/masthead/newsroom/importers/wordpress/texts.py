"""Cleaning what is no markup: plain texts, slugs, times and addresses."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from django.utils.text import slugify

_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_ADDRESS_LIMIT = 2000


def drop_unprintable(text: str) -> str:
    """Leave out control characters, which no database and no page wants."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def to_plain(raw: str, *, limit: int = 0) -> str:
    """Return one line of plain text from a text that may hold tags and entities.

    With a `limit`, a longer text ends at a word with an ellipsis, within the limit.
    """
    text = html.unescape(_TAG.sub(" " if "<br" in raw or "<p" in raw else "", raw))
    return (
        shorten(" ".join(drop_unprintable(text).split()), limit) if limit else " ".join(drop_unprintable(text).split())
    )


def shorten(text: str, limit: int) -> str:
    """Cut at the last word that fits, with an ellipsis; a text that fits stays as it is."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at_word = head.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > limit // 2 else head).rstrip(" ,;:–—-") + "…"


def to_slug(raw: str, *, limit: int = 120) -> str:
    """Return the slug that a percent-encoded old one stands for, letters of all scripts kept; may be empty."""
    text = unicodedata.normalize("NFC", unquote(raw, errors="replace").replace("\ufffd", ""))
    return slugify(text.replace("/", "-"), allow_unicode=True)[:limit].strip("-_")


def free_slug(slug: str, is_taken: Callable[[str], bool]) -> str:
    """Return the slug, or with the first number from 2 on that makes it free."""
    number, tried = 1, slug
    while is_taken(tried):
        number += 1
        tried = f"{slug}-{number}"
    return tried


def to_time(raw: str) -> datetime | None:
    """Return the UTC time of a `2013-01-09 16:00:39`; None for the zeros that WordPress writes for "no time"."""
    local = to_local_time(raw)
    return local.replace(tzinfo=UTC) if local else None


def to_local_time(raw: str) -> datetime | None:
    """Return the same as written, with no zone."""
    try:
        found = datetime.strptime(raw.strip(), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  the zone is the caller's to know
    except ValueError:
        return None
    return found if found.year >= 1900 else None


def to_feed_time(raw: str) -> datetime | None:
    """Return the UTC time of a feed's `Wed, 09 Jan 2013 16:00:39 +0000`, or None."""
    try:
        found = parsedate_to_datetime(raw.strip())
        return found.astimezone(UTC) if found.tzinfo and found.year >= 1900 else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def to_web_address(raw: str, base: str) -> str:
    """Return the absolute http(s) address that `raw` means on the page `base`; empty for anything else."""
    text = re.sub(r"\s+", "%20", drop_unprintable(html.unescape(raw)).strip())
    try:
        absolute = urljoin(base, text)
        parts = urlsplit(absolute)
        hostname = parts.hostname
        _ = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not hostname or len(absolute) > _ADDRESS_LIMIT:
        return ""
    if set(absolute) & set("<>\"'`\\") or parts.username is not None:
        return ""
    return absolute


def path_of(address: str) -> str:
    """Return the path and the query of an address, as a visitor of the old site would ask for it."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


def site_name(address: str) -> str:
    """Return the old site without scheme and closing slash, in small letters: what it is known by."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    host = (parts.netloc or "").lower().removeprefix("www.")
    return (host + parts.path).rstrip("/")
