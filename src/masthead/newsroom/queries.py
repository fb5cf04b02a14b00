"""What the newsroom's pages read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpRequest
from wagtail.models import Site

from masthead.newsroom import bodies
from masthead.newsroom.models import ArticlePage, PublicationSettings, SectionPage


@dataclass(frozen=True, slots=True, kw_only=True)
class NavSection:
    """A section as the frame shows it."""

    pk: int
    title: str
    url: str
    hue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What the frame of every page, and other apps' templates, say about the publication."""

    name: str
    tagline: str
    town: str
    about: str
    free_words: str
    contact_email: str
    currency: str
    founding_editor_name: str
    founding_editor_role: str
    sections: tuple[NavSection, ...]
    today: date


def get_publication(request: HttpRequest, *, today: date) -> Publication:
    """Return the publication of the site that was asked for; an empty one has names that can be shown."""
    site = Site.find_for_request(request)
    row = PublicationSettings.for_site(site) if site else PublicationSettings()
    sections = SectionPage.objects.live().in_menu().order_by("path")
    if site:
        sections = sections.descendant_of(site.root_page)
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
        sections=tuple(NavSection(pk=s.pk, title=s.title, url=s.get_url(request) or "/", hue=s.hue) for s in sections),
        today=today,
    )


def get_readable_body(article: ArticlePage, *, whole: bool) -> bodies.ReadableBody:
    """Return the part of the body that may be read: all of an open article, else what `whole` allows.

    `whole` is True only for a bearer of a pass with the benefit, or for staff in a preview.
    """
    return bodies.cut_body(article.body, whole=whole or not article.is_community_only)
