"""Folding blocks into one block: what lists, quotes, tables and figures hold. What does not fit follows after."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace

from masthead.newsroom.importers.wordpress.blocks import Block, Embed, Heading, Items, Paragraph, Picture, Quote
from masthead.newsroom.importers.wordpress.markup import clean_inline, clean_item
from masthead.newsroom.importers.wordpress.running import tidy, to_words
from masthead.newsroom.importers.wordpress.texts import shorten

# The longest that the fields of our blocks take.
LONGEST_HEADING = 150
LONGEST_CAPTION = 400
LONGEST_TITLE = 200
LONGEST_ALT = 250


def plain_paragraph(text: str) -> list[Block]:
    """Return a paragraph of plain words, or nothing where there are none."""
    return [Paragraph(clean_inline(html.escape(text, quote=False)))] if text.strip() else []


def add_caption(blocks: list[Block], caption: str) -> list[Block]:
    """Give a caption to what stands alone in a figure; to several things, as a paragraph after them."""
    if not caption:
        return blocks
    if len(blocks) == 1:
        match blocks[0]:
            case Picture(caption="") as picture if len(caption) <= LONGEST_CAPTION:
                return [replace(picture, caption=caption)]
            case Embed() as embed if len(caption) <= LONGEST_TITLE:
                return [replace(embed, title=caption)]
            case Quote(attribution="") as quote if len(caption) <= LONGEST_TITLE:
                return [replace(quote, attribution=caption)]
    return [*blocks, *plain_paragraph(caption)]


def fold_list(contents: Sequence[list[Block]], *, ordered: bool) -> list[Block]:
    """Return a list of one item for each of `contents`.

    Inner lists become lines after a dash within their item, so that the numbers stay right; pictures follow.
    """
    items: list[str] = []
    after: list[Block] = []
    for blocks in contents:
        lines: list[str] = []
        for block in blocks:
            if isinstance(block, Items):
                lines += [f"– {line}" for item in block.items for line in item.split("<br/>")]
            elif isinstance(block, Picture | Embed):
                after.append(block)
            else:
                lines.append(to_rich_line(block))
        if to_words(item := clean_item("<br>".join(lines))):
            items.append(item)
    return [*([Items(tuple(items), ordered)] if items else []), *after]


def to_rich_line(block: Block) -> str:
    """Return a block's words as rich text within a line of another."""
    match block:
        case Paragraph(markup):
            return markup
        case Heading(text):
            return f"<b>{html.escape(text, quote=False)}</b>"
        case Quote(text, attribution):
            return html.escape("\n".join(filter(None, [text, attribution])), quote=False).replace("\n", "<br>")
        case _:
            return ""


def fold_quote(blocks: Sequence[Block], attribution: str) -> list[Block]:
    """Return one quote of the words in `blocks`; pictures and embeds follow it."""
    lines: list[str] = []
    after: list[Block] = []
    for block in blocks:
        match block:
            case Picture() | Embed():
                after.append(block)
            case Items(items):
                lines += [f"– {to_words(item)}" for item in items]
            case Paragraph(markup):
                lines.append("\n".join(filter(None, (to_words(line) for line in markup.split("<br/>")))))
            case _:
                lines.append(to_words(to_rich_line(block)))
    if len(attribution) > LONGEST_TITLE:
        lines, attribution = [*lines, attribution], ""
    if not any(lines):
        lines, attribution = [attribution], ""
    text = "\n".join(line for line in lines if line)
    return [*([Quote(text, attribution)] if text else []), *after]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; `heads` says that it names its row or column."""

    blocks: tuple[Block, ...]
    heads: bool

    @property
    def line(self) -> str:
        """The cell's words as rich text on one line."""
        lines = tidy("<br>".join(to_rich_line(block) for block in self.blocks))
        return lines.replace("<br/>", ", ").replace("<br>", ", ")


def fold_table(rows: Sequence[Sequence[Cell]], caption: str) -> list[Block]:
    """Return a table as a list of its rows, each value after the name of its column.

    A table that was used for layout, with pictures, lists or a single column, is taken apart into its blocks.
    """
    rows = [row for row in rows if any(cell.blocks for cell in row)]
    if max((len(row) for row in rows), default=0) < 2 or any(_is_layout(cell) for row in rows for cell in row):
        return [*(block for row in rows for cell in row for block in cell.blocks), *plain_paragraph(caption)]
    heads: list[str] = []
    if len(rows) > 1 and all(cell.heads for cell in rows[0]):
        heads = [to_words(cell.line) for cell in rows[0]]
        rows = rows[1:]
    items = tuple(item for row in rows if to_words(item := clean_item(_to_row(row, heads))))
    before = plain_paragraph(caption)
    return [*before, Items(items)] if items else before


def _is_layout(cell: Cell) -> bool:
    return any(isinstance(block, Picture | Embed | Items | Quote) for block in cell.blocks) or len(cell.blocks) > 2


def _to_row(row: Sequence[Cell], heads: Sequence[str]) -> str:
    parts: list[str] = []
    for index, cell in enumerate(row):
        head = heads[index] if index < len(heads) else ""
        if not cell.line:
            continue
        if index == 0:
            parts.append(f"<b>{cell.line}</b>" if cell.heads or heads else cell.line)
        else:
            parts.append(f"{html.escape(head, quote=False)}: {cell.line}" if head else cell.line)
    return " · ".join(parts)


def to_picture(address: str, number: int | None, alt: str, caption: str) -> list[Block]:
    """Return a picture; a caption that is too long for its field follows as a paragraph."""
    too_long = len(caption) > LONGEST_CAPTION
    picture = Picture(address, number, shorten(alt, LONGEST_ALT), "" if too_long else caption)
    return [picture, *(plain_paragraph(caption) if too_long else [])]
