"""What all public pages share: the same bytes for everyone, fit for any cache; and pages of lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.translation import gettext as _

from masthead.kit import keeping

PER_PAGE = 15
KEEP_SECONDS = 60
# One way to write a number: each way would be kept as a page of its own.
_NUMBER = re.compile(r"[1-9][0-9]{0,6}\Z")


def render_public(
    request: HttpRequest, template: str, context: dict[str, Any], *, listens: Sequence[str] = ()
) -> HttpResponse:
    """Render a page that is the same for everyone: cacheable, with an ETag, answered with 304 where it is known.

    `listens` names the parameters of the query that the view reads. A preview is made the same way and kept nowhere.
    """
    response = render(request, template, context)
    return make_public(request, response, listens=listens)


def make_public(request: HttpRequest, response: HttpResponse, *, listens: Sequence[str] = ()) -> HttpResponse:
    """Let any cache keep the answer for half a minute and ask again by ETag, and our own until anything changes."""
    if getattr(request, "is_preview", False):
        response.headers["Cache-Control"] = "private, no-store"
        return response
    if request.method == "GET":
        response.headers[keeping.HEADER] = keeping.write_permission(KEEP_SECONDS, listens=listens)
    patch_cache_control(response, public=True, max_age=0, s_maxage=30, stale_while_revalidate=60)
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def paginate(request: HttpRequest, found: Any, *, per_page: int = PER_PAGE) -> Page[Any]:
    """Return the page of the list that `?page=` asks for; 404 where there is no such page."""
    number = request.GET.get("page", "1")
    try:
        return Paginator(found, per_page).page(number if _NUMBER.match(number) else "")
    except (EmptyPage, PageNotAnInteger) as error:
        raise Http404(_("There is no such page.")) from error


def never_kept(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Mark every answer of the view as one that no cache may keep."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return answer
