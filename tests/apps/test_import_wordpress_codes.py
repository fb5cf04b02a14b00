"""Shortcodes and the block editor's comments are read, or taken off; the words inside stay."""

from __future__ import annotations

import pytest
from tests.apps.wordpress_blocks import all_words, convert, left_out

from masthead.newsroom.importers.wordpress.blocks import Heading, Paragraph


class TestShortcodes:
    @pytest.mark.parametrize(
        "text", ["He said [sic] so", "See [1] and [2]", "[Editor] wrote", "a [quote] b", "[[gallery]]"]
    )
    def test_words_in_brackets_are_the_authors(self, text: str) -> None:
        assert all_words(convert(text)) == text.replace("[[", "[").replace("]]", "]")

    def test_unknown_ones_go_and_their_words_stay(self) -> None:
        content = '[vc_row][vc_column width="1/2"]Kept [b]too[/b][/vc_column][/vc_row] [contact-form-7 id="3"]'
        assert all_words(convert(content)) == "Kept too"
        assert left_out(content) == {
            "shortcode [vc_row]": 2,
            "shortcode [vc_column]": 2,
            "shortcode [b]": 2,
            "shortcode [contact-form-7]": 1,
        }


class TestBlocksOfTheEditor:
    def test_nested_ones_are_flattened(self) -> None:
        content = (
            '<!-- wp:columns --><div class="wp-block-columns"><!-- wp:column --><div><!-- wp:paragraph -->'
            "<p>a</p><!-- /wp:paragraph --></div><!-- /wp:column --><!-- wp:column --><div><!-- wp:heading -->"
            "<h2>b</h2><!-- /wp:heading --></div><!-- /wp:column --></div><!-- /wp:columns -->"
        )
        assert convert(content) == [Paragraph("a"), Heading("b")]

    def test_that_fill_themselves_are_noted(self) -> None:
        assert left_out('<!-- wp:latest-posts {"n":3} /--><!-- wp:spacer /--><!-- wp:core/rss /-->') == {
            "block latest-posts": 1,
            "block rss": 1,
        }

    def test_that_are_reused_are_put_in(self) -> None:
        assert convert('a\n\n<!-- wp:block {"ref":90} /-->\n\nb') == [
            Paragraph("a"),
            Paragraph("Said again."),
            Paragraph("b"),
        ]

    def test_that_reuse_themselves_end(self) -> None:
        assert convert('<!-- wp:block {"ref":91} /-->') == []

    def test_files_lead_to_the_file_once(self) -> None:
        content = '<div class="wp-block-file"><a href="/a.pdf">Report</a><a href="/a.pdf" download>Download</a></div>'
        assert convert(content) == [Paragraph('<a href="https://old.example/a.pdf">Report</a>')]

    @pytest.mark.parametrize(
        "mark",
        [
            "<!-- wp:",
            "<!-- wp:x {bad json} -->",
            "<!-- /wp:x -->",
            "<!-- wp:x {} /-->",
            '<!-- wp:block {"ref":"x"} /-->',
        ],
    )
    def test_broken_marks_do_no_harm(self, mark: str) -> None:
        assert all_words(convert(f"a {mark}")) == "a"
