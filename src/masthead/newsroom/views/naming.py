"""Authors and topics."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from masthead.newsroom import queries, structured
from masthead.newsroom.addresses import absolute
from masthead.newsroom.context import get_frame
from masthead.newsroom.models import AdPlace, Author, Topic
from masthead.newsroom.views.answering import paginate, render_public


@require_safe
def show_author(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an author and what they wrote."""
    author = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    return _show_list(
        request,
        "newsroom/author.html",
        subject=author,
        found=queries.list_articles().filter(bylines__author=author).distinct(),
        crumbs=[(_("Front page"), "/"), (_("Our writers"), "/authors/"), (author.name, author.get_absolute_url())],
    )


@require_safe
def show_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a topic's articles."""
    topic = get_object_or_404(Topic, slug=slug)
    return _show_list(
        request,
        "newsroom/topic.html",
        subject=topic,
        found=queries.list_articles().filter(topics=topic),
        crumbs=[(_("Front page"), "/"), (topic.name, topic.get_absolute_url())],
    )


@require_safe
def list_writers(request: HttpRequest) -> HttpResponse:
    """Show everyone who has written in the paper."""
    return render_public(
        request,
        "newsroom/writers.html",
        {"authors": queries.list_authors(), "canonical": absolute("/authors/")},
    )


def _show_list(
    request: HttpRequest, template: str, *, subject: Author | Topic, found: object, crumbs: structured.Crumbs
) -> HttpResponse:
    listed = paginate(request, found)
    path = subject.get_absolute_url()
    return render_public(
        request,
        template,
        {
            "subject": subject,
            "listed": listed,
            "cards": queries.to_cards(listed.object_list, get_frame(request).publication.pages),
            "ads": queries.list_ads([AdPlace.SECTION_BANNER], get_frame(request), turn=subject.pk),
            "canonical": absolute(path + (f"?page={listed.number}" if listed.number > 1 else "")),
            "structured": structured.to_script(structured.describe_crumbs(crumbs)),
        },
        listens=["page"],
    )
