"""The door of Wagtail's pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from wagtail.views import serve

from masthead.newsroom.context import get_frame


def serve_page(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with the page at a path; Wagtail finds it from the site and the sections that are remembered."""
    _home = get_frame(request).home  # from here on the site's root
    answer: HttpResponseBase = serve(request, path)
    return answer
