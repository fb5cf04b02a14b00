"""Taking the block editor's comments off a post's text, and telling classic text from blocks."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

_NAME = re.compile(r"wp:([a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)(?=[\s/{]|\Z)")
# Blocks that WordPress fills when a page is shown; an export holds only their names.
_QUIET = frozenset({"separator", "spacer", "more", "nextpage", "list-item", "column", "columns", "group"})
_DEEPEST_REUSE = 5


@dataclass(slots=True)
class Leavings:
    """What was left out of texts, counted by what it was; one for each post."""

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, what: str) -> None:
        """Count one more of `what`."""
        self.counts[what] += 1


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one post's HTML; `classic` says that line breaks in it make paragraphs."""

    markup: str
    classic: bool


def split_blocks(content: str, *, reusable: Mapping[int, str], leavings: Leavings, depth: int = 0) -> list[Stretch]:
    """Cut a post's text into stretches: whole blocks, and classic text before, between and after them.

    Reusable blocks are put in where they are used. Blocks that WordPress fills by itself are noted.
    """
    stretches: list[Stretch] = []
    pieces: list[str] = []
    level = 0
    for token in _tokens(content):
        if isinstance(token, str):
            pieces.append(token)
            continue
        if token.opens or token.closes:
            if level == 0:
                _finish(stretches, pieces, classic=True)
            level = max(0, level + token.opens - token.closes)
        pieces.append(_stand_in(token, leavings))
        if token.name == "block" and depth < _DEEPEST_REUSE:
            _finish(stretches, pieces, classic=level == 0)
            inner = reusable.get(token.number("ref"), "")
            stretches += split_blocks(inner, reusable=reusable, leavings=leavings, depth=depth + 1)
        if level == 0:
            _finish(stretches, pieces, classic=token.name == "freeform" or not token.closes)
    _finish(stretches, pieces, classic=level == 0)
    return stretches


def _finish(stretches: list[Stretch], pieces: list[str], *, classic: bool) -> None:
    markup = "".join(pieces)
    pieces.clear()
    if markup.strip():
        stretches.append(Stretch(markup, classic))


@dataclass(frozen=True, slots=True)
class _Mark:
    """One comment of the block editor."""

    name: str
    opens: bool
    closes: bool
    settings: str
    next_markup: str = ""

    def values(self) -> dict[str, object]:
        try:
            found = json.loads(self.settings or "{}")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def number(self, key: str) -> int:
        value = self.values().get(key)
        return value if isinstance(value, int) else 0


def _tokens(content: str) -> Iterator[str | _Mark]:
    """Yield texts and block marks in turn; other comments are dropped, the "more" and page marks end a paragraph."""
    start = 0
    while (found := content.find("<!--", start)) >= 0:
        end = content.find("-->", found + 4)
        if end < 0:
            yield content[start:found]
            return
        yield content[start:found]
        inside = content[found + 4 : end]
        start = end + 3
        mark = _to_mark(inside)
        if mark is None:
            yield "\n\n" if inside.strip().startswith(("more", "nextpage", "noteaser")) else ""
        elif mark.name == "cover" and mark.opens:
            following = content.find("<!--", start)
            yield replace(mark, next_markup=content[start : following if following >= 0 else None])
        else:
            yield mark
    yield content[start:]


def _to_mark(comment: str) -> _Mark | None:
    """Return the mark that a comment is, or None for an ordinary comment."""
    inside = comment.strip()
    closes = inside.startswith("/")
    found = _NAME.match(inside, 1 if closes else 0)
    if found is None:
        return None
    alone = inside.endswith("/") and not closes
    settings = inside[found.end() :].removesuffix("/").strip()
    return _Mark(found.group(1).removeprefix("core/"), not closes and not alone, closes, settings)


def _stand_in(mark: _Mark, leavings: Leavings) -> str:
    """Return the HTML that stands for a mark: nothing, mostly."""
    if mark.name == "cover" and mark.opens and "<img" not in mark.next_markup:
        values = mark.values()
        address, number = values.get("url"), mark.number("id")
        if isinstance(address, str) and values.get("backgroundType") != "video":
            return f'<img src="{html.escape(address)}" class="wp-image-{number}">'
    if mark.name == "shortcode":
        return "\n"
    if not mark.opens and not mark.closes and mark.name not in _QUIET and mark.name != "block":
        leavings.note(f"block {mark.name}")
    return ""
