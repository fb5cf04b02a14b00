"""The mailbox: every letter of a trial, without a mail server."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from masthead.letters.models import Letter
from masthead.letters.queries import list_letters

View = Callable[..., HttpResponse]
LETTERS_A_PAGE = 50
# The letter brings its own styles and nothing else; whatever it links to opens in a page of its own.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def only_with_mailbox(view: View) -> View:
    """Answer 404 unless the mailbox is open."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.MASTHEAD_MAILBOX:
            raise Http404
        return view(*args, **kwargs)

    return answer


@require_safe
@never_cache
@only_with_mailbox
def show_mailbox(request: HttpRequest) -> HttpResponse:
    """List the letters, newest first."""
    page = Paginator(list_letters(), LETTERS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "letters/mailbox.html", {"page": page})


@require_safe
@never_cache
@only_with_mailbox
def show_letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Show one letter as its addressee sees it, and its plain text."""
    return render(request, "letters/letter.html", {"letter": get_object_or_404(Letter, pk=letter_id)})


@require_safe
@never_cache
@only_with_mailbox
def show_letter_html(_request: HttpRequest, letter_id: int) -> HttpResponse:
    """Serve the html of one letter alone, fenced in by its policy."""
    letter = get_object_or_404(Letter, pk=letter_id)
    if not letter.html:
        raise Http404
    page = HttpResponse(letter.html.replace("<head>", '<head><base target="_blank">', 1))
    page["Content-Security-Policy"] = LETTER_POLICY
    page["X-Frame-Options"] = "SAMEORIGIN"
    return page
