"""Copy: placeholders are known or refused, and no markup but ours reaches a reader."""

from __future__ import annotations

import pytest

from masthead.appeals.cleaning import clean_copy, clean_markup
from masthead.appeals.placeholders import (
    EmptyPlaceholder,
    UnknownPlaceholder,
    check_placeholders,
    fill_placeholders,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/pixel.gif'>",
    "<svg onload=alert(1)><animate onbegin=alert(1)>",
    "<a href='javascript:alert(1)'>a</a>",
    "<a href='  java\nscript:alert(1)'>a</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>a</a>",
    "<a href='/x' onclick=alert(1) ping='https://evil.example/' style='position:fixed'>a</a>",
    "<iframe src='https://evil.example'></iframe>",
    "<object data='https://evil.example'></object><embed src='https://evil.example'>",
    "<link rel=stylesheet href='https://evil.example/a.css'>",
    "<style>body{background:url(https://evil.example/a.png)}</style>",
    "<p style='background:url(https://evil.example/a.png)'>a</p>",
    "<form action='https://evil.example'><input name=a autofocus onfocus=alert(1)></form>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<video src='https://evil.example/a.mp4' poster='https://evil.example/a.png'></video>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<!--<script>alert(1)</script>-->",
    "<p><b><i>unclosed <script",
    "<a linktype='page' id='1 onmouseover=alert(1)'>a</a>",
    "<picture><source srcset='https://evil.example/a.png'></picture>",
    "<button formaction='https://evil.example' type='submit'>a</button>",
    "<div id=location class='mh-appeal other' data-masthead-ad='x'>a</div>",
]
FORBIDDEN = [
    *("script", "onerror", "onload", "onclick", "onfocus", "onmouseover", "style=", "<style", "iframe", "javascript"),
    *("srcset", "ping=", "formaction", "evil.example", "<svg", "<math", "<form", "<base", "<meta", "<link"),
]


class TestHostileCopy:
    @pytest.mark.parametrize("copy", HOSTILE)
    def test_leaves_nothing_that_runs_or_calls_out_when_saved(self, copy: str) -> None:
        cleaned = clean_copy(f"<p>Dear reader</p>{copy}")

        assert "<p>Dear reader</p>" in cleaned
        assert not [word for word in FORBIDDEN if word in cleaned.lower().replace("alert(1)", "")], cleaned

    @pytest.mark.parametrize("copy", HOSTILE)
    def test_leaves_nothing_that_runs_or_calls_out_when_published(self, copy: str) -> None:
        cleaned = clean_markup(f"<p>Dear reader</p>{copy}")

        assert "<p>Dear reader</p>" in cleaned
        assert not [word for word in FORBIDDEN if word in cleaned.lower()], cleaned

    def test_drops_ids_foreign_classes_and_foreign_data(self) -> None:
        assert clean_markup('<div id="x" class="mh-appeal other" data-masthead-ad="x">a</div>') == (
            '<div class="mh-appeal">a</div>'
        )

    def test_makes_no_button_a_submit_button(self) -> None:
        assert clean_markup('<button type="submit">Go</button>') == '<button type="button">Go</button>'

    @pytest.mark.parametrize(
        "src", ["https://evil.example/a.png", "//evil.example/a.png", "/static/a.png", "data:image/png;base64,AA"]
    )
    def test_takes_pictures_from_the_sites_own_media_only(self, src: str) -> None:
        assert "src" not in clean_markup(f'<img src="{src}" alt="">')

    def test_keeps_a_picture_of_the_site(self) -> None:
        assert clean_markup('<img src="/media/images/a.png" alt="" width="4" height="4">').count("src=") == 1


class TestHonestCopy:
    def test_keeps_bold_italic_paragraphs_and_links(self) -> None:
        copy = '<p>A <b>bold</b> and <i>slanted</i> <a href="https://example.org/why">reason</a>.</p>'

        assert clean_copy(copy) == copy
        assert clean_markup(copy) == copy

    def test_keeps_links_to_pages_as_the_console_stores_them(self) -> None:
        assert clean_copy('<a linktype="page" id="3">why</a>') == '<a linktype="page" id="3">why</a>'

    def test_is_the_same_when_cleaned_twice(self) -> None:
        once = clean_copy("".join(HOSTILE))

        assert clean_copy(once) == once


class TestPlaceholders:
    def test_leaves_the_readers_number_to_edge(self) -> None:
        assert fill_placeholders("You read {reads} of {publication}", {"publication": "The Lantern"}, markup=False) == (
            "You read {reads} of The Lantern"
        )

    def test_escapes_values_in_rich_text(self) -> None:
        assert fill_placeholders("<p>{publication}</p>", {"publication": "<b>&"}, markup=True) == (
            "<p>&lt;b&gt;&amp;</p>"
        )

    def test_refuses_an_unknown_one_by_its_name(self) -> None:
        with pytest.raises(UnknownPlaceholder, match=r"There is no placeholder \{raeds\}.*\{reads\}"):
            check_placeholders("You read {raeds} articles")

    @pytest.mark.parametrize("copy", ["{ reads }", "{<b>reads</b>}", "{reads</b>}"])
    def test_refuses_one_that_is_written_in_two_styles(self, copy: str) -> None:
        with pytest.raises(UnknownPlaceholder, match=r"Write \{reads\} without spaces and in one style"):
            check_placeholders(copy)

    def test_refuses_empty_braces(self) -> None:
        with pytest.raises(UnknownPlaceholder):
            check_placeholders("{}")

    def test_takes_a_single_brace_as_it_is(self) -> None:
        check_placeholders("a } b { c")

    def test_says_which_one_has_no_value_yet(self) -> None:
        with pytest.raises(EmptyPlaceholder, match=r"\{floor\}"):
            fill_placeholders("from {floor}", {"floor": ""}, markup=False)
