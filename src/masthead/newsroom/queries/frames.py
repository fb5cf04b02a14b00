"""What stands around every page: read once, and remembered until anything changes."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db import connection
from django.http import HttpRequest
from django.utils.safestring import SafeString
from wagtail.models import PageViewRestriction, Site

from masthead.newsroom import pictures
from masthead.newsroom.models import AdSlot, ArticlePage, HomePage, HouseAd, PagesVersion
from masthead.newsroom.queries.reading import (
    Card,
    Publication,
    get_place,
    get_publication,
    list_published,
    to_cards,
    with_list_parts,
)

RELATED = 4
# What changes past Django's signals is seen after so long.
MAX_SECONDS = 10.0
_MAX_FRAMES = 8
_MAX_PARTS = 4000


@dataclass(kw_only=True, eq=False)
class Frame:
    """What one state of the newsroom says on all pages of a site; threads share it, so nothing in it may be changed.

    What not every page asks for is read when it is first asked for. `cards` and `parts` fill while pages are made:
    articles as lists show them, by their key, and parts of pages as they were rendered.
    """

    site: Site | None
    publication: Publication
    until: float
    cards: dict[int, Card] = field(default_factory=dict)
    parts: dict[Hashable, SafeString] = field(default_factory=dict)

    @cached_property
    def is_open(self) -> bool:
        """Whether no page has a restriction."""
        return not PageViewRestriction.objects.exists()

    @cached_property
    def home(self) -> HomePage | None:
        """The front page, which knows its sections; Wagtail finds it as the root of the site."""
        home = HomePage.objects.filter(pk=self.site.root_page_id).first() if self.site else None
        if self.site is not None and home is not None:
            home.place_below(self.publication.pages.values(), is_open=self.is_open)
            self.site.root_page = home
        return home

    @cached_property
    def slots(self) -> dict[str, AdSlot]:
        """The site's own ad code by its place."""
        return {slot.place: slot for slot in AdSlot.objects.filter(active=True)}

    @cached_property
    def house_ads(self) -> tuple[HouseAd, ...]:
        """The house ads in their order, with their pictures."""
        house_ads = tuple(HouseAd.objects.filter(active=True).select_related("picture").order_by("pk"))
        pictures.fetch_renditions([ad.picture for ad in house_ads], [pictures.HOUSE_AD_SHAPE])
        return house_ads

    def keep(self, key: Hashable, words: SafeString) -> SafeString:
        """Keep a rendered part."""
        if len(self.parts) >= _MAX_PARTS:
            self.parts.clear()
        self.parts[key] = words
        return words


_Key = tuple[str, str, date, int]
_frames: dict[_Key, Frame] = {}


def get_frame(request: HttpRequest, *, today: date) -> Frame:
    """Return the frame of the site that was asked for, from memory where nothing changed since.

    One query tells whether anything did. Inside a transaction all is read anew, as it may see what others do not.
    """
    if connection.in_atomic_block or (version := get_pages_version()) == 0:
        return _load_frame(request, today=today)
    key = (request.get_host(), request.get_port(), today, version)
    frame = _frames.get(key)
    if frame is None or frame.until < time.monotonic():
        # Asked for the version before anything else was read, so what it holds is never older than its key says.
        frame = _load_frame(request, today=today)
        for other in list(_frames):
            if other[3] != version or len(_frames) >= _MAX_FRAMES:
                _frames.pop(other, None)
        _frames[key] = frame
    # Where Wagtail looks first for the site of a request.
    request._wagtail_site = frame.site  # type: ignore[attr-defined]  # noqa: SLF001
    return frame


def drop_frames() -> None:
    """Forget every frame."""
    _frames.clear()


def get_pages_version() -> int:
    """Return a number that grows with every change to what stands on public pages."""
    return PagesVersion.objects.values_list("number", flat=True).first() or 0


def get_cards(article_ids: Iterable[int], frame: Frame) -> tuple[Card, ...]:
    """Return these public articles as cards, in the same order; what is not remembered is read at once."""
    wanted = list(article_ids)
    if missing := [pk for pk in wanted if pk not in frame.cards]:
        if len(frame.cards) + len(missing) > _MAX_PARTS:
            frame.cards.clear()
            missing = wanted
        articles = with_list_parts(ArticlePage.objects.live().filter(pk__in=missing))
        frame.cards.update({card.article.pk: card for card in to_cards(articles, frame.publication.pages)})
    return tuple(card for pk in wanted if (card := frame.cards.get(pk)))


def list_related(article: ArticlePage, frame: Frame, *, limit: int = RELATED) -> tuple[Card, ...]:
    """Return what an editor set beside the article, else the newest of its topics, then of its section."""
    live = list_published(is_open=frame.is_open).exclude(pk=article.pk)
    if chosen := list(dict.fromkeys(link.article_id for link in article.related_links.all())):
        shown = set(live.filter(pk__in=chosen).values_list("pk", flat=True))
        if found := [pk for pk in chosen if pk in shown]:
            return get_cards(found[:limit], frame)
    topics = [topic.pk for topic in article.topics.all()]
    related: list[int] = []
    if topics:
        related += live.filter(topics__in=topics).distinct().values_list("pk", flat=True)[:limit]
    if len(related) < limit:
        of_section = live.filter(path__startswith=get_place(article)).exclude(pk__in=related)
        related += of_section.values_list("pk", flat=True)[: limit - len(related)]
    return get_cards(related, frame)


def list_ads(places: Iterable[str], frame: Frame, *, turn: int) -> dict[str, AdSlot | HouseAd]:
    """Return for each place the site's own ad code, else the house ad whose turn it is; empty places are left out.

    `turn` is any number that differs between pages, so that house ads take turns while a page stays the same.
    """
    ads: dict[str, AdSlot | HouseAd] = {}
    for offset, place in enumerate(places):
        fitting = [ad for ad in frame.house_ads if not ad.places or place in ad.places]
        if place in frame.slots:
            ads[place] = frame.slots[place]
        elif fitting:
            ads[place] = fitting[(turn + offset) % len(fitting)]
    return ads


def _load_frame(request: HttpRequest, *, today: date) -> Frame:
    site = Site.find_for_request(request)
    publication = get_publication(request, today=today)
    return Frame(site=site, publication=publication, until=time.monotonic() + MAX_SECONDS)
