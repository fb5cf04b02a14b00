"""The kinds of letter there are. An app registers its own in its `letters` module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from masthead.rules.errors import MastheadError


class UnknownLetterKind(MastheadError):
    """There is no such kind of letter."""

    code: ClassVar[str] = "unknown_letter_kind"


class Group(StrEnum):
    """What one can stop with one press: the letters that are neither receipts nor asked for."""

    REMINDERS = "reminders"
    INVITATIONS = "invitations"


Check = Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its templates stand in `templates/letters/<key>/{subject.txt, body.txt, body.mjml}` of its app."""

    key: str
    sample: Mapping[str, str] = field(default_factory=dict)
    urgent: bool = False
    group: Group | None = None
    required: frozenset[str] = frozenset()
    still_true: Check | None = None

    @property
    def values(self) -> Mapping[str, str]:
        """What its words may name, each with an example: not the name (a greeting says it), addresses or keys."""
        return {
            key: value
            for key, value in self.sample.items()
            if key != "name" and not key.startswith("_") and not key.endswith("_url")
        }


_KINDS: dict[str, Kind] = {}


def register(
    key: str,
    *,
    sample: Mapping[str, str],
    urgent: bool = False,
    group: Group | None = None,
    required: frozenset[str] = frozenset(),
    still_true: Check | None = None,
) -> Kind:
    """Make a kind of letter known.

    `sample` is a context that shows every part of it: tests and the console's preview render it. `urgent` letters
    pass all others; they may hold a code, so the console does not show them. One of a `group` can be stopped by its
    addressee; one without (a receipt, a code) cannot. `required` are the values of the sample that the words must not
    leave out. `still_true` is asked at the moment of sending, with the context: where it says no, nothing is sent.
    A key of the context that begins with "_" is for it and not for the words.
    """
    kind = Kind(key, dict(sample), urgent, group, required, still_true)
    if _KINDS.setdefault(key, kind) != kind:
        raise ValueError(f"Two kinds of letter are called {key!r}.")
    return kind


def get_kind(key: str) -> Kind:
    """Return a kind; raises UnknownLetterKind."""
    try:
        return _KINDS[key]
    except KeyError:
        raise UnknownLetterKind(f"There is no kind of letter called {key!r}.") from None


def is_known(key: str) -> bool:
    """Return whether there is such a kind; a letter that is written out already may be of none."""
    return key in _KINDS


def list_kinds() -> tuple[Kind, ...]:
    """Return every kind, by name."""
    return tuple(_KINDS[key] for key in sorted(_KINDS))
