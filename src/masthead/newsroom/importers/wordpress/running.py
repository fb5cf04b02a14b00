"""Running text: the inline markup of one paragraph, which may be cut and taken up again."""

from __future__ import annotations

import html
import re

_EMPTY = re.compile(r"<(a|b|i|sub|sup)(?: [^>]*)?>(\s*)</\1>")
_TAG = re.compile(r"<[^>]*>")


class RunningText:
    """Collects text and inline tags; `take` closes what is open, gives the paragraph and opens the same tags again."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._open: list[tuple[str, str]] = []

    @property
    def ends_with_break(self) -> bool:
        """Whether the last thing was a line break."""
        return bool(self._pieces) and self._pieces[-1] == "<br>"

    def add(self, text: str) -> None:
        """Add plain text."""
        if text:
            self._pieces.append(html.escape(text, quote=False))

    def add_break(self) -> None:
        """Add a line break."""
        self._pieces.append("<br>")

    def open(self, tag: str, opening: str = "") -> None:
        """Open an inline tag."""
        self._open.append((tag, opening or f"<{tag}>"))
        self._pieces.append(self._open[-1][1])

    def close(self) -> None:
        """Close the innermost tag."""
        tag, _opening = self._open.pop()
        self._pieces.append(f"</{tag}>")

    def take(self) -> str:
        """Return the paragraph so far, empty where nothing would be seen, and begin the next."""
        text = "".join(self._pieces) + "".join(f"</{tag}>" for tag, _opening in reversed(self._open))
        self._pieces = [opening for _tag, opening in self._open]
        return tidy(text)


def tidy(markup: str) -> str:
    """Leave out what shows nothing: empty tags, spaces and breaks at the ends, spaces around breaks."""
    text = re.sub(r"[ \t\n\r\f]+", " ", markup)
    for _round in range(4):
        shorter = _EMPTY.sub(r"\2", text)
        if shorter == text:
            break
        text = shorter
    text = re.sub(r" ?<br> ?", "<br>", text)
    text = re.sub(r"\A(?:\s|<br>|&nbsp;)+|(?:\s|<br>|&nbsp;)+\Z", "", text)
    return text if to_words(text) else ""


def to_words(markup: str) -> str:
    """Return the plain words of inline markup."""
    return " ".join(html.unescape(_TAG.sub("", markup.replace("<br>", " ").replace("<br/>", " "))).split())
