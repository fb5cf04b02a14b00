"""What every template knows: the publication's name and its sections."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from masthead.newsroom import queries

# Where a request keeps its publication.
KEPT = "masthead_publication"


def publication(request: HttpRequest) -> dict[str, object]:
    """Add `publication`, read from the database only where a template asks for it."""
    return {"publication": SimpleLazyObject(lambda: get_publication(request))}


def get_publication(request: HttpRequest) -> queries.Publication:
    """Return the publication, read once a request."""
    kept: queries.Publication | None = getattr(request, KEPT, None)
    if kept is None:
        kept = queries.get_publication(request, today=timezone.localdate())
        setattr(request, KEPT, kept)
    return kept
