"""From a post's HTML to blocks: the one way in which a body becomes a body here."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import unquote

from masthead.newsroom.importers.wordpress import folding, media
from masthead.newsroom.importers.wordpress.blocks import Block, Embed, Heading, Paragraph
from masthead.newsroom.importers.wordpress.gutenberg import Leavings, split_blocks
from masthead.newsroom.importers.wordpress.markup import Node, clean_inline, is_block, parse
from masthead.newsroom.importers.wordpress.running import RunningText, to_words
from masthead.newsroom.importers.wordpress.shortcodes import expand_shortcodes
from masthead.newsroom.importers.wordpress.texts import path_of, shorten, site_name, to_web_address
from masthead.newsroom.importers.wordpress.values import Library

_KEPT = {
    **dict.fromkeys(("b", "strong"), "b"),
    **dict.fromkeys(("cite", "dfn", "em", "i", "var"), "i"),
    **{tag: tag for tag in ("a", "sub", "sup")},
}
_LONE_ADDRESS = re.compile(r"^[ \t]*(https?://[^\s<>\"\[\]]+)[ \t]*$", re.MULTILINE)
_DASHES = re.compile(r"^[\s–—―-]+")


def to_blocks(
    content: str, *, key: str, library: Library, shelf: media.MediaLibrary, leavings: Leavings
) -> tuple[Block, ...]:
    """Return the blocks of a post's body; what was left out is counted in `leavings`.

    Every rich text in them holds only the tags that the editor offers, whatever `content` was. The words of
    paragraphs are kept, in their order.
    """
    own_pictures = library.attachments_of.get(key, ())
    blocks: list[Block] = []
    for stretch in split_blocks(content.replace("\r\n", "\n"), reusable=library.reusable, leavings=leavings):
        markup = expand_shortcodes(stretch.markup, own_pictures=own_pictures, leavings=leavings)
        if stretch.classic:
            markup = _LONE_ADDRESS.sub(r"\n\n\1\n\n", markup)
        flow = Flow(library, shelf, leavings, classic=stretch.classic)
        flow.walk(parse(markup, leavings))
        blocks += flow.finish()
    return tuple(blocks)


class Flow:
    """Walks one tree and writes blocks; `classic` says that line breaks in the text mean what they show.

    With `embeds`, an address of a known place that stands alone becomes a card.
    """

    def __init__(
        self, library: Library, shelf: media.MediaLibrary, leavings: Leavings, *, classic: bool, embeds: bool = True
    ) -> None:
        self._library = library
        self._shelf = shelf
        self._leavings = leavings
        self._classic = classic
        self._embeds = embeds
        self._blocks: list[Block] = []
        self._run = RunningText()
        self._handlers: dict[str, Callable[[Node], None]] = {
            **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), self._heading),
            **dict.fromkeys(("ul", "ol"), self._list),
            **dict.fromkeys(("audio", "video"), self._file),
            **dict.fromkeys(("iframe", "embed"), self._frame),
            **dict.fromkeys(("dt", "summary"), self._bold),
            "blockquote": self._quote,
            "br": self._break,
            "div": self._division,
            "figure": self._figure,
            "img": self._picture,
            "pre": self._preformatted,
            "q": self._quoted,
            "table": self._table,
        }

    def finish(self) -> list[Block]:
        """Return the blocks written."""
        self._end_paragraph()
        return self._blocks

    def walk(self, node: Node) -> None:
        """Write what an element holds."""
        for child in node.children:
            if isinstance(child, str):
                self._text(child)
            elif is_block(child.tag):
                self._end_paragraph()
                self._handlers.get(child.tag, self.walk)(child)
                self._end_paragraph()
            else:
                self._handlers.get(child.tag, self._inline)(child)

    def _convert(self, node: Node, *, embeds: bool = False) -> list[Block]:
        """Return the blocks of a part of the tree by itself."""
        flow = Flow(self._library, self._shelf, self._leavings, classic=self._classic, embeds=embeds)
        flow.walk(node)
        return flow.finish()

    # Running text

    def _text(self, text: str) -> None:
        if not self._classic:
            self._run.add(text)
            return
        if self._run.ends_with_break:
            text = text.removeprefix("\n")
        for index, paragraph in enumerate(re.split(r"\n[ \t]*\n\s*", text)):
            if index:
                self._end_paragraph()
            for number, line in enumerate(paragraph.split("\n")):
                if number:
                    self._run.add_break()
                self._run.add(line)

    def _break(self, _node: Node) -> None:
        if self._run.ends_with_break:
            self._end_paragraph()
        else:
            self._run.add_break()

    def _end_paragraph(self) -> None:
        markup = self._run.take()
        words = to_words(markup)
        address = to_web_address(words, "") if re.fullmatch(r"https?://\S+", words) else ""
        if address and self._embeds and media.is_known_place(address):
            self._blocks.append(Embed(address))
            return
        if address and "<" not in markup:
            markup = f'<a href="{html.escape(address)}">{markup}</a>'
        if cleaned := clean_inline(markup):
            self._blocks.append(Paragraph(cleaned))

    def _inline(self, node: Node) -> None:
        if node.tag in {"s", "strike", "del"} and node.words():
            self._leavings.note("struck-out mark")
        kept = _KEPT.get(node.tag)
        opening = self._link(node.get("href")) if kept == "a" else ""
        if kept is None or (kept == "a" and not opening):
            self.walk(node)
            return
        self._run.open(kept, opening)
        self.walk(node)
        self._run.close()

    def _link(self, raw: str) -> str:
        """Return the opening tag of a link, or the empty string for one that may not or need not be kept.

        Links to posts that come in lose the old site's name, so that they work here through the redirects.
        """
        if re.match(r"\s*(mailto|tel):[^<>\"'\s]+\s*\Z", raw, re.IGNORECASE):
            return f'<a href="{html.escape(raw.strip())}">'
        address = to_web_address(raw, self._library.address) if raw.strip() and not raw.startswith("#") else ""
        if not address:
            return ""
        path = path_of(address)
        if path.rstrip("/") in self._library.paths and site_name(address).startswith(self._library.source):
            address = path
        return f'<a href="{html.escape(address)}">'

    def _quoted(self, node: Node) -> None:
        self._run.add("“")
        self.walk(node)
        self._run.add("”")

    def _bold(self, node: Node) -> None:
        self._run.open("b")
        self.walk(node)
        self._run.close()

    # What stands by itself

    def _heading(self, node: Node) -> None:
        words = node.words()
        if len(words) > folding.LONGEST_HEADING:
            self._bold(node)
            return
        self._blocks += [Heading(words)] if words else []
        for image in node.find_all("img"):
            self._picture(image)

    def _preformatted(self, node: Node) -> None:
        """Text whose spaces and lines matter, such as verse or code, becomes a paragraph that keeps them."""
        lines = node.text().expandtabs(4).strip("\n").split("\n")
        hard = [re.sub(r"\A +| {2,}", lambda found: "\xa0" * len(found.group()), line.rstrip()) for line in lines]
        if any(hard):
            self._blocks.append(Paragraph(clean_inline("<br>".join(html.escape(line, quote=False) for line in hard))))

    def _division(self, node: Node) -> None:
        if node.has_class("wp-block-file"):
            for link in [link for link in node.find_all("a") if link.words()][:1]:
                self._inline(link)
        elif not (node.has_class("wp-block-embed__wrapper") and self._embed_wrapper(node)):
            self.walk(node)

    def _embed_wrapper(self, node: Node) -> bool:
        words = node.words()
        address = to_web_address(words, "") if re.fullmatch(r"https?://\S+", words) else ""
        self._blocks += [Embed(address)] if address else []
        return bool(address)

    def _list(self, node: Node) -> None:
        contents: list[list[Block]] = []
        for child in node.children:
            if isinstance(child, str):
                loose = Node("li", {}, [child])
                contents.append(self._convert(loose) if child.strip() else [])
            else:
                inner = child if child.tag == "li" else Node("li", {}, [child])
                contents.append(self._convert(inner))
        self._blocks += folding.fold_list(contents, ordered=node.tag == "ol")

    def _quote(self, node: Node) -> None:
        if node.has_class("twitter-", "instagram-media", "tiktok-embed", "bluesky-embed", "fb-"):
            links = [to_web_address(link.get("href"), "") for link in node.find_all("a")]
            if known := [link for link in links if link and media.is_known_place(link)]:
                self._blocks.append(Embed(known[-1], shorten(node.words(), folding.LONGEST_TITLE)))
                return
        rest, attribution = _take_attribution(node)
        self._blocks += folding.fold_quote(self._convert(rest), attribution)

    def _figure(self, node: Node) -> None:
        captions = [child for child in node.children if isinstance(child, Node) and child.tag == "figcaption"]
        rest = Node("div", {}, [child for child in node.children if not any(child is part for part in captions)])
        caption = " ".join(filter(None, (part.words() for part in captions)))
        self._blocks += folding.add_caption(self._convert(rest, embeds=True), caption)

    def _table(self, node: Node) -> None:
        caption = " ".join(part.words() for part in node.find_all("caption"))
        rows = [
            [
                folding.Cell(tuple(self._convert(cell)), heads=cell.tag == "th")
                for cell in row.children
                if isinstance(cell, Node) and cell.tag in {"td", "th"}
            ]
            for row in _rows_of(node)
        ]
        self._blocks += folding.fold_table(rows, caption)

    def _picture(self, image: Node) -> None:
        if media.is_invisible(image):
            return
        if image.has_class("wp-smiley", "emoji"):
            self._run.add(image.get("alt"))
            return
        self._end_paragraph()
        address, known = self._shelf.find(image)
        if address:
            alt = " ".join(image.get("alt").split()) or (known.alt if known else "")
            self._blocks += folding.to_picture(address, known.number if known else None, alt, "")
        else:
            self._leavings.note("picture without an address")

    def _frame(self, node: Node) -> None:
        self._end_paragraph()
        source = node.get("src") or node.get("data-src")
        if address := media.frame_to_address(source, self._library.address):
            self._blocks.append(Embed(address))
        else:
            self._leavings.note("frame")

    def _file(self, node: Node) -> None:
        """A sound or film file becomes a card that leads to it."""
        self._end_paragraph()
        sources = [node.get("src"), *(source.get("src") for source in node.find_all("source"))]
        addresses = [to_web_address(source, self._library.address) for source in sources if source]
        address = next(filter(None, addresses), "")
        if address:
            name = unquote(address.partition("?")[0].rsplit("/", 1)[-1])
            self._blocks.append(Embed(address, shorten(name, folding.LONGEST_TITLE)))
        else:
            self._leavings.note(node.tag)


def _rows_of(table: Node) -> list[Node]:
    """Return a table's own rows, not those of tables in its cells."""
    rows: list[Node] = []
    for child in table.children:
        if isinstance(child, Node) and child.tag == "tr":
            rows.append(child)
        elif isinstance(child, Node) and child.tag in {"thead", "tbody", "tfoot"}:
            rows += _rows_of(child)
    return rows


def _take_attribution(quote: Node) -> tuple[Node, str]:
    """Return a quote without its last line, and that line, where it names who said it."""
    children = list(quote.children)
    while children and isinstance(last := children[-1], str) and not last.strip():
        children.pop()
    if not children or isinstance(last := children[-1], str):
        return quote, ""
    words = last.words()
    named = last.tag in {"cite", "footer"} or (
        last.tag == "p" and len(children) > 1 and (_is_only_cite(last) or words.startswith(("—", "–", "―")))
    )
    if not named or not any(isinstance(child, Node) or child.strip() for child in children[:-1]):
        return quote, ""
    return Node("blockquote", quote.attributes, children[:-1]), _DASHES.sub("", words)


def _is_only_cite(paragraph: Node) -> bool:
    cites = [child for child in paragraph.children if isinstance(child, Node) and child.tag == "cite"]
    return len(cites) == 1 and _DASHES.sub("", paragraph.words()) == _DASHES.sub("", cites[0].words())
