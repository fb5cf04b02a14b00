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
    wanted = {Redirect.normalise_path(old) for old in paths} - {Redirect.normalise_path(goal or "")}
    wanted = {old for old in wanted if len(old) <= _LONGEST_PATH}
    if not wanted:
        return 0
    wanted -= set(Redirect.get_for_site(site).filter(old_path__in=wanted).values_list("old_path", flat=True))
    link = "" if page is not None else path
    Redirect.objects.bulk_create(
        Redirect(old_path=old, site=site, redirect_page=page, redirect_link=link) for old in sorted(wanted)
    )
    return len(wanted)


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
