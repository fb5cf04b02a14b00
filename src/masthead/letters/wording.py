"""The newsroom's own words of a letter: plain paragraphs with {placeholders}, and nothing that could be code.

Paragraphs stand between empty lines; lines that begin with "- " are a list; **two asterisks** make words bold;
[words](https://…) is a link. A line that is nothing but the placeholder of a part, as {button}, puts that part of our
layout there. Everything else is text, also what looks like HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from masthead.rules.errors import MastheadError

GREETING: Final = "greeting"
# Known to every letter.
COMMON: Final = (GREETING, "publication", "editor")

LINE_BREAK: Final = mark_safe("<br />")
_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_ALONE: Final = re.compile(r"\{(\w+)\}")
_ITEM: Final = re.compile(r"\s*[-*•]\s+(.*)")
_LINK: Final = re.compile(r"\[([^\[\]]+)\]\(([^()\s]*)\)")
_MEANT_AS_LINK: Final = re.compile(r"\[([^\[\]]+)\]\(([^)]*)\)")
_BOLD: Final = re.compile(r"\*\*(\S|\S[^*]*\S)\*\*")
_SAFE_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>{}]+|mailto:[^\s\"'<>{}]+")


class BadWords(MastheadError):
    """These words cannot be used."""

    code: ClassVar[str] = "bad_words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the words of one kind may name: `values` with examples, `parts` of the layout, and what must not miss."""

    values: Mapping[str, str]
    parts: tuple[str, ...]
    required: frozenset[str]


class _Shape(StrEnum):
    PARAGRAPH = "paragraph"
    ITEMS = "items"
    PART = "part"


@dataclass(frozen=True, slots=True)
class _Block:
    shape: _Shape
    lines: tuple[str, ...]


def check_words(subject: str, body: str, known: Vocabulary) -> list[str]:
    """Return what is wrong with the words, one sentence each; nothing where they can be used."""
    wrong = []
    names = _BRACES.findall(body)
    usable = [*known.values, *known.parts]
    for name in dict.fromkeys([*_BRACES.findall(subject), *names]):
        if name not in usable:
            every = ", ".join(f"{{{one}}}" for one in usable)
            wrong.append(
                _("There is no placeholder {name} here. You can use: {known}.").format(name=f"{{{name}}}", known=every)
            )
    missing = [*known.parts, *sorted(known.required)]
    wrong += [
        _("The words need {name}: without it the letter misses its point.").format(name=f"{{{name}}}")
        for name in missing
        if name not in names
    ]
    alone = [block.lines[0] for block in _split(body, known.parts) if block.shape is _Shape.PART]
    for part in known.parts:
        if names.count(part) > max(alone.count(part), 0) or f"{{{part}}}" in subject:
            wrong.append(_("{name} has to stand in a line of its own.").format(name=f"{{{part}}}"))
    for text in (subject, body):
        if any(brace in _BRACES.sub("", text) for brace in "{}"):
            wrong.append(_("A brace { or } stands alone. Placeholders are written as {publication}."))
    for label, address in _MEANT_AS_LINK.findall(body):
        if not _SAFE_ADDRESS.fullmatch(address):
            wrong.append(_("The link “{label}” has to begin with https://.").format(label=label))
    return wrong


def fill_line(text: str, values: Mapping[str, str]) -> str:
    """Put the values in the place of their names, in one line of plain text."""
    return " ".join(_put(text, values).split())


def to_mjml(body: str, values: Mapping[str, str], parts: Mapping[str, str]) -> SafeString:
    """Return the words as MJML; `parts` are MJML already, all else is escaped."""
    every = _number_lines(values)
    blocks = [_to_mjml(block, every, parts) for block in _fill(body, every, parts)]
    return mark_safe("\n".join(blocks))  # noqa: S308  made by format_html and by our own templates


def to_text(body: str, values: Mapping[str, str], parts: Mapping[str, str]) -> str:
    """Return the words as plain text."""
    every = _number_lines(values)
    return "\n\n".join(_to_text(block, every, parts) for block in _fill(body, every, parts))


def summarize(body: str, values: Mapping[str, str], parts: Iterable[str]) -> str:
    """Return the first sentence or so, for the list of a mail program; not the greeting."""
    for block in _fill(body, _number_lines(values), parts):
        if block.shape is _Shape.PARAGRAPH and block.lines != (f"{{{GREETING}}}",):
            return Truncator(_to_text(block, values, {}).replace("\n", " ")).chars(140)
    return ""


def _to_mjml(block: _Block, values: Mapping[str, str], parts: Mapping[str, str]) -> str:
    lines = [_mark_up(line, values) for line in block.lines]
    match block.shape:
        case _Shape.PART:
            return parts[block.lines[0]]
        case _Shape.ITEMS:
            items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
            return format_html("<mj-text><ul>{}</ul></mj-text>", items)
        case _Shape.PARAGRAPH:
            return format_html("<mj-text>{}</mj-text>", format_html_join(LINE_BREAK, "{}", ((line,) for line in lines)))


def _to_text(block: _Block, values: Mapping[str, str], parts: Mapping[str, str]) -> str:
    lines = [_put(_BOLD.sub(r"\1", _LINK.sub(r"\1: \2", line)), values) for line in block.lines]
    match block.shape:
        case _Shape.PART:
            return parts[block.lines[0]].strip()
        case _Shape.ITEMS:
            return "\n".join(f"  * {line}" for line in lines)
        case _Shape.PARAGRAPH:
            return "\n".join(lines)


def _mark_up(line: str, values: Mapping[str, str]) -> SafeString:
    """Escape a line, then make its bold words and links, then put in the escaped values, in this order: no value can
    make either."""
    marked = _LINK.sub(_link, str(escape(line)))
    marked = _BOLD.sub(r"<b>\1</b>", marked)
    return mark_safe(_put(marked, values, escape))  # noqa: S308  escaped before anything was added


def _link(found: re.Match[str]) -> str:
    label, address = found.groups()
    return f'<a href="{address}">{label}</a>' if _SAFE_ADDRESS.fullmatch(address) else found[0]


def _put(text: str, values: Mapping[str, str], spell: Callable[[str], str] = str) -> str:
    return _BRACES.sub(lambda found: spell(values.get(found[1], found[0])), text)


def _fill(body: str, values: Mapping[str, str], parts: Iterable[str]) -> Iterator[_Block]:
    """Split the words; a value of many lines that stands alone becomes as many lines, an empty one leaves nothing."""
    for block in _split(body, parts):
        if block.shape is _Shape.PART:
            yield block
        elif lines := [one for line in block.lines for one in _spread(line, values)]:
            yield _Block(block.shape, tuple(lines))


def _spread(line: str, values: Mapping[str, str]) -> list[str]:
    alone = _ALONE.fullmatch(line)
    if alone is None or "\n" not in values.get(alone[1], ""):
        return [line] if _put(line, values).strip() else []
    return [f"{{{name}}}" for name in values if name.startswith(f"{alone[1]}#")]


def _number_lines(values: Mapping[str, str]) -> dict[str, str]:
    """Give each line of a value of many lines a name of its own."""
    numbered = {
        f"{name}#{number}": line
        for name, value in values.items()
        for number, line in enumerate(value.splitlines())
        if "\n" in value and line.strip()
    }
    return {**values, **numbered}


def _split(body: str, parts: Iterable[str]) -> Iterator[_Block]:
    """Split the words into blocks."""
    known = set(parts)
    lines: list[str] = []
    for line in [*body.replace("\r\n", "\n").split("\n"), ""]:
        alone = _ALONE.fullmatch(line.strip())
        is_part = alone is not None and alone[1] in known
        if line.strip() and not is_part:
            if lines and bool(_ITEM.fullmatch(lines[-1])) != bool(_ITEM.fullmatch(line)):
                yield _gather(lines)
                lines = []
            lines.append(line)
            continue
        if lines:
            yield _gather(lines)
            lines = []
        if is_part and alone is not None:
            yield _Block(_Shape.PART, (alone[1],))


def _gather(lines: list[str]) -> _Block:
    items = [_ITEM.fullmatch(line) for line in lines]
    if all(items):
        return _Block(_Shape.ITEMS, tuple(item[1].strip() for item in items if item))
    return _Block(_Shape.PARAGRAPH, tuple(line.strip() for line in lines))
