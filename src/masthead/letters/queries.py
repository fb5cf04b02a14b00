"""What is asked about letters."""

from __future__ import annotations

from django.db.models import QuerySet

from masthead.accounts.models import normalize_email
from masthead.letters.kinds import Group
from masthead.letters.models import Letter, LetterWords, UnreachableAddress, Unsubscription


def list_letters() -> QuerySet[Letter]:
    """Return every letter without its body, newest first."""
    return Letter.objects.defer("text", "html", "context", "headers").order_by("-created_at", "-id")


def is_stopped(address: str, group: Group) -> bool:
    """Return whether the address wants no letters of the group."""
    return Unsubscription.objects.filter(address=normalize_email(address), group=group).exists()


def list_stopped(address: str) -> set[Group]:
    """Return the groups of which the address wants no letters."""
    stopped = Unsubscription.objects.filter(address=normalize_email(address)).values_list("group", flat=True)
    return {Group(group) for group in stopped}


def get_unreachable(address: str) -> UnreachableAddress | None:
    """Return the note that no letter reaches the address, or None."""
    return UnreachableAddress.objects.filter(address=normalize_email(address)).first()


def get_words(kind: str, language: str) -> LetterWords | None:
    """Return the newsroom's own words for a kind in a language; None where ours are used."""
    return LetterWords.objects.filter(kind=kind, language=language).exclude(body="").first()
