"""What every template knows: the publication's name and its sections."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from masthead.newsroom import queries

# Where a request keeps its frame.
KEPT = "masthead_frame"


def publication(request: HttpRequest) -> dict[str, object]:
    """Add `publication`, read only where a template asks for it."""
    return {"publication": SimpleLazyObject(lambda: get_publication(request))}


def get_publication(request: HttpRequest) -> queries.Publication:
    """Return the publication, as the request's frame has it."""
    return get_frame(request).publication


def get_frame(request: HttpRequest) -> queries.Frame:
    """Return what stands around the page, the same during the whole request."""
    kept: queries.Frame | None = getattr(request, KEPT, None)
    if kept is None:
        kept = queries.get_frame(request, today=timezone.localdate())
        setattr(request, KEPT, kept)
    return kept
