"""The account of an import: everything is counted, nothing is passed over in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from masthead.newsroom.importers.wordpress.gutenberg import Leavings
from masthead.newsroom.importers.wordpress.planning import State


@dataclass(frozen=True, slots=True)
class Note:
    """Something that an editor may want to look at in one article: of which kind, which one (the first), how many."""

    article: str
    what: str
    about: str = ""
    count: int = 1


@dataclass(slots=True)
class Report:
    """What one import did.

    `made` counts the sections, topics, authors and redirects made; `left_out` the export's items by kind;
    `leavings` what was left out of texts; `missing_pictures` has the reason by address.
    """

    dry_run: bool = False
    stopped: bool = False
    articles: Counter[State] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    pictures: int = 0
    completed: int = 0
    already_here: int = 0
    changed_there: int = 0
    deleted_here: int = 0
    refused: int = 0
    comments: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    leavings: Counter[str] = field(default_factory=Counter)
    missing_pictures: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    @property
    def drafts(self) -> int:
        """How many articles came in that are not public."""
        return sum(count for state, count in self.articles.items() if state is not State.LIVE)

    @property
    def changes(self) -> int:
        """How many things were made or changed."""
        return self.articles.total() + self.made.total() + self.pictures + self.completed

    def add_leavings(self, article: str, leavings: Leavings) -> None:
        """Add what was left out of one article's text."""
        for what, count in leavings.counts.items():
            kind, _, about = what.partition(" ") if what.startswith(("block ", "shortcode ")) else (what, "", "")
            self.leavings[kind] += count
            if kind != "block":
                self.notes.append(Note(article, kind, about))

    def add_missing(self, article: str, missing: Mapping[str, str]) -> None:
        """Add the pictures that an article goes without, with the reason by address; one note for each article.

        A picture of several articles is counted once.
        """
        if not missing:
            return
        self.missing_pictures.update(missing)
        address, reason = next(iter(missing.items()))
        self.notes.append(Note(article, "picture", f"{address} ({reason})", count=len(missing)))
