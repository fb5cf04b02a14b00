"""Search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from masthead.newsroom import queries
from masthead.newsroom.views.answering import paginate

LONGEST = 100


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what was found, in the words that everyone may read; any words at all are a fair question."""
    words = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST].strip()
    listed = paginate(request, queries.search_articles(words) if words else [])
    response = render(
        request,
        "newsroom/search.html",
        {
            "words": words,
            "listed": listed,
            "cards": queries.to_cards(listed.object_list),
            "newest": () if listed.object_list else queries.to_cards(queries.list_articles()[:4]),
        },
    )
    response.headers["X-Robots-Tag"] = "noindex, follow"
    return response
