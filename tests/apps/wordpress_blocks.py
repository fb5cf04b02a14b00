"""Turning HTML into blocks in tests, with a small media library to refer to."""

from __future__ import annotations

from collections.abc import Iterator

from masthead.newsroom.importers.wordpress.blocks import Block, Embed, Heading, Items, Paragraph, Picture, Quote
from masthead.newsroom.importers.wordpress.flow import to_blocks
from masthead.newsroom.importers.wordpress.gutenberg import Leavings
from masthead.newsroom.importers.wordpress.markup import INLINE_TAGS, ITEM_TAGS
from masthead.newsroom.importers.wordpress.media import MediaLibrary
from masthead.newsroom.importers.wordpress.running import to_words
from masthead.newsroom.importers.wordpress.values import Attachment, Library

UPLOADS = "https://old.example/wp-content/uploads"
LIBRARY = Library(
    source="old.example",
    address="https://old.example",
    attachments={
        5: Attachment(number=5, address=f"{UPLOADS}/boat.jpg", alt="A boat", caption="The boat"),
        6: Attachment(number=6, address=f"{UPLOADS}/quay.png"),
        7: Attachment(number=7, address=f"{UPLOADS}/wall-scaled.jpg"),
    },
    attachments_of={"1": (5, 6)},
    reusable={90: "<!-- wp:paragraph --><p>Said again.</p><!-- /wp:paragraph -->", 91: '<!-- wp:block {"ref":91} /-->'},
    paths=frozenset({"/2020/01/other", "/?p=12"}),
)


def convert(content: str, leavings: Leavings | None = None) -> list[Block]:
    return list(
        to_blocks(content, key="1", library=LIBRARY, shelf=MediaLibrary(LIBRARY), leavings=leavings or Leavings())
    )


def left_out(content: str) -> dict[str, int]:
    leavings = Leavings()
    convert(content, leavings)
    return dict(leavings.counts)


def rich_texts(blocks: list[Block]) -> Iterator[tuple[str, frozenset[str]]]:
    for block in blocks:
        match block:
            case Paragraph(markup):
                yield markup, INLINE_TAGS
            case Items(items):
                yield from ((item, ITEM_TAGS) for item in items)


def all_words(blocks: list[Block]) -> str:
    words: list[str] = []
    for block in blocks:
        match block:
            case Paragraph(markup):
                words.append(to_words(markup))
            case Items(items):
                words += [to_words(item) for item in items]
            case Heading(text):
                words.append(text)
            case Quote(text, attribution):
                words += [text, attribution]
            case Picture() as picture:
                words.append(picture.caption)
            case Embed(address, title):
                words += [address, title]
    return " ".join(words)
