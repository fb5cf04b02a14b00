"""A post's HTML becomes clean blocks: nothing hostile comes through, no words are lost."""

from __future__ import annotations

import pytest
from tests.apps.wordpress_blocks import UPLOADS, convert, left_out

from masthead.newsroom.blocks import LIST_ITEM_FEATURES, PARAGRAPH_FEATURES
from masthead.newsroom.importers.wordpress.blocks import Embed, Heading, Items, Paragraph, Picture, Quote
from masthead.newsroom.importers.wordpress.markup import INLINE_TAGS, ITEM_TAGS


class TestParagraphs:
    def test_classic_text_is_cut_at_blank_lines(self) -> None:
        assert convert("One\r\ntwo.\r\n\r\nThree <em>four\n\n\nfive</em> six.") == [
            Paragraph("One<br/>two."),
            Paragraph("Three <i>four</i>"),
            Paragraph("<i>five</i> six."),
        ]

    def test_classic_text_around_elements(self) -> None:
        blocks = convert("Before\n<h2>Middle</h2>\nAfter\n<ul>\n\t<li>one</li>\n\t<li>two</li>\n</ul>\nLast")
        assert blocks == [
            Paragraph("Before"),
            Heading("Middle"),
            Paragraph("After"),
            Items(("one", "two")),
            Paragraph("Last"),
        ]

    def test_block_text_takes_no_notice_of_line_breaks(self) -> None:
        assert convert("<!-- wp:paragraph -->\n<p>One\ntwo.</p>\n<!-- /wp:paragraph -->") == [Paragraph("One two.")]

    def test_classic_text_between_blocks_stays_classic(self) -> None:
        first, last = (
            "<!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->",
            "<!-- wp:separator --><hr/><!-- /wp:separator -->",
        )
        assert convert(f"{first}\n\nb\n\nc\n\n{last}") == [Paragraph("a"), Paragraph("b"), Paragraph("c")]

    def test_keep_the_marks_the_editor_offers_and_no_others(self) -> None:
        kept = "<strong>a</strong> <b>b</b> <em>c</em> H<sub>2</sub>O<sup>9</sup>"
        lost = '<u>d</u> <code>e</code> <span class="x">f</span>'
        assert convert(f'<p style="color:red">{kept} {lost}</p>') == [
            Paragraph("<b>a</b> <b>b</b> <i>c</i> H<sub>2</sub>O<sup>9</sup> d e f")
        ]

    def test_two_breaks_end_a_paragraph(self) -> None:
        assert convert("<p>a<br><br>b<br>c<br></p>") == [Paragraph("a"), Paragraph("b<br/>c")]

    @pytest.mark.parametrize("content", ["", "  \n ", "<p>&nbsp;</p>", "<p><br/></p>", "<p><b> </b></p>", "<hr/>"])
    def test_are_not_made_of_nothing(self, content: str) -> None:
        assert convert(content) == []

    def test_the_more_tag_and_page_breaks_end_a_paragraph(self) -> None:
        assert convert("a<!--more Go on-->b<!--nextpage-->c<!--noteaser-->d") == [Paragraph(word) for word in "abcd"]

    def test_other_comments_go(self) -> None:
        assert convert("a<!-- secret -->b") == [Paragraph("ab")]
        assert convert("a <!-- never closed") == [Paragraph("a")]

    def test_inline_quotes_get_their_marks(self) -> None:
        assert convert("<p>She said <q>go</q>.</p>") == [Paragraph("She said “go”.")]

    def test_struck_out_words_are_kept_and_noted(self) -> None:
        assert convert("<p><s>five</s> six</p>") == [Paragraph("five six")]
        assert left_out("<p><s>five</s> six</p>") == {"struck-out mark": 1}


class TestLinks:
    @pytest.mark.parametrize(
        ("raw", "kept"),
        [
            ("https://example.org/a?b=1&amp;c=2", "https://example.org/a?b=1&amp;c=2"),
            ("//example.org/a", "https://example.org/a"),
            ("mailto:desk@old.example", "mailto:desk@old.example"),
            ("tel:+15550100", "tel:+15550100"),
            ("https://old.example/2020/01/other/", "/2020/01/other/"),
            ("http://www.old.example/2020/01/other", "/2020/01/other"),
            ("/2020/01/other/", "/2020/01/other/"),
            ("https://old.example/?p=12", "/?p=12"),
            ("https://old.example/about/", "https://old.example/about/"),
            ("/wp-content/uploads/report.pdf", "https://old.example/wp-content/uploads/report.pdf"),
        ],
    )
    def test_lead_where_they_should(self, raw: str, kept: str) -> None:
        assert convert(f'<p>x <a href="{raw}" onclick="x()" target="_blank">y</a></p>') == [
            Paragraph(f'x <a href="{kept}">y</a>')
        ]

    @pytest.mark.parametrize(
        "raw",
        [
            "javascript:alert(1)",
            "JaVa&#x09;Script:alert(1)",
            " &#14; javascript:alert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "javascript://x.example/%0aalert(1)",
            "ftp://x.example/a",
            "file:///etc/passwd",
            "#note",
            "",
            "https://user:pass@example.org/",
            "http://[::1",
            "mailto:x'onclick=",
        ],
    )
    def test_that_may_not_be_kept_leave_their_words(self, raw: str) -> None:
        assert convert(f'<p>x <a href="{raw}">y</a></p>') == [Paragraph("x y")]

    def test_a_link_around_a_picture_becomes_the_picture(self) -> None:
        assert convert(f'<p><a href="https://x.example/"><img src="{UPLOADS}/boat.jpg"></a></p>') == [
            Picture(f"{UPLOADS}/boat.jpg", 5, "A boat")
        ]


class TestHeadings:
    def test_are_plain(self) -> None:
        assert convert("<h1>A <em>b</em></h1><h6>C</h6><h3> </h3>") == [Heading("A b"), Heading("C")]

    def test_that_are_too_long_become_bold_paragraphs(self) -> None:
        words = "word " * 40
        assert convert(f"<h2>{words}</h2>") == [Paragraph(f"<b>{words.strip()} </b>")]

    def test_keep_their_pictures_after_them(self) -> None:
        assert convert('<h2>A<img src="https://x.example/a.png"></h2>') == [
            Heading("A"),
            Picture("https://x.example/a.png"),
        ]


class TestQuotes:
    @pytest.mark.parametrize(
        ("markup", "quote"),
        [
            ("<blockquote>One</blockquote>", Quote("One")),
            ("<blockquote><p>One</p><p>Two<br>three</p></blockquote>", Quote("One\nTwo\nthree")),
            ("<blockquote><p>One</p><cite>Ada</cite></blockquote>", Quote("One", "Ada")),
            ("<blockquote><p>One</p><p>— <cite>Ada</cite></p></blockquote>", Quote("One", "Ada")),
            ("<blockquote><p>One</p><footer>– Ada</footer></blockquote>", Quote("One", "Ada")),
            ("<blockquote><p>One</p><p>— Ada, <b>clerk</b></p></blockquote>", Quote("One", "Ada, clerk")),
            ("<blockquote><p>In <cite>Emma</cite> she</p></blockquote>", Quote("In Emma she")),
            ("<blockquote><cite>Ada</cite></blockquote>", Quote("Ada")),
            ("<blockquote><ul><li>a</li><li>b</li></ul></blockquote>", Quote("– a\n– b")),
            (
                "<figure class='wp-block-pullquote'><blockquote><p>One</p><cite>Ada</cite></blockquote></figure>",
                Quote("One", "Ada"),
            ),
            ("<figure><blockquote><p>One</p></blockquote><figcaption>Ada</figcaption></figure>", Quote("One", "Ada")),
            ("[pullquote]One[/pullquote]", Quote("One")),
        ],
    )
    def test_say_who_said_it(self, markup: str, quote: Quote) -> None:
        assert convert(markup) == [quote]

    def test_pictures_in_them_follow(self) -> None:
        assert convert('<blockquote>One<img src="https://x.example/a.png"></blockquote>') == [
            Quote("One"),
            Picture("https://x.example/a.png"),
        ]


class TestLists:
    def test_inner_lists_become_lines_after_a_dash(self) -> None:
        assert convert("<ol><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ol>") == [
            Items(("a<br/>– b<br/>– – c", "d"), ordered=True)
        ]

    def test_keep_bold_italic_and_links_only(self) -> None:
        assert convert('<ul><li><b>a</b> H<sub>2</sub> <a href="https://x.example/">y</a></li></ul>') == [
            Items(('<b>a</b> H2 <a href="https://x.example/">y</a>',))
        ]

    def test_pictures_in_them_follow(self) -> None:
        assert convert('<ul><li>a<img src="https://x.example/a.png"></li><li></li></ul>') == [
            Items(("a",)),
            Picture("https://x.example/a.png"),
        ]

    def test_definitions_become_paragraphs(self) -> None:
        assert convert("<dl><dt>Keel</dt><dd>The spine.</dd></dl>") == [
            Paragraph("<b>Keel</b>"),
            Paragraph("The spine."),
        ]


class TestTables:
    def test_become_lists_with_the_columns_named(self) -> None:
        table = "<table><caption>Rents</caption><thead><tr><th>Street</th><th>2019</th><th></th></tr></thead>"
        table += "<tr><td>Quay</td><td>$4</td><td>up</td></tr><tr><td>Weir</td><td></td><td>down</td></tr></table>"
        assert convert(table) == [
            Paragraph("Rents"),
            Items(("<b>Quay</b> · 2019: $4 · up", "<b>Weir</b> · down")),
        ]

    def test_without_a_head_keep_their_rows(self) -> None:
        assert convert("<table><tr><td>a<br>b</td><td>c</td></tr><tr><th>d</th><td>e</td></tr></table>") == [
            Items(("a, b · c", "<b>d</b> · e"))
        ]

    def test_used_for_layout_are_taken_apart(self) -> None:
        table = '<table><tr><td><img src="https://x.example/a.png"></td><td><p>a</p></td></tr></table>'
        assert convert(table) == [Picture("https://x.example/a.png"), Paragraph("a")]
        assert convert("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>") == [Paragraph("a"), Paragraph("b")]


class TestPreformatted:
    def test_keeps_lines_and_spaces(self) -> None:
        assert convert("<pre>one\n  two   three\n\n\tfour &lt;b&gt;\n</pre>") == [
            Paragraph("one<br/>&nbsp;&nbsp;two&nbsp;&nbsp;&nbsp;three<br/><br/>&nbsp;&nbsp;&nbsp;&nbsp;four &lt;b&gt;")
        ]

    def test_shortcodes_in_it_are_text(self) -> None:
        assert convert("<pre>[gallery]</pre>") == [Paragraph("[gallery]")]
        assert convert("Type <code>[gallery]</code>!") == [Paragraph("Type [gallery]!")]


class TestPictures:
    @pytest.mark.parametrize(
        ("markup", "picture"),
        [
            (f'<img src="{UPLOADS}/boat.jpg?w=3" alt="R  b">', Picture(f"{UPLOADS}/boat.jpg", 5, "R b")),
            (f'<img src="{UPLOADS}/boat-300x200.jpg">', Picture(f"{UPLOADS}/boat.jpg", 5, "A boat")),
            (f'<img src="{UPLOADS}/wall-300x200.jpg">', Picture(f"{UPLOADS}/wall-scaled.jpg", 7)),
            (f'<img src="{UPLOADS}/gull.jpg" class="wp-image-5">', Picture(f"{UPLOADS}/gull.jpg")),
            ('<img src="//cdn.example/a.png">', Picture("https://cdn.example/a.png")),
            ('<img src="/a b.png">', Picture("https://old.example/a%20b.png")),
            ('<img src="data:image/gif;base64,x" data-src="/late.png">', Picture("https://old.example/late.png")),
            ('<img class="wp-image-6">', Picture(f"{UPLOADS}/quay.png", 6)),
        ],
    )  # fmt: skip
    def test_are_found_in_the_library(self, markup: str, picture: Picture) -> None:
        assert convert(markup) == [picture]

    def test_stand_between_the_words_around_them(self) -> None:
        assert convert('<p><b>a <img src="https://x.example/a.png"> b</b></p>') == [
            Paragraph("<b>a </b>"),
            Picture("https://x.example/a.png"),
            Paragraph("<b> b</b>"),
        ]

    @pytest.mark.parametrize(
        "markup",
        [
            '<figure><img src="{0}"><figcaption>The <b>old</b> boat</figcaption></figure>',
            '[caption id="attachment_5" width="300"]<a href="{0}"><img src="{0}"></a> The <b>old</b> boat[/caption]',
            '[caption width="300" caption="The old boat"]<img src="{0}">[/caption]',
        ],
    )
    def test_have_their_captions(self, markup: str) -> None:
        assert convert(markup.format(f"{UPLOADS}/boat.jpg")) == [
            Picture(f"{UPLOADS}/boat.jpg", 5, "A boat", "The old boat")
        ]

    def test_a_caption_too_long_for_its_field_is_kept_as_a_paragraph(self) -> None:
        long = "word " * 100
        blocks = convert(f'<figure><img src="https://x.example/a.png"><figcaption>{long}</figcaption></figure>')
        assert blocks == [Picture("https://x.example/a.png"), Paragraph(long.strip())]

    @pytest.mark.parametrize(
        "pixel", ['<img src="https://count.example/p.gif" width="1" height="1">', '<img src="/s.gif" height=0>']
    )
    def test_that_only_count_are_left_out(self, pixel: str) -> None:
        assert convert(f"<p>a{pixel}</p>") == [Paragraph("a")]

    def test_that_are_emoji_become_text(self) -> None:
        assert convert('<p>a<img class="emoji" alt="🙂" src="https://s.example/1.svg"></p>') == [Paragraph("a🙂")]

    def test_without_an_address_are_noted(self) -> None:
        assert left_out('<img src="data:image/png;base64,AA"><img class="wp-image-404">') == {
            "picture without an address": 2
        }

    @pytest.mark.parametrize(
        "gallery",
        [
            '[gallery ids="5,6,404"]',
            '[gallery include="5,6"]',
            "[gallery]",
            '[gallery exclude="7"]',
            '<!-- wp:shortcode -->[gallery ids="5,6"]<!-- /wp:shortcode -->',
            f'<ul><li><figure><img src="{UPLOADS}/boat.jpg"></figure></li><li><img src="{UPLOADS}/quay.png"></li></ul>',
        ],
    )
    def test_of_galleries_follow_one_another(self, gallery: str) -> None:
        assert convert(gallery) == [Picture(f"{UPLOADS}/boat.jpg", 5, "A boat"), Picture(f"{UPLOADS}/quay.png", 6)]

    def test_behind_a_cover_come_in_once(self) -> None:
        settings_ = f'{{"url":"{UPLOADS}/boat.jpg","id":5}}'
        words = "<!-- wp:paragraph --><p>Over</p><!-- /wp:paragraph -->"
        for image in ("", f'<img class="wp-image-5" src="{UPLOADS}/boat.jpg">'):
            content = f"<!-- wp:cover {settings_} --><div>{image}{words}</div><!-- /wp:cover -->"
            assert convert(content) == [Picture(f"{UPLOADS}/boat.jpg", 5, "A boat"), Paragraph("Over")]


class TestEmbeds:
    @pytest.mark.parametrize(
        ("markup", "embed"),
        [
            ("https://youtu.be/abcdefghijk", Embed("https://youtu.be/abcdefghijk")),
            ("<p>https://vimeo.com/1234</p>", Embed("https://vimeo.com/1234")),
            ("[embed]https://vimeo.com/1234[/embed]", Embed("https://vimeo.com/1234")),
            ("[youtube=https://www.youtube.com/watch?v=abcdefghijk]", Embed("https://www.youtube.com/watch?v=abcdefghijk")),
            ("[youtube abcdefghijk]", Embed("https://www.youtube.com/watch?v=abcdefghijk")),
            ('[vimeo id="123456"]', Embed("https://vimeo.com/123456")),
            ('[audio src="https://old.example/a.mp3"][/audio]', Embed("https://old.example/a.mp3", "a.mp3")),
            ('<video><source src="/f%20ilm.mp4"></video>', Embed("https://old.example/f%20ilm.mp4", "f ilm.mp4")),
            ('<iframe src="https://www.youtube.com/embed/abcdefghijk?rel=0"></iframe>', Embed("https://www.youtube.com/watch?v=abcdefghijk")),
            ('<iframe data-src="//player.vimeo.com/video/99"></iframe>', Embed("https://vimeo.com/99")),
            ('<object><embed src="https://www.youtube.com/v/abcdefghijk"></object>', Embed("https://www.youtube.com/watch?v=abcdefghijk")),
        ],
    )  # fmt: skip
    def test_become_cards(self, markup: str, embed: Embed) -> None:
        assert convert(markup) == [embed]

    def test_have_their_captions(self) -> None:
        wrapper = '<div class="wp-block-embed__wrapper">\nhttps://any.example/x\n</div>'
        assert convert(f'<figure class="wp-block-embed">{wrapper}<figcaption>Seen</figcaption></figure>') == [
            Embed("https://any.example/x", "Seen")
        ]

    def test_of_posts_elsewhere_keep_their_words(self) -> None:
        words = '<p>Words</p>— A <a href="https://twitter.com/a/status/1">May 1</a>'
        assert convert(f'<blockquote class="twitter-tweet">{words}</blockquote><script src="//x"></script>') == [
            Embed("https://twitter.com/a/status/1", "Words— A May 1")
        ]

    def test_of_unknown_places_become_links(self) -> None:
        assert convert("a [embed]https://any.example/x[/embed] b") == [
            Paragraph("a"),
            Paragraph('<a href="https://any.example/x">https://any.example/x</a>'),
            Paragraph("b"),
        ]

    def test_a_line_alone_among_others_is_one(self) -> None:
        assert convert("See:\nhttps://vimeo.com/1234\nand go.") == [
            Paragraph("See:"),
            Embed("https://vimeo.com/1234"),
            Paragraph("and go."),
        ]

    def test_an_unknown_address_alone_becomes_a_link(self) -> None:
        assert convert("https://x.example/a?b=1&c=2") == [
            Paragraph('<a href="https://x.example/a?b=1&amp;c=2">https://x.example/a?b=1&amp;c=2</a>')
        ]

    def test_unknown_frames_are_left_out_and_noted(self) -> None:
        assert convert('a<iframe src="https://evil.example/"><p>inside</p></iframe>b') == [
            Paragraph("a"),
            Paragraph("b"),
        ]
        assert left_out('<iframe src="https://evil.example/"></iframe>') == {"frame": 1}


def test_the_tags_are_those_the_editor_offers() -> None:
    named = {"bold": "b", "italic": "i", "link": "a", "superscript": "sup", "subscript": "sub"}
    assert {named[feature] for feature in PARAGRAPH_FEATURES} | {"br", "p"} == INLINE_TAGS
    assert {named[feature] for feature in LIST_ITEM_FEATURES} | {"br", "p"} == ITEM_TAGS
