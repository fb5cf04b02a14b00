"""Sections, topics and authors: made when the first article needs them, found again ever after."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.models import Site

from masthead.newsroom.importers.wordpress.addresses import redirect_from
from masthead.newsroom.importers.wordpress.ledger import Ledger
from masthead.newsroom.importers.wordpress.planning import Named
from masthead.newsroom.importers.wordpress.texts import free_slug
from masthead.newsroom.models import Author, HomePage, Hue, SectionPage, StripStyle, Topic

# More sections than this fit neither the menu nor the front page; smaller ones stand beside them.
MENU_ROOM = 8
# First parts of paths that belong to what stands in front of the site.
_ELSEWHERE = frozenset({"_masthead", "media", "sandbox", "static"})

NamedRow = TypeVar("NamedRow", Author, Topic)


class Names:
    """Finds or makes the sections, topics and authors of one import, and counts what it made."""

    def __init__(self, ledger: Ledger, *, home: HomePage, site: Site | None, ranking: tuple[str, ...]) -> None:
        self._ledger = ledger
        self._home = home
        self._site = site
        self._ranking = ranking
        self._reserved = reserved_slugs()
        self._rows: dict[tuple[str, str], Author | Topic] = {}
        self.made: Counter[str] = Counter()

    def get_section(self, named: Named) -> SectionPage:
        """Return the section of a category: the one it became before, one of that address, or a new one."""
        row = self._ledger.find("section", named.key)
        section = SectionPage.objects.filter(pk=row.target_id).first() if row else None
        if section is None:
            here = SectionPage.objects.child_of(self._home).filter(slug=named.slug).first()
            section = here or self._make_section(named)
            self._ledger.record("section", named.key, section.pk)
            old = (named.old_path,) if named.old_path else ()
            self.made["redirect"] += redirect_from(old, site=self._site, page=section)
        return section

    def _make_section(self, named: Named) -> SectionPage:
        home = HomePage.objects.get(pk=self._home.pk)
        siblings = home.get_children()
        shown = siblings.filter(show_in_menus=True).count()
        in_menu = shown < MENU_ROOM and named.key in self._ranking[:MENU_ROOM]
        section = SectionPage(
            title=named.name,
            slug=free_slug(named.slug, lambda slug: slug in self._reserved or siblings.filter(slug=slug).exists()),
            hue=list(Hue)[home.numchild % len(Hue)],
            show_in_menus=in_menu,
            strip_style=StripStyle.PICTURES if in_menu else StripStyle.NONE,
        )
        home.add_child(instance=section)
        self.made["section"] += 1
        return section

    def get_author(self, named: Named) -> Author:
        """Return the author that somebody of the old site is here."""
        return self._get_row(Author, "author", named)

    def get_topic(self, named: Named) -> Topic:
        """Return the topic that a tag or a lower category is here."""
        return self._get_row(Topic, "topic", named)

    def _get_row(self, model: type[NamedRow], kind: str, named: Named) -> NamedRow:
        kept = self._rows.get((kind, named.key))
        if isinstance(kept, model):
            return kept
        known = self._ledger.find(kind, named.key)
        row = model.objects.filter(pk=known.target_id).first() if known and known.target_id else None
        if row is None:
            row = model.objects.filter(slug=named.slug).first()
            # Two people of one name on the old site stay two people here.
            if row is None or self._ledger.has_target(kind, row.pk):
                slug = free_slug(named.slug or kind, lambda tried: model.objects.filter(slug=tried).exists())
                row = model.objects.create(name=named.name, slug=slug)
                self.made[kind] += 1
            self._ledger.record(kind, named.key, row.pk)
            old = (named.old_path,) if named.old_path else ()
            self.made["redirect"] += redirect_from(old, site=self._site, path=row.get_absolute_url())
        self._rows[kind, named.key] = row
        return row

    def forget(self, *, made: Counter[str]) -> None:
        """Forget what was found and made since `made` was copied: it was rolled back."""
        self._rows.clear()
        self.made = made


def reserved_slugs() -> frozenset[str]:
    """Return the first parts of paths at which something else than a section answers."""
    return _ELSEWHERE | frozenset(_first_parts(get_resolver().url_patterns))


def _first_parts(patterns: Sequence[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        part = re.match(r"\^?([\w-]+)", str(pattern.pattern))
        if part:
            yield part.group(1)
        elif isinstance(pattern, URLResolver) and str(pattern.pattern) in {"", "^"}:
            yield from _first_parts(pattern.url_patterns)
