"""What all public pages share: the same bytes for everyone, fit for any cache; and pages of lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.translation import gettext as _

PER_PAGE = 15


def render_public(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a page that is the same for everyone: cacheable, with an ETag, answered with 304 where it is known."""
    response = render(request, template, context)
    return make_public(request, response)


def make_public(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let any cache keep the answer for half a minute, and ask again by ETag."""
    patch_cache_control(response, public=True, max_age=0, s_maxage=30, stale_while_revalidate=60)
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def paginate(request: HttpRequest, found: Any, *, per_page: int = PER_PAGE) -> Page[Any]:
    """Return the page of the list that `?page=` asks for; 404 where there is no such page."""
    try:
        return Paginator(found, per_page).page(request.GET.get("page", "1"))
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
