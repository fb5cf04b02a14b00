"""What the reader's own browser carries, for the reader to see and to forget."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from masthead.newsroom.views.answering import render_public


@require_safe
def show_reads(request: HttpRequest) -> HttpResponse:
    """Show the page; it is the same for everyone, and the reader's browser fills it from what it carries."""
    return render_public(request, "newsroom/reads.html", {})
