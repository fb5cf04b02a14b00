"""Whether the bearer of a request may read Community-only articles whole."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from masthead.community import passes
from masthead.community.benefits import Benefit


def may_read_whole(request: HttpRequest, *, now: datetime) -> bool:
    """Return whether a valid pass with the benefit came with the request; no database is asked."""
    held = passes.read_pass(request, now)
    return held is not None and Benefit.COMMUNITY_CONTENT in held.benefits
