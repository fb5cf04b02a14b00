"""The one cut: which part of an article's body may be read.

Everything that shows, lists, feeds, indexes or sends the words of a body takes them from `cut_body`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup, Tag
from django.utils.text import Truncator
from wagtail.blocks import StreamValue
from wagtail.rich_text import RichText

# Enough to be fair: the reader learns what it is about and how it is written.
TEASER_PARAGRAPHS = 2
TEASER_WORDS = 160


@dataclass(frozen=True, slots=True)
class ReadableBlock:
    """One block as it may be shown: `kind` names its template, `value` is what the block holds."""

    kind: str
    value: Any
    key: str

    @property
    def template(self) -> str:
        """The template that shows this kind of block."""
        return f"newsroom/blocks/{self.kind}.html"


@dataclass(frozen=True, slots=True)
class ReadableBody:
    """The blocks that may be shown, in order; `is_cut` says that more is kept for members."""

    blocks: tuple[ReadableBlock, ...]
    is_cut: bool


def cut_body(body: StreamValue, *, whole: bool) -> ReadableBody:
    """Return the whole body, or only its teaser.

    The teaser holds headings and the first TEASER_PARAGRAPHS paragraphs, at most TEASER_WORDS words and
    never more than half of the body's words. Pictures, quotes, lists and embeds are never in it.
    """
    blocks = tuple(
        ReadableBlock(block.block_type, block.value, str(block.id or index)) for index, block in enumerate(body)
    )
    if whole:
        return ReadableBody(blocks, is_cut=False)
    allowed = min(TEASER_WORDS, len(_text_of_all(blocks).split()) // 2)
    return ReadableBody(tuple(_teaser(blocks, allowed)), is_cut=bool(blocks))


def to_text(readable: ReadableBody) -> str:
    """Return the plain words of what may be shown, one block a line."""
    return _text_of_all(readable.blocks)


def _teaser(blocks: tuple[ReadableBlock, ...], allowed: int) -> Iterator[ReadableBlock]:
    paragraphs = 0
    heading: ReadableBlock | None = None
    for block in blocks:
        if block.kind == "heading":
            heading = block
        if block.kind != "paragraph":
            continue
        kept: list[str] = []
        for source in _paragraphs_of(block.value):
            words = len(_text_of_html(source).split())
            if allowed <= 0 or paragraphs == TEASER_PARAGRAPHS:
                break
            kept.append(source if words <= allowed else Truncator(source).words(allowed, html=True))
            allowed -= words
            paragraphs += 1
        if kept:
            if heading is not None:
                yield heading
            heading = None
            yield ReadableBlock(block.kind, RichText("".join(kept)), block.key)


def _paragraphs_of(value: RichText) -> Iterator[str]:
    """Split the source of one text block into its top elements, leaving out the empty ones."""
    for node in BeautifulSoup(value.source, "html.parser").contents:
        if node.get_text().strip():
            yield str(node) if isinstance(node, Tag) else f"<p>{node}</p>"


def _text_of_html(source: str) -> str:
    return " ".join(BeautifulSoup(source, "html.parser").get_text(" ").split())


def _text_of_all(blocks: tuple[ReadableBlock, ...]) -> str:
    return "\n".join(text for block in blocks if (text := _text_of(block)))


def _text_of(block: ReadableBlock) -> str:
    value = block.value
    match block.kind:
        case "paragraph":
            return _text_of_html(value.source)
        case "quote":
            return " ".join(filter(None, [value["text"], value["attribution"]]))
        case "image":
            return " ".join(filter(None, [value["caption"], value["alt"], value["credit"]]))
        case "list":
            return "\n".join(_text_of_html(item.source) for item in value["items"])
        case "embed":
            return str(value["title"] or "")
        case _:
            return str(value)
