"""What machines read: sitemaps and robots.txt."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from masthead.newsroom import queries
from masthead.newsroom.addresses import absolute
from masthead.newsroom.context import get_publication
from masthead.newsroom.views.answering import make_public

NEWS_DAYS = 2
XML = "application/xml; charset=utf-8"


@require_safe
def show_sitemap_index(request: HttpRequest) -> HttpResponse:
    """List the sitemaps: one of pages, then the articles, oldest first, so that a full one never changes."""
    parts = [absolute("/sitemap-pages.xml")]
    parts += [absolute(f"/sitemap-articles-{number}.xml") for number in range(1, queries.count_sitemaps() + 1)]
    return make_public(request, render(request, "newsroom/sitemap_index.xml", {"parts": parts}, content_type=XML))


@require_safe
def show_sitemap(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """List articles, one sitemap's worth; without a number the front page, sections, authors and topics."""
    entries = queries.list_sitemap_pages() if number is None else queries.list_sitemap_articles(number)
    if not entries:
        raise Http404
    return make_public(request, render(request, "newsroom/sitemap.xml", {"entries": entries}, content_type=XML))


@require_safe
def show_news_sitemap(request: HttpRequest) -> HttpResponse:
    """List what was published in the last two days, as news search engines ask for it."""
    cards = queries.to_cards(
        queries.list_recent_articles(now=timezone.now(), days=NEWS_DAYS)[:1000], get_publication(request).pages
    )
    return make_public(request, render(request, "newsroom/news_sitemap.xml", {"cards": cards}, content_type=XML))


@require_safe
def show_robots(request: HttpRequest) -> HttpResponse:
    """Say what robots may read: everything that readers may."""
    closed = ["/cms/", "/accounts/", "/membership/", "/payments/", "/mailbox/", "/sandbox/", "/search/", "/_masthead/"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "Allow: /", ""]
    lines += [f"Sitemap: {absolute('/sitemap.xml')}", f"Sitemap: {absolute('/news-sitemap.xml')}", ""]
    return make_public(request, HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8"))
