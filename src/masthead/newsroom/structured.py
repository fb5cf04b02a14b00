"""Structured data: what a page is, said to machines (schema.org)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from masthead.newsroom import pictures as shapes
from masthead.newsroom import queries
from masthead.newsroom.addresses import absolute
from masthead.newsroom.models import ArticlePage, Author, SectionPage

# The element of the article's page that holds what members read; `hasPart` names it.
MEMBERS_PART = "article__members"

_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}

Crumbs = Sequence[tuple[str, str]]


def to_script(described: dict[str, Any]) -> SafeString:
    """Return the data as an element that no words in it can break out of."""
    words = json.dumps(described, ensure_ascii=False).translate(_ESCAPES)
    # The escapes leave no character that HTML gives a meaning to.
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(words))  # noqa: S308


def describe_article(
    article: ArticlePage,
    section: SectionPage,
    authors: Sequence[Author],
    publication: queries.Publication,
    *,
    url: str,
    pictures: Sequence[str],
) -> dict[str, Any]:
    """Describe an article, and which part of its page is kept for members."""
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "headline": article.title[:110],
        "description": queries.get_description(article),
        "url": url,
        "articleSection": section.title,
        "inLanguage": article.locale.language_code,
        "isAccessibleForFree": not article.is_community_only,
        "publisher": describe_publication(publication),
    }
    if article.published_at:
        said["datePublished"] = article.published_at.isoformat()
        said["dateModified"] = (article.updated_at or article.published_at).isoformat()
    if authors:
        said["author"] = [
            {"@type": "Person", "name": author.name, "url": absolute(author.get_absolute_url())} for author in authors
        ]
    else:
        said["author"] = [describe_publication(publication)]
    if pictures:
        said["image"] = list(pictures)
    if topics := [topic.name for topic in article.topics.all()]:
        said["keywords"] = topics
    if article.dateline:
        said["dateline"] = article.dateline
    if article.is_community_only:
        said["hasPart"] = [{"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": f".{MEMBERS_PART}"}]
    return said


def describe_publication(publication: queries.Publication) -> dict[str, Any]:
    """Describe the publication."""
    said: dict[str, Any] = {"@type": "NewsMediaOrganization", "name": publication.name, "url": absolute("/")}
    for logo in shapes.get_renditions(publication.logo, ["max-600x600|format-png"]):
        said["logo"] = {"@type": "ImageObject", "url": absolute(logo.url)}
    return said


def describe_crumbs(crumbs: Crumbs) -> dict[str, Any]:
    """Describe the way from the front page to this one."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": absolute(path)}
            for position, (name, path) in enumerate(crumbs, start=1)
        ],
    }
