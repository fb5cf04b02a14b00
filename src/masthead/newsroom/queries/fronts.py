"""What stands on the front page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import QuerySet

from masthead.newsroom import pictures
from masthead.newsroom.models import ArticlePage, HomePage, SectionPage, StripStyle
from masthead.newsroom.queries.frames import Frame, get_cards
from masthead.newsroom.queries.reading import Card, in_section, list_published

BESIDE_LEAD = 4
IN_STRIP = 4
# So many of the newest are looked through for what stands on the front page.
RECENT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A section on the front page."""

    section: SectionPage
    cards: tuple[Card, ...]

    @property
    def is_voices(self) -> bool:
        """Whether the strip shows its writers first."""
        return self.section.strip_style == StripStyle.VOICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The front page: one leading article, some beside it, then the sections."""

    lead: Card | None
    beside: tuple[Card, ...]
    strips: tuple[Strip, ...]


class _Row(NamedTuple):
    """What of an article decides where on the front page it stands."""

    pk: int
    path: str
    lead_image_id: int | None

    @property
    def place(self) -> str:
        return self.path[: -ArticlePage.steplen]


def get_front(home: HomePage, frame: Frame) -> Front:
    """Return what stands on the front page, with the frame's sections; no article stands there twice."""
    sections = frame.publication.pages
    published = list_published(is_open=frame.is_open)
    # One light query finds nearly all: what is newest in a section is mostly among the newest of the paper.
    recent = _list_rows(published, limit=RECENT)
    known = {row.pk: row for row in recent}
    held = [featured.article_id for featured in home.featured.all()]
    if unknown := [pk for pk in (home.lead_article_id, *held) if pk and pk not in known]:
        known |= {row.pk: row for row in _list_rows(published.filter(pk__in=unknown), limit=len(unknown))}
    newest = _list_opening_rows(published, recent, sections)
    lead = known.get(home.lead_article_id or 0) or next((row for row in newest if row.lead_image_id), None)
    lead = lead or next(iter(newest), None)
    if lead is None:
        return Front(lead=None, beside=(), strips=())
    in_order = dict.fromkeys([*(known[pk] for pk in held if pk in known), *newest])
    beside = [row for row in in_order if row.pk != lead.pk][:BESIDE_LEAD]
    opening = [lead.pk, *(row.pk for row in beside)]
    own = {
        section: _list_strip(published, recent, section, shown=opening)
        for section in sections.values()
        if section.live and section.depth == home.depth + 1 and section.strip_style != StripStyle.NONE
    }
    wanted = [*opening, *(pk for pks in own.values() for pk in pks)]
    cards = {card.article.pk: card for card in get_cards(wanted, frame)}
    strips = [Strip(section=section, cards=tuple(cards[pk] for pk in pks)) for section, pks in own.items() if pks]
    pictures.fetch_renditions(
        (card.authors[0].portrait for strip in strips for card in strip.cards if strip.is_voices and card.authors),
        [pictures.VOICE_SHAPE],
    )
    return Front(lead=cards[lead.pk], beside=tuple(cards[row.pk] for row in beside), strips=tuple(strips))


def _list_rows(articles: QuerySet[ArticlePage], *, limit: int) -> list[_Row]:
    return [_Row(*row) for row in articles.values_list("pk", "path", "lead_image_id")[:limit]]


def _list_opening_rows(
    published: QuerySet[ArticlePage], recent: list[_Row], sections: Mapping[str, SectionPage]
) -> list[_Row]:
    """Return the newest of the sections that are on the front page at all, as many as can stand at its top."""
    silent = [place for place, section in sections.items() if section.strip_style == StripStyle.NONE]
    newest = [row for row in recent if row.place not in silent][: 1 + BESIDE_LEAD]
    if len(newest) > BESIDE_LEAD or len(recent) < RECENT:
        return newest
    for place in silent:
        published = published.exclude(path__startswith=place)
    return _list_rows(published, limit=1 + BESIDE_LEAD)


def _list_strip(
    published: QuerySet[ArticlePage], recent: list[_Row], section: SectionPage, *, shown: list[int]
) -> list[int]:
    """Return the newest of one section that are not shown above."""
    found = [row.pk for row in recent if row.place == section.path and row.pk not in shown][:IN_STRIP]
    if len(found) == IN_STRIP or len(recent) < RECENT:
        return found
    return [row.pk for row in _list_rows(in_section(published, section).exclude(pk__in=shown), limit=IN_STRIP)]
