"""The blocks of a body as plain values, before any picture has been fetched."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of rich text, without its `<p>`."""

    markup: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading between paragraphs."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, set apart."""

    text: str
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is still on the old site, or a number in its media library."""

    address: str
    number: int | None = None
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of rich texts."""

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Embed:
    """Something elsewhere on the web."""

    address: str
    title: str = ""


Block = Paragraph | Heading | Quote | Picture | Items | Embed
