"""What the newsroom's pages read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from wagtail.models import Site
from wagtail.search.backends.base import BaseSearchResults as SearchResults

from masthead.newsroom import bodies, pictures
from masthead.newsroom.models import (
    ArticleByline,
    ArticlePage,
    Author,
    HomePage,
    PublicationSettings,
    SectionPage,
    Topic,
)

SITEMAP_SIZE = 5000
MOST_SITEMAPS = 50_000
MOST_WORDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class NavSection:
    """A section as the frame shows it."""

    pk: int
    title: str
    url: str
    hue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What the frame of every page, and other apps' templates, say about the publication.

    `sections` are those of the menu, `pages` all sections by their place in the tree, in its order.
    """

    name: str
    tagline: str
    town: str
    about: str
    free_words: str
    contact_email: str
    currency: str
    founding_editor_name: str
    founding_editor_role: str
    founding_editor_portrait: Any
    founding_editor_signature: Any
    logo: Any
    sections: tuple[NavSection, ...]
    pages: Mapping[str, SectionPage]
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An article as lists show it."""

    article: ArticlePage
    section: SectionPage
    authors: tuple[Author, ...]


def get_publication(request: HttpRequest, *, today: date) -> Publication:
    """Return the publication of the site that was asked for; an empty one has names that can be shown."""
    site = Site.find_for_request(request)
    settings_of = PublicationSettings.objects.select_related(*PublicationSettings.select_related)
    row = (settings_of.filter(site=site).first() if site else None) or PublicationSettings()
    found = SectionPage.objects.order_by("path")
    pages = {page.path: page for page in (found.descendant_of(site.root_page) if site else found)}
    in_menu = [page for page in pages.values() if page.live and page.show_in_menus]
    return Publication(
        name=row.name or (site.site_name if site else "") or settings.WAGTAIL_SITE_NAME,
        tagline=row.tagline,
        town=row.town,
        about=row.about,
        free_words=row.free_words,
        contact_email=row.contact_email,
        currency=row.currency,
        founding_editor_name=row.founding_editor_name,
        founding_editor_role=row.founding_editor_role,
        founding_editor_portrait=row.founding_editor_portrait,
        founding_editor_signature=row.founding_editor_signature,
        logo=row.logo,
        sections=tuple(NavSection(pk=s.pk, title=s.title, url=s.get_url(request) or "/", hue=s.hue) for s in in_menu),
        pages=pages,
        today=today,
    )


def get_readable_body(article: ArticlePage, *, whole: bool) -> bodies.ReadableBody:
    """Return the part of the body that may be read: all of an open article, else what `whole` allows.

    `whole` is True only for a bearer of a pass with the benefit, or for staff in a preview.
    """
    return bodies.cut_body(article.body, whole=whole or not article.is_community_only)


def get_description(article: ArticlePage, *, words: int = 40) -> str:
    """Return one or two public sentences about the article, in plain text."""
    if said := article.search_description or article.standfirst:
        return " ".join(said.split())
    public = article.public_text.split()
    return " ".join(public[:words]) + ("…" if len(public) > words else "")


def list_articles() -> QuerySet[ArticlePage]:
    """Return what is published, newest first, with all that a list shows of it: that is not its body."""
    return with_list_parts(list_published())


def list_section_articles(section: SectionPage) -> QuerySet[ArticlePage]:
    """Return the published articles of one section, newest first."""
    return in_section(list_articles(), section)


def list_recent_articles(*, now: datetime, days: int) -> QuerySet[ArticlePage]:
    """Return what was published in the last `days` days, newest first."""
    return list_articles().filter(published_at__gt=now - timedelta(days=days), published_at__lte=now)


def list_authors() -> QuerySet[Any]:
    """Return everyone with a published article, by name, with `articles_count` and `newest_at`."""
    live = ArticlePage.objects.live().public()
    return (
        Author.objects.filter(bylines__page__in=live)
        .annotate(articles_count=Count("bylines__page", distinct=True), newest_at=Max("bylines__page__published_at"))
        .select_related("portrait")
        .order_by("name", "pk")
    )


def to_cards(articles: Iterable[ArticlePage], sections: Mapping[str, SectionPage] | None = None) -> tuple[Card, ...]:
    """Return the articles as cards; one query for all their sections that are not among `sections`."""
    listed = list(articles)
    known = dict(sections or {})
    if missing := {place for article in listed if (place := get_place(article)) not in known}:
        known |= {section.path: section for section in SectionPage.objects.filter(path__in=missing)}
    return tuple(
        Card(article=article, section=section, authors=get_authors(article))
        for article in listed
        if (section := known.get(get_place(article)))
    )


def get_place(article: ArticlePage) -> str:
    """Return where the article's section is in the tree."""
    place: str = article.path[: -ArticlePage.steplen]
    return place


def get_authors(article: ArticlePage) -> tuple[Author, ...]:
    """Return the article's authors in their order, each once; of a draft, those of the draft."""
    return tuple(dict.fromkeys(byline.author for byline in article.bylines.all()))


def get_printed_article(article: ArticlePage) -> ArticlePage:
    """Return the article with its authors and topics read at once; a draft's stand in the draft itself."""
    if article.pk is None:
        return article
    parts = Prefetch(
        "bylines", queryset=ArticleByline.objects.select_related("author__portrait").order_by("sort_order")
    )
    prefetch_related_objects([article], "topics", parts, "lead_image", "locale")
    shown = [article.lead_image, *(block.value["image"] for block in article.body if block.block_type == "image")]
    shown += [author.portrait for author in get_authors(article)]
    pictures.fetch_renditions(shown, pictures.IN_ARTICLES)
    return article


def list_published(*, is_open: bool = False) -> QuerySet[ArticlePage]:
    """Return what is published, newest first, and nothing with it; `is_open` where no page is known to be closed."""
    live = ArticlePage.objects.live()
    articles: QuerySet[ArticlePage] = (live if is_open else live.public()).order_by("-published_at", "-pk")
    return articles


def in_section(articles: QuerySet[ArticlePage], section: SectionPage) -> QuerySet[ArticlePage]:
    """Return those of the articles that stand in a section."""
    return articles.filter(path__startswith=section.path, depth=section.depth + 1)


def with_list_parts(articles: QuerySet[ArticlePage]) -> QuerySet[ArticlePage]:
    """Read with the articles all that a list shows of them."""
    return (
        articles.defer("body")
        .select_related("lead_image")
        .prefetch_related(
            pictures.prefetch(*pictures.IN_LISTS, of="lead_image"),
            Prefetch(
                "bylines", queryset=ArticleByline.objects.select_related("author__portrait").order_by("sort_order")
            ),
        )
    )


def get_topic(slug: str) -> Topic | None:
    """Return the topic with this address."""
    return Topic.objects.filter(slug=slug).first()


def search_articles(question: str) -> SearchResults | list[ArticlePage]:
    """Return the published articles that hold all the words of the question, best first.

    Hidden words are not in the index. Signs between words mean nothing here, whatever they mean to the database.
    """
    letters = (sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " " for sign in question)
    words = "".join(letters).split()[:MOST_WORDS]
    if not words:
        return []
    live: Any = with_list_parts(ArticlePage.objects.live().public())
    found: SearchResults = live.search(" ".join(words), operator="and")
    return found


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One address and when it last changed."""

    path: str
    changed_at: datetime | None


def count_sitemaps() -> int:
    """Return how many sitemaps the articles fill."""
    articles: int = ArticlePage.objects.live().public().count()
    return -(-articles // SITEMAP_SIZE)


def list_sitemap_articles(number: int) -> list[SitemapEntry]:
    """Return the addresses of the sitemap with this number, from 1; empty when there is none."""
    if not 1 <= number <= MOST_SITEMAPS:
        return []
    articles = ArticlePage.objects.live().public().order_by("pk")
    start = (number - 1) * SITEMAP_SIZE
    return [
        SitemapEntry(article.get_url() or "/", article.updated_at or article.published_at)
        for article in articles.defer("body")[start : start + SITEMAP_SIZE]
    ]


def list_sitemap_pages() -> list[SitemapEntry]:
    """Return the addresses of the front page, the sections, and the authors and topics with articles."""
    live = ArticlePage.objects.live().public()
    pages = [*HomePage.objects.live().public(), *SectionPage.objects.live().public().order_by("path")]
    topics = Topic.objects.filter(articles__in=live).distinct()
    return [
        *(SitemapEntry(page.get_url() or "/", None) for page in pages),
        *(SitemapEntry(author.get_absolute_url(), author.newest_at) for author in list_authors()),
        *(SitemapEntry(topic.get_absolute_url(), None) for topic in topics),
    ]
