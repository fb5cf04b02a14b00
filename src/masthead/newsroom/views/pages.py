"""Front page, sections and articles."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from masthead.newsroom import pictures, queries, structured
from masthead.newsroom.addresses import absolute
from masthead.newsroom.context import get_frame, get_publication
from masthead.newsroom.models import AdPlace, ArticlePage, HomePage, SectionPage
from masthead.newsroom.passes import may_read_whole
from masthead.newsroom.views.answering import paginate, render_public


def show_front(request: HttpRequest, home: HomePage, **_preview: str) -> HttpResponse:
    """Show the front page."""
    return render_public(
        request,
        "newsroom/front.html",
        {
            "page": home,
            "front": queries.get_front(home, get_frame(request)),
            "ads": queries.list_ads([AdPlace.FRONT_BANNER], get_frame(request), turn=timezone.localdate().toordinal()),
            "canonical": absolute("/"),
            "is_front": True,
            "structured": structured.to_script(
                {"@context": "https://schema.org", **structured.describe_publication(get_publication(request))}
            ),
        },
    )


def show_section(request: HttpRequest, section: SectionPage, **_preview: str) -> HttpResponse:
    """Show one page of a section's articles."""
    listed = paginate(request, queries.list_section_articles(section))
    path = section.get_url(request) or "/"
    return render_public(
        request,
        "newsroom/section.html",
        {
            "page": section,
            "listed": listed,
            "cards": queries.to_cards(listed.object_list, {section.path: section}),
            "ads": queries.list_ads([AdPlace.SECTION_BANNER], get_frame(request), turn=section.pk),
            "canonical": absolute(path + (f"?page={listed.number}" if listed.number > 1 else "")),
            "feed": f"{path}feed/",
            "current_section_pk": section.pk,
            "is_section": True,
            "structured": structured.to_script(
                structured.describe_crumbs([(_("Front page"), "/"), (section.title, path)])
            ),
        },
        listens=["page"],
    )


def show_article(request: HttpRequest, article: ArticlePage, preview: str = "") -> HttpResponse:
    """Show an article: the same bytes for everyone.

    Of a Community-only article that is the teaser. `?whole=1` is the way of members without script: the whole
    article, never cached, for bearers of a pass; everyone else is sent to the article itself.
    """
    if "whole" in request.GET and not preview:
        if article.is_community_only and may_read_whole(request, now=timezone.now()):
            response = render(request, "newsroom/article.html", _article_context(request, article, whole=True))
        else:
            response = HttpResponseRedirect(article.get_url(request) or "/")
        response.headers["Cache-Control"] = "private, no-store"
        return response
    context = _article_context(request, article, whole=preview == "members")
    return render_public(request, "newsroom/article.html", context, listens=["whole"])


def _article_context(request: HttpRequest, article: ArticlePage, *, whole: bool) -> dict[str, Any]:
    article = queries.get_printed_article(article)
    frame = get_frame(request)
    publication = frame.publication
    section: SectionPage = publication.pages.get(queries.get_place(article)) or article.get_parent().specific
    authors = queries.get_authors(article)
    path = article.get_url(request) or "/"
    shared = [absolute(one.url) for one in pictures.get_renditions(article.lead_image, pictures.SHARING_SHAPES)]
    described = structured.describe_article(article, section, authors, publication, url=absolute(path), pictures=shared)
    crumbs = [(_("Front page"), "/"), (section.title, section.get_url(request) or "/"), (article.title, path)]
    return {
        "page": article,
        "section": section,
        "authors": authors,
        "topics": sorted(article.topics.all(), key=lambda topic: topic.name),
        "body": queries.get_readable_body(article, whole=whole),
        "members_part": structured.MEMBERS_PART,
        "related": queries.list_related(article, frame),
        "ads": queries.list_ads([AdPlace.ARTICLE_TOP, AdPlace.ARTICLE_SIDE], frame, turn=article.pk),
        "description": queries.get_description(article),
        "canonical": absolute(path),
        "picture": shared[0] if shared else "",
        "crumbs": crumbs[:-1],
        "current_section_pk": section.pk,
        "structured": structured.to_script(described) + structured.to_script(structured.describe_crumbs(crumbs)),
    }
