"""The part of an article that is kept for members."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from masthead.newsroom import queries
from masthead.newsroom.models import Access, ArticlePage
from masthead.newsroom.passes import may_read_whole
from masthead.newsroom.views.answering import never_kept


@require_GET
@never_kept
def show_members_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the whole body as a fragment, for bearers of a pass with the benefit."""
    if not may_read_whole(request, now=timezone.now()):
        return render(request, "newsroom/members_refused.html", status=403)
    article = ArticlePage.objects.live().public().filter(pk=pk, access=Access.COMMUNITY).first()
    if article is None:
        return render(request, "newsroom/members_missing.html", status=404)
    response = render(
        request,
        "newsroom/includes/body.html",
        {"body": queries.get_readable_body(article, whole=True), "page": article},
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response
