"""What is asked about letters."""

from __future__ import annotations

from django.db.models import QuerySet

from masthead.letters.models import Letter, LetterState


def list_letters() -> QuerySet[Letter]:
    """Return every letter without its body, newest first."""
    return Letter.objects.defer("text", "html", "context", "headers").order_by("-created_at", "-id")


def list_letters_to(address: str) -> QuerySet[Letter]:
    """Return the letters to one address, in whatever case it is written, newest first."""
    return list_letters().filter(to__iexact=address)


def count_letters(state: LetterState) -> int:
    """Return how many letters are in this state."""
    return Letter.objects.filter(state=state).count()
