"""Nothing hostile comes through the cleaning of a post, no words are lost, and no text is slow to read."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import fields

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.apps.wordpress_blocks import all_words, convert, rich_texts

from masthead.newsroom.importers.wordpress.blocks import Block, Embed, Heading, Items, Paragraph, Picture, Quote
from masthead.newsroom.importers.wordpress.gutenberg import Leavings
from masthead.newsroom.importers.wordpress.markup import Node, clean_inline, clean_item, parse
from masthead.newsroom.importers.wordpress.running import to_words

HOSTILE = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<a href='jav&#x0A;ascript:alert(1)'>x</a>",
    "<a href=\"https://x.example/\" onmouseover=\"alert(1)\" style=\"position:fixed\">x</a>",
    "<p onclick=alert(1) id=x class=y>x</p>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=evil.swf></object><embed src=javascript:alert(1)>",
    "<form action=//evil.example><input name=card><button formaction=javascript:alert(1)>x</button></form>",
    "<style>body{display:none}</style><link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0>",
    "<base href=//evil.example/><template><script>alert(1)</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<textarea></textarea><xmp><script>alert(1)</script></xmp><plaintext><script>alert(1)",
    "[caption caption='&lt;script&gt;alert(1)&lt;/script&gt;']<img src='https://x.example/a.png'>[/caption]",
    "<embed embedtype=\"image\" id=\"1\"><a linktype=\"page\" id=\"2\">x</a>",
    '<!-- wp:cover {"url":"javascript:alert(1)"} --><!-- /wp:cover -->',
    '<!-- wp:cover {"url":"\\"><script>alert(1)</script>"} --><!-- /wp:cover -->',
    '<!-- wp:cover {"url":"https://x.example/\\ud800.png"} --><!-- /wp:cover -->',
    "<!-- wp:html --><script>alert(1)</script><b onclick=x>b</b><!-- /wp:html -->",
    "[youtube \"><script>alert(1)</script>]",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>\x0b",
]  # fmt: skip


def assert_clean(blocks: list[Block]) -> None:
    for markup, allowed in rich_texts(blocks):
        for tag in BeautifulSoup(f"<div>{markup}</div>", "html.parser").select("div *"):
            assert tag.name in allowed
            assert set(tag.attrs) <= ({"href"} if tag.name == "a" else set())
            if tag.name == "a":
                assert re.match(r"https?://|mailto:|tel:|/(?!/)", str(tag.get("href", "/")))
    for block in blocks:
        for part in fields(block):
            value = getattr(block, part.name)
            assert not isinstance(value, str) or not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", value)
        assert_fits(block)


def assert_fits(block: Block) -> None:
    match block:
        case Heading(text):
            assert 0 < len(text) <= 150
        case Picture(address, _number, alt, caption):
            assert re.fullmatch(r"https?://[^<>\"'` ]+", address)
            assert len(alt) <= 250
            assert len(caption) <= 400
        case Embed(address, title):
            assert re.fullmatch(r"https?://[^<>\"'` ]+", address)
            assert len(title) <= 200
        case Quote(text, attribution):
            assert text
            assert len(attribution) <= 200


TAGS_OF_HARM = (
    "script",
    "style",
    "form",
    "input",
    "button",
    "object",
    "svg",
    "math",
    "link",
    "meta",
    "base",
    "template",
)


def every_node(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        if isinstance(child, Node):
            yield from every_node(child)


PIECES = st.sampled_from(
    [
        *HOSTILE,
        "<p>", "</p>", "<b>", "</b>", "<ul>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "<blockquote>", "<figure>",
        "<figcaption>", "</figure>", "<pre>", "</pre>", "<h2>", "</h2>", "<div>", "</div>", "<a href='", "'>", "</a>",
        "<!--", "-->", "<!-- wp:paragraph -->", "<!-- /wp:paragraph -->", "[caption]", "[/caption]", "[gallery]", "[",
        "]", "\n\n", "&lt;", "&#x3c;script&#x3e;", "<br>", "https://youtu.be/abcdefghijk", "<cite>", "<q>", "&nbsp;",
        "<iframe src='https://vimeo.com/1'>",
    ]
)  # fmt: skip
SOUP = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=30).map("".join)
WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


class TestNothingHostile:
    @pytest.mark.parametrize("markup", HOSTILE)
    def test_comes_through(self, markup: str) -> None:
        for content in (markup, f"<p>a {markup} b</p>", f"<ul><li>{markup}</li></ul>", f"<h2>{markup}</h2>"):
            blocks = convert(content)
            assert_clean(blocks)
            for text, _allowed in rich_texts(blocks):
                assert "<script" not in text.lower()

    @pytest.mark.parametrize("markup", HOSTILE)
    def test_passes_the_last_gate_even_alone(self, markup: str) -> None:
        assert_clean([Paragraph(clean_inline(markup)), Items((clean_item(markup),))])

    @pytest.mark.parametrize("markup", HOSTILE)
    def test_stands_in_the_tree_even_before_it(self, markup: str) -> None:
        for node in parse(markup, Leavings()).find_all(*TAGS_OF_HARM):
            pytest.fail(node.tag)
        for node in every_node(parse(markup, Leavings())):
            assert not {
                name for name in node.attributes if name.startswith("on") or name in {"style", "srcdoc", "action"}
            }
            assert not any(re.match(r"(?i)\s*(java|vb)script:", value) for value in node.attributes.values())

    @settings(max_examples=400, deadline=None)
    @given(SOUP)
    @example("<a href='" + "x" * 5000)
    def test_whatever_is_in_the_export(self, content: str) -> None:
        assert_clean(convert(content))

    @settings(max_examples=150, deadline=None)
    @given(st.text())
    def test_whatever_text_it_is(self, content: str) -> None:
        assert_clean(convert(content))


class TestNoWordsAreLost:
    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.lists(WORD, min_size=1, max_size=8), min_size=1, max_size=6), st.booleans())
    def test_of_plain_paragraphs(self, paragraphs: list[list[str]], is_classic: bool) -> None:
        texts = [" ".join(words) for words in paragraphs]
        content = "\n\n".join(texts) if is_classic else "".join(f"<p>{text}</p>" for text in texts)
        assert [to_words(markup) for markup, _ in rich_texts(convert(content))] == [" ".join(t.split()) for t in texts]

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(["p", "h2", "li", "td", "blockquote", "div", "pre", "b", "span", "dd"]), WORD),
            min_size=1,
            max_size=12,
        )
    )
    def test_of_other_elements(self, elements: list[tuple[str, str]]) -> None:
        wrap = {"li": "<ul><li>{}</li></ul>", "td": "<table><tr><td>{}</td></tr></table>", "dd": "<dl><dd>{}</dd></dl>"}
        content = " ".join(wrap.get(tag, f"<{tag}>{{}}</{tag}>").format(word) for tag, word in elements)
        assert all_words(convert(content)).split() == [word for _tag, word in elements]


class TestCost:
    """A text made to be slow to read must not stop an import; each of these once took minutes or would."""

    @pytest.mark.parametrize(
        "content",
        [
            "[caption]" * 20_000,
            "[a" * 50_000,
            '[a "' * 30_000,
            "<pre>" * 5_000 + "[gallery",
            "<!-- wp:group -->" * 20_000,
            "<div>" * 100_000 + "deep" + "</div>" * 100_000,
            "<div a='<'>" * 2_000,
            "<i><p>" * 490,
            "<b>" * 2_000 + "bold",
            "<ul><li>" * 400 + "deep",
            "<blockquote>" * 400 + "deep",
            "<figure>" * 400 + "deep",
            "\n \n" * 50_000,
            "<a href='x'>" * 5_000,
            "<p>word" * 2_000,
            "<ul>" + "<li>word" * 2_000,
            "x" * 2_000_000,
            "<!-- wp:x " + " " * 100_000 + "y -->",
            "[caption]" + "<img " * 20_000 + "[/caption]",
            "[b " + "a" * 1_990 + "]" + "[b " * 50_000,
        ],
        ids=lambda content: content[:12].strip() or "blank",
    )
    def test_grows_no_faster_than_the_text(self, content: str) -> None:
        started = time.process_time()
        assert_clean(convert(content))
        assert time.process_time() - started < 5
