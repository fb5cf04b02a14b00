"""Web feeds (RSS), with the words that everyone may read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import feedgenerator
from django.utils.translation import get_language
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from masthead.newsroom import context, pictures, queries
from masthead.newsroom.addresses import absolute
from masthead.newsroom.models import ArticlePage, SectionPage
from masthead.newsroom.views.answering import make_public

IN_FEED = 30


class FullTextFeed(feedgenerator.Rss201rev2Feed):
    """RSS 2.0 with whole texts and authors' names."""

    def rss_attributes(self) -> dict[str, str]:
        """Name the vocabularies of the additional elements."""
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
        }

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """Add authors and text to what every item has."""
        super().add_item_elements(handler, item)
        for name in item["authors"]:
            handler.addQuickElement("dc:creator", name)
        handler.addQuickElement("content:encoded", item["content"])


@require_safe
def show_feed(request: HttpRequest, section: str = "") -> HttpResponse:
    """Answer with the newest articles of the paper, or of one section."""
    found = queries.list_articles()
    title, path = context.get_publication(request).name, "/"
    if section:
        page = SectionPage.objects.live().public().filter(slug=section).first()
        if page is None:
            raise Http404
        found, title, path = queries.list_section_articles(page), f"{title}: {page.title}", page.get_url(request) or "/"
    feed = FullTextFeed(
        title=title,
        link=absolute(path),
        description=context.get_publication(request).tagline or title,
        language=get_language(),
        feed_url=absolute(request.path),
    )
    for card in queries.to_cards(found.defer(None)[:IN_FEED], context.get_publication(request).pages):
        _add(feed, card)
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
    return make_public(request, response)


def _add(feed: FullTextFeed, card: queries.Card) -> None:
    article = card.article
    printed: datetime | None = article.published_at
    shared = pictures.get_renditions(article.lead_image, pictures.SHARING_SHAPES[:1])
    feed.add_item(
        title=article.title,
        link=absolute(article.get_url() or "/"),
        description=queries.get_description(article),
        unique_id=article.article_key,
        unique_id_is_permalink=False,
        pubdate=printed,
        updateddate=article.updated_at or printed,
        categories=[card.section.title],
        enclosures=[feedgenerator.Enclosure(absolute(one.url), str(one.file.size), "image/jpeg") for one in shared],
        authors=[author.name for author in card.authors],
        content=_content(article),
    )


def _content(article: ArticlePage) -> str:
    """Return the public body with addresses that hold outside the site too."""
    body = queries.get_readable_body(article, whole=False)
    url = absolute(article.get_url() or "/")
    html = BeautifulSoup(render_to_string("newsroom/feed_content.html", {"body": body, "url": url}), "html.parser")
    for name in ("href", "src"):
        for element in html.find_all(None, attrs={name: re.compile(r"^/(?!/)")}):
            element[name] = absolute(str(element[name]))
    for element in html.find_all(None, attrs={"srcset": True}):
        del element["srcset"], element["sizes"]
    return str(html)
