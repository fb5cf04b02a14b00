"""Turning shortcodes into HTML where they mean something, and taking the others off."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from masthead.newsroom.importers.wordpress.gutenberg import Leavings
from masthead.newsroom.importers.wordpress.texts import to_plain

# No part may run without bound: a text full of half-open brackets must not cost more than its length.
_TOKEN = re.compile(r"(\[?)\[(/?)([A-Za-z][\w-]{0,60})(?![\w-])([^\[\]]{0,2000})\](\]?)")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']+))|\"([^\"]*)\"|'([^']*)'|([^\s\"']+)")
_SHIELD = re.compile(r"<(pre|code|script|style)\b", re.IGNORECASE)
_CAPTIONS = frozenset({"caption", "wp_caption"})
_QUOTES = frozenset({"pullquote", "quote", "blockquote"})
_CODES = frozenset({"code", "sourcecode", "source"})
_FILMS = frozenset({"video", "wpvideo"})
_PLACES = frozenset({"embed", "facebook", "instagram", "tweet", "twitter", "vimeo", "youtube"})
_MEDIA = _FILMS | _PLACES | {"audio"}
_FILES = frozenset({"src", "url", "mp4", "m4v", "webm", "ogv", "mp3", "m4a", "ogg", "wav"})
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class _Code:
    """One shortcode in the text, from `start` to `end`."""

    start: int
    end: int
    name: str
    closing: bool
    escaped: bool
    named: dict[str, str]
    unnamed: tuple[str, ...]


def expand_shortcodes(markup: str, *, own_pictures: Sequence[int], leavings: Leavings) -> str:
    """Return HTML in which known shortcodes have become elements.

    Captions become figures, galleries pictures, embeds addresses on a line of their own. An unknown one is
    taken off, its inner text kept and its name noted, where it is plainly a shortcode (it has attributes or
    an end); else, as in "[sic]", it is the author's text. Text inside `pre` and `code` is left alone.
    `own_pictures` are the numbers of the post's own attachments, for a gallery that names none.
    """
    if "[" not in markup:
        return markup
    return "".join(
        part if shielded else _expand(part, own_pictures, leavings, level=0) for part, shielded in _shield(markup)
    )


def _shield(markup: str) -> Iterator[tuple[str, bool]]:
    """Yield the stretches of a text and whether each stands inside `pre`, `code` or the like."""
    done = at = 0
    unclosed: set[str] = set()
    while found := _SHIELD.search(markup, at):
        name = found.group(1).lower()
        end = None if name in unclosed else re.compile(rf"</{name}\s*>", re.IGNORECASE).search(markup, found.end())
        if end is None:
            unclosed.add(name)
            at = found.end()
            continue
        yield markup[done : found.start()], False
        yield markup[found.start() : end.end()], True
        done = at = end.end()
    yield markup[done:], False


def _expand(text: str, own_pictures: Sequence[int], leavings: Leavings, *, level: int) -> str:
    codes = [_to_code(found) for found in _TOKEN.finditer(text)]
    closers = _match_closers(codes)
    out: list[str] = []
    at = 0
    for index, code in enumerate(codes):
        if code.start < at:
            continue
        out.append(text[at : code.start])
        at = code.end
        closer = closers.get(index)
        if code.escaped:
            out.append(text[code.start + 1 : code.end - 1])
            continue
        inner = ""
        if _is_known(code, closed=closer is not None):
            if closer is not None:
                inner, at = text[code.end : codes[closer].start], codes[closer].end
            if level < _DEEPEST and code.name not in _CODES:
                inner = _expand(inner, own_pictures, leavings, level=level + 1)
            out.append(_stand_in(code, inner, own_pictures, leavings))
        elif code.closing or code.named or closer is not None or "_" in code.name:
            leavings.note(f"shortcode [{code.name}]")
        else:
            out.append(text[code.start : code.end])
    out.append(text[at:])
    return "".join(out)


def _is_known(code: _Code, *, closed: bool) -> bool:
    """Whether a shortcode is one of those that mean something here; a "[quote]" without an end does not."""
    if code.closing:
        return False
    if code.name in _CAPTIONS | _QUOTES | _CODES:
        return closed
    return code.name == "gallery" or (code.name in _MEDIA and bool(closed or code.named or code.unnamed))


def _to_code(found: re.Match[str]) -> _Code:
    before, slash, name, inside, after = found.groups()
    escaped = bool(before and after)
    named: dict[str, str] = {}
    unnamed: list[str] = []
    for key, double, single, bare, *rest in _ATTRIBUTE.findall(inside.removesuffix("/").lstrip("=")):
        if key:
            named.setdefault(key.lower(), html.unescape(double or single or bare))
        elif value := next(filter(None, rest), ""):
            unnamed.append(html.unescape(value))
    shift = 0 if escaped else len(before)
    end = found.end() - (0 if escaped else len(after))
    return _Code(found.start() + shift, end, name.lower(), bool(slash), escaped, named, tuple(unnamed))


def _match_closers(codes: list[_Code]) -> dict[int, int]:
    """Return for each opening shortcode the place of its end, innermost first."""
    waiting: dict[str, list[int]] = {}
    closers: dict[int, int] = {}
    for index, code in enumerate(codes):
        if code.escaped:
            continue
        if not code.closing:
            waiting.setdefault(code.name, []).append(index)
        elif waiting.get(code.name):
            closers[waiting[code.name].pop()] = index
    return closers


def _stand_in(code: _Code, inner: str, own_pictures: Sequence[int], leavings: Leavings) -> str:
    if code.name in _QUOTES:
        return f"\n\n<blockquote>{inner}</blockquote>\n\n"
    if code.name in _CODES:
        return f"\n\n<pre>{inner if '&lt;' in inner else html.escape(inner)}</pre>\n\n"
    if code.name in _MEDIA:
        return _media(code, inner, leavings)
    if code.name == "gallery":
        return _gallery(code, own_pictures)
    return _caption(code, inner)


def _caption(code: _Code, inner: str) -> str:
    """`[caption]<img> words[/caption]`, or the older `[caption caption="words"]<img>[/caption]`."""
    split = re.search(r"<img\b[^<>]*>\s*(?:</a\s*>)?", inner, re.IGNORECASE)
    if split is None:
        return inner
    words = inner[split.end() :].strip() or html.escape(code.named.get("caption", ""))
    return f"\n\n<figure>{inner[: split.end()]}<figcaption>{words}</figcaption></figure>\n\n"


def _gallery(code: _Code, own_pictures: Sequence[int]) -> str:
    listed = code.named.get("ids") or code.named.get("include")
    numbers = [int(part) for part in re.findall(r"\d{1,12}", listed)] if listed else list(own_pictures)
    left = set(re.findall(r"\d{1,12}", code.named.get("exclude", "")))
    images = "".join(f'<img class="wp-image-{number}">' for number in numbers if str(number) not in left)
    return f"\n\n{images}\n\n"


def _media(code: _Code, inner: str, leavings: Leavings) -> str:
    """Return the player of a sound or film, or the address of anything else in a paragraph of its own."""
    named = code.named
    files = [value for key, value in named.items() if key in _FILES]
    address = next(filter(None, [to_plain(inner), *files, named.get("id", ""), *code.unnamed]), "").strip().lstrip("=")
    if re.fullmatch(r"[\w-]{6,15}", address):
        known = {"youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/"}
        address = known[code.name] + address if code.name in known else address
    if not re.match(r"https?://\S+\Z", address):
        leavings.note(f"shortcode [{code.name}]")
        return ""
    kind = "audio" if code.name == "audio" else "video" if code.name in _FILMS else ""
    if kind:
        return f'\n\n<{kind} src="{html.escape(address)}"></{kind}>\n\n'
    return f"\n\n<p>{html.escape(address)}</p>\n\n"
