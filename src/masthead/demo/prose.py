"""The little mark-up in which the demonstration's articles are written, read strictly.

Blocks stand apart by empty lines: paragraphs, `##` headings, `-` and `1.` lists, `>` pull quotes, `![…](…)`
pictures. Inside a line there are `**strong**`, `*emphasis*` and `[words](article:slug)`. Anything else is refused,
so that a slip of the pen is found when the articles are read and not on the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import ClassVar

from masthead.rules.errors import MastheadError

TARGET_KINDS = ("article", "author", "section", "topic")

_PICTURE = re.compile(r"!\[(?P<drawing>[a-z0-9-]+)\]\((?P<caption>[^|()]+)\|(?P<alt>[^|()]+)\)")
_LINK = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<kind>[a-z]+):(?P<slug>[a-z0-9-]+)\)")
_STRONG = re.compile(r"\*\*(?P<words>[^*]+)\*\*")
_EMPHASIS = re.compile(r"\*(?P<words>[^*]+)\*")
_ITEM = re.compile(r"(?:- |\d+\. )")


class BadProse(MastheadError):
    """An article's text cannot be read."""

    code: ClassVar[str] = "bad_prose"


@dataclass(frozen=True, slots=True)
class Target:
    """What a link points at: the kind of thing, and its slug."""

    kind: str
    slug: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, in the mark-up of a line."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within the article, in plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A pull quote and who said it, both in plain words."""

    text: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list; each item in the mark-up of a line."""

    items: tuple[str, ...]
    is_ordered: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing in the body."""

    drawing: str
    caption: str
    alt: str


Block = Paragraph | Heading | Quote | Items | Picture


def parse_prose(text: str) -> tuple[Block, ...]:
    """Return the blocks of an article's text, in order.

    Raises BadProse, with the words that stood there, for what is no known mark-up.
    """
    chunks = [chunk for chunk in re.split(r"\n\s*\n", text.strip()) if chunk.strip()]
    return tuple(_parse_chunk([line.rstrip() for line in chunk.strip("\n").split("\n")]) for chunk in chunks)


def _parse_chunk(lines: list[str]) -> Block:
    first = lines[0]
    if first.startswith("#"):
        return _parse_heading(lines)
    if first.startswith(">"):
        return _parse_quote(lines)
    if first.startswith("!["):
        return _parse_picture(lines)
    if _ITEM.match(first):
        return _parse_items(lines)
    paragraph = " ".join(line.strip() for line in lines)
    _refuse_stray_marks(paragraph)
    return Paragraph(paragraph)


def _parse_heading(lines: list[str]) -> Heading:
    found = re.fullmatch(r"#{2,3} (?P<words>\S.*)", lines[0])
    if len(lines) != 1 or found is None:
        raise BadProse(f"A heading is one line that begins with ## or ###, not: {lines[0]}")
    return Heading(typeset(found["words"]))


def _parse_quote(lines: list[str]) -> Quote:
    if not all(line.startswith("> ") for line in lines):
        raise BadProse(f"Each line of a quote begins with “> ”: {lines[0]}")
    said = [line[2:] for line in lines]
    if len(said) < 2 or not said[-1].startswith("-- "):
        raise BadProse(f"A quote ends with a line “> -- who said it”: {lines[0]}")
    return Quote(typeset(" ".join(said[:-1])), typeset(said[-1][3:]))


def _parse_picture(lines: list[str]) -> Picture:
    found = _PICTURE.fullmatch(" ".join(lines))
    if found is None:
        raise BadProse(f"A picture is ![drawing](caption | alternative text), not: {lines[0]}")
    return Picture(found["drawing"], typeset(found["caption"].strip()), typeset(found["alt"].strip()))


def _parse_items(lines: list[str]) -> Items:
    is_ordered = not lines[0].startswith("- ")
    items: list[str] = []
    for number, line in enumerate(lines, start=1):
        mark = f"{number}. " if is_ordered else "- "
        if not line.startswith(mark):
            raise BadProse(f"An item of this list begins with “{mark}”, not: {line}")
        items.append(line.removeprefix(mark).strip())
        _refuse_stray_marks(items[-1])
    return Items(tuple(items), is_ordered)


def _refuse_stray_marks(text: str) -> None:
    for found in _LINK.finditer(text):
        if found["kind"] not in TARGET_KINDS:
            raise BadProse(f"A link points to one of {', '.join(TARGET_KINDS)}, not to: {found['kind']}")
    bare = _EMPHASIS.sub(r"\g<words>", _STRONG.sub(r"\g<words>", _LINK.sub(r"\g<words>", text)))
    for mark in ("*", "[", "]", "<", "`", "_"):
        if mark in bare:
            raise BadProse(f"There is a {mark} that belongs to nothing: {text}")


def list_targets(text: str) -> tuple[Target, ...]:
    """Return what the links of a text point at, in order."""
    return tuple(Target(found["kind"], found["slug"]) for found in _LINK.finditer(text))


def render_line(text: str, find_href: Callable[[Target], str]) -> str:
    """Return the HTML of a line; `find_href` gives the attributes of the link to a target, as `href="/a/"`."""
    html = escape(typeset(text), quote=False)
    html = _LINK.sub(lambda found: f"<a {find_href(Target(found['kind'], found['slug']))}>{found['words']}</a>", html)
    html = _STRONG.sub(r"<b>\g<words></b>", html)
    return _EMPHASIS.sub(r"<i>\g<words></i>", html)


def to_plain(text: str) -> str:
    """Return the words of a line without mark-up, typeset."""
    return typeset(_EMPHASIS.sub(r"\g<words>", _STRONG.sub(r"\g<words>", _LINK.sub(r"\g<words>", text))))


def typeset(text: str) -> str:
    """Return the text with curly quotes; a straight one opens after a space, a bracket, a dash or a mark."""
    text = re.sub(r'(^|[\s(\[*–])"', r"\1“", text).replace('"', "”")
    return re.sub(r"(^|[\s(\[“*–])'(?=\w)", r"\1‘", text).replace("'", "’")
