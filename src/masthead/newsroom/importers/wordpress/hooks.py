"""What the front page does for readers who come by an old site's short addresses."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.models import Page

from masthead.newsroom.importers.wordpress.addresses import find_by_number
from masthead.newsroom.models import HomePage


@hooks.register("before_serve_page")
def answer_old_number(page: Page, request: HttpRequest, _args: Any, _kwargs: Any) -> HttpResponse | None:
    """Send a reader of `/?p=1234` to the article that the post became."""
    if "p" in request.GET and isinstance(page, HomePage):
        return find_by_number(request)
    return None
