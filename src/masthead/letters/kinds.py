"""The kinds of letter there are. An app registers its own in its `letters` module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from masthead.rules.errors import MastheadError


class UnknownLetterKind(MastheadError):
    """There is no such kind of letter."""

    code: ClassVar[str] = "unknown_letter_kind"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its templates stand in `templates/letters/<key>/{subject.txt, body.txt, body.mjml}` of its app."""

    key: str
    sample: Mapping[str, str] = field(default_factory=dict)
    urgent: bool = False
    essential: bool = True


_KINDS: dict[str, Kind] = {}


def register(key: str, *, sample: Mapping[str, str], urgent: bool = False, essential: bool = True) -> Kind:
    """Make a kind of letter known.

    `sample` is a context that shows every part of it: tests and the console's preview render it. `urgent` letters
    pass all others. A letter that is not `essential` (not a receipt, not asked for) needs an address to stop it by.
    """
    kind = Kind(key, dict(sample), urgent, essential)
    if _KINDS.setdefault(key, kind) != kind:
        raise ValueError(f"Two kinds of letter are called {key!r}.")
    return kind


def get_kind(key: str) -> Kind:
    """Return a kind; raises UnknownLetterKind."""
    try:
        return _KINDS[key]
    except KeyError:
        raise UnknownLetterKind(f"There is no kind of letter called {key!r}.") from None


def list_kinds() -> tuple[Kind, ...]:
    """Return every kind, by name."""
    return tuple(_KINDS[key] for key in sorted(_KINDS))
