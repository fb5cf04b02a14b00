"""The one cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wagtail.blocks import StreamBlock, StreamValue
from wagtail.rich_text import RichText

from masthead.newsroom import bodies
from masthead.newsroom.blocks import article_blocks

BLOCKS = StreamBlock(article_blocks())

WORD = st.text("abcdefghijklmnop", min_size=1, max_size=9)
WORDS = st.lists(WORD, min_size=1, max_size=60).map(" ".join)
PARAGRAPHS = st.lists(WORDS.map(lambda words: f"<p>{words}</p>"), min_size=0, max_size=5).map("".join)
BODIES = st.lists(
    st.one_of(
        st.tuples(st.just("paragraph"), PARAGRAPHS.map(RichText)),
        st.tuples(st.just("heading"), WORDS),
        st.tuples(st.just("quote"), st.fixed_dictionaries({"text": WORDS, "attribution": WORDS})),
        st.tuples(
            st.just("list"),
            st.fixed_dictionaries({"ordered": st.booleans(), "items": st.lists(WORDS.map(RichText), max_size=4)}),
        ),
        st.tuples(st.just("embed"), st.fixed_dictionaries({"url": st.just("https://video.example/1"), "title": WORDS})),
    ),
    max_size=8,
)


def stream(blocks: list[tuple[str, Any]]) -> StreamValue:
    return StreamValue(BLOCKS, [(kind, BLOCKS.child_blocks[kind].normalize(value)) for kind, value in blocks])


def words_of(readable: bodies.ReadableBody) -> list[str]:
    return bodies.to_text(readable).replace("…", " ").split()


class TestCutBody:
    def test_shows_the_first_two_paragraphs_even_where_one_block_holds_them_all(self) -> None:
        body = stream(
            [("paragraph", RichText("".join(f"<p>Paragraph number {n} of the story.</p>" for n in range(1, 9))))]
        )
        teaser = bodies.cut_body(body, whole=False)
        assert teaser.is_cut
        assert bodies.to_text(teaser) == "Paragraph number 1 of the story. Paragraph number 2 of the story."

    def test_keeps_bold_words_and_links_of_what_it_shows(self) -> None:
        first = '<p>A <b>bold</b> word and <a id="3" linktype="page">a link</a>.</p>'
        body = stream(
            [("paragraph", RichText(first)), ("paragraph", RichText("<p>second</p>" + "<p>more words here</p>" * 9))]
        )
        teaser = bodies.cut_body(body, whole=False)
        assert teaser.blocks[0].value.source == first

    def test_never_shows_pictures_quotes_lists_or_embeds(self) -> None:
        body = stream(
            [
                ("quote", {"text": "Hidden words", "attribution": "Hidden name"}),
                ("list", {"ordered": True, "items": [RichText("<p>hidden item</p>")]}),
                ("embed", {"url": "https://video.example/1", "title": "hidden title"}),
                ("paragraph", RichText("<p>Shown words, some of them.</p>")),
                ("paragraph", RichText("<p>And some more of the shown words.</p>" + "<p>Not these, never.</p>" * 20)),
            ]
        )
        teaser = bodies.cut_body(body, whole=False)
        assert {block.kind for block in teaser.blocks} == {"paragraph"}
        assert "idden" not in bodies.to_text(teaser)

    def test_cuts_a_body_of_one_paragraph_in_half(self) -> None:
        words = [f"word{n}" for n in range(40)]
        body = stream([("paragraph", RichText(f"<p>{' '.join(words)}</p>"))])
        teaser = bodies.cut_body(body, whole=False)
        assert words_of(teaser) == words[:20]

    def test_leaves_out_a_heading_whose_words_are_hidden(self) -> None:
        body = stream(
            [
                ("heading", "Shown heading"),
                ("paragraph", RichText("<p>one two three</p><p>four five six</p>")),
                ("heading", "Hidden heading"),
                ("paragraph", RichText("<p>seven eight nine ten eleven twelve thirteen fourteen</p>")),
            ]
        )
        text = bodies.to_text(bodies.cut_body(body, whole=False))
        assert "Shown heading" in text
        assert "Hidden heading" not in text

    @pytest.mark.parametrize("whole", [True, False])
    def test_takes_an_empty_body(self, whole: bool) -> None:
        assert bodies.cut_body(stream([]), whole=whole) == bodies.ReadableBody((), is_cut=False)

    @given(BODIES)
    def test_law_a_teaser_is_at_most_half_and_begins_like_the_paragraphs(self, blocks: list[tuple[str, Any]]) -> None:
        whole = bodies.cut_body(stream(blocks), whole=True)
        teaser = bodies.cut_body(stream(blocks), whole=False)
        paragraphs = [
            word for block in teaser.blocks if block.kind == "paragraph" for word in block.value.source.split()
        ]
        shown = words_of(bodies.ReadableBody(tuple(b for b in teaser.blocks if b.kind == "paragraph"), is_cut=True))
        every = [
            word for b in whole.blocks if b.kind == "paragraph" for word in words_of(bodies.ReadableBody((b,), False))
        ]
        assert shown == every[: len(shown)]
        assert len(shown) <= min(bodies.TEASER_WORDS, len(words_of(whole)) // 2)
        assert sum(source.count("<p>") for source in [" ".join(paragraphs)]) <= bodies.TEASER_PARAGRAPHS
        assert teaser.is_cut is bool(blocks)

    @given(BODIES)
    def test_law_the_whole_has_every_block_in_its_order(self, blocks: list[tuple[str, Any]]) -> None:
        whole = bodies.cut_body(stream(blocks), whole=True)
        assert [block.kind for block in whole.blocks] == [kind for kind, _value in blocks]
        assert not whole.is_cut
