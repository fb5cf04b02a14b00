"""Old addresses: readers' bookmarks and search engines find every article where it is now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponsePermanentRedirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

_LONGEST_PATH = 255


def redirect_from(paths: tuple[str, ...], *, site: Site | None, page: Page | None = None, path: str = "") -> int:
    """Send readers from old paths to a page, or to a path of this site; return how many redirects were made.

    A path that is taken by another redirect, that is the place itself or that is too long is passed over, so
    what editors decided stays.
    """
    goal = page.get_url() if page is not None else path
    made = 0
    for old in paths:
        normal = Redirect.normalise_path(old)
        if len(normal) > _LONGEST_PATH or normal == Redirect.normalise_path(goal or ""):
            continue
        if Redirect.get_for_site(site).filter(old_path=normal).exists():
            continue
        Redirect.objects.create(
            old_path=normal, site=site, redirect_page=page, redirect_link="" if page is not None else path
        )
        made += 1
    return made


def find_by_number(request: HttpRequest) -> HttpResponsePermanentRedirect | None:
    """Answer the front page's `?p=1234`, WordPress's short address of a post, where that post came in and is live.

    The redirects of Wagtail act only on pages that are not found, and the front page is always found.
    """
    number = request.GET.get("p", "")
    if not (number.isascii() and number.isdecimal()) or len(number) > 12:
        return None
    site = Site.find_for_request(request)
    found = (
        Redirect.get_for_site(site)
        .filter(old_path=Redirect.normalise_path(f"/?p={number}"), redirect_page__live=True)
        .select_related("redirect_page")
        .first()
    )
    if found is None or not found.link:
        return None
    return HttpResponsePermanentRedirect(found.link)
