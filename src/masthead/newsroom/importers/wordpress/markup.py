"""From any HTML to a small safe tree, and from pieces of it to safe text: nothing hostile passes here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

from masthead.newsroom.importers.wordpress.gutenberg import Leavings
from masthead.newsroom.importers.wordpress.texts import drop_unprintable

# What the blocks' rich text may hold (the features that the editor offers), and nothing else.
INLINE_TAGS = frozenset({"a", "b", "br", "i", "p", "sub", "sup"})
ITEM_TAGS = frozenset({"a", "b", "br", "i", "p"})
INLINE_ATTRIBUTES = {"a": {"href"}}
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCK = _words(
    "address article aside blockquote caption center dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4"
    " h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
_MEDIA = frozenset({"audio", "embed", "iframe", "img", "source", "video"})
_INLINE = _words(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd mark q s samp small span strike strong"
    " sub sup time tt u var wbr"
)
# These go with all that they hold: code, forms, and copies for browsers without script.
_DROPPED = _words(
    "applet button canvas dialog form math noembed noframes noscript option script select style svg template"
    " textarea title"
)
_ATTRIBUTES = {
    "a": {"href"},
    "audio": {"src"},
    "blockquote": {"class"},
    "div": {"class"},
    "embed": {"src"},
    "figure": {"class"},
    "iframe": {"src", "data-src"},
    "img": {"alt", "class", "data-id", "data-lazy-src", "data-orig-file", "data-src", "height", "src", "width"},
    "p": {"class"},
    "source": {"src"},
    "span": {"class"},
    "ul": {"class"},
    "video": {"src"},
}
_VOID = frozenset({"br", "embed", "hr", "img", "source", "wbr"})
# A tree deeper than this is an attack or a broken page: what lies deeper moves up to this level.
_DEEPEST = 60
# Deeper than this, even cleaning takes the square of the text's length.
_FAR_TOO_DEEP = 500
_ENDS_BY_ITSELF = frozenset({"br", "dd", "dt", "hr", "img", "input", "li", "p", "param", "source", "td", "th", "tr"})
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_NOTED = ("script", "form", "object", "applet", "svg", "canvas")

_structure = nh3.Cleaner(
    tags=set(_BLOCK | _MEDIA | _INLINE),
    clean_content_tags=set(_DROPPED),
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    url_schemes=set(LINK_SCHEMES),
    link_rel=None,
)


def _gate(tags: frozenset[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(tags),
        clean_content_tags=set(_DROPPED | {"iframe"}),
        attributes={tag: set(names) for tag, names in INLINE_ATTRIBUTES.items()},
        url_schemes=set(LINK_SCHEMES),
        link_rel=None,
    )


_inline, _item = _gate(INLINE_TAGS), _gate(ITEM_TAGS)


@dataclass(slots=True)
class Node:
    """One element: its tag, the attributes that were let through, and what it holds."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return an attribute, or the empty string."""
        return self.attributes.get(name, "")

    def has_class(self, *names: str) -> bool:
        """Whether one of the classes begins with one of `names`."""
        return any(word.startswith(names) for word in self.get("class").split())

    def find_all(self, *tags: str) -> Iterator[Node]:
        """Yield the elements below with one of these tags, in the order of the text."""
        for child in self.children:
            if isinstance(child, Node):
                if child.tag in tags:
                    yield child
                yield from child.find_all(*tags)

    def text(self) -> str:
        """Return the plain text below, line breaks as they stand."""
        return "".join(
            child if isinstance(child, str) else "\n" if child.tag == "br" else child.text() for child in self.children
        )

    def words(self) -> str:
        """Return the plain text below on one line."""
        return " ".join(self.text().split())


def is_block(tag: str) -> bool:
    """Whether an element stands by itself, so that running text ends before it."""
    return tag in _BLOCK


def parse(markup: str, leavings: Leavings) -> Node:
    """Return the tree of an HTML text, without what may not come in: scripts, handlers, forms, strange tags."""
    lowered = markup.lower()
    for tag in _NOTED:
        if f"<{tag}" in lowered and re.search(rf"<{tag}[\s>/]", lowered):
            leavings.note(tag)
    if _is_far_too_deep(markup):
        leavings.note("nesting")
        markup = re.sub(r"<[/!a-zA-Z][^<>]*>?", "\n\n", markup)
    builder = _TreeBuilder()
    builder.feed(_structure.clean(drop_unprintable(markup)))
    builder.close()
    return builder.root


def _is_far_too_deep(markup: str) -> bool:
    """Whether elements stand in one another as no editor's ever do."""
    depth = 0
    for closing, name in _ANY_TAG.findall(markup):
        if name.lower() not in _ENDS_BY_ITSELF:
            depth = max(0, depth - 1) if closing else depth + 1
            if depth > _FAR_TOO_DEEP:
                return True
    return False


def clean_inline(markup: str) -> str:
    """Return rich text that holds nothing but INLINE_TAGS and safe links: the last gate before a block."""
    return _inline.clean(drop_unprintable(markup)).replace("<br>", "<br/>")


def clean_item(markup: str) -> str:
    """Return rich text for a list's item, which holds nothing but ITEM_TAGS and safe links."""
    return _item.clean(drop_unprintable(markup)).replace("<br>", "<br/>")


class _TreeBuilder(HTMLParser):
    """Builds the tree from HTML that the cleaner wrote: balanced, known tags, quoted attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root")
        self._open = [self.root]
        self._too_deep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self._open[-1].children.append(node)
        elif len(self._open) > _DEEPEST:
            self._too_deep += 1
        else:
            self._open[-1].children.append(node)
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self._too_deep:
            self._too_deep -= 1
        elif len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)
