"""What is asked about letters."""

from __future__ import annotations

from django.db.models import QuerySet

from masthead.letters.models import Letter


def list_letters() -> QuerySet[Letter]:
    """Return every letter without its body, newest first."""
    return Letter.objects.defer("text", "html", "context", "headers").order_by("-created_at", "-id")
