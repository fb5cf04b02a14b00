"""Note what came back, and whom no letter reaches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from masthead.accounts.models import normalize_email
from masthead.letters.bounces import Report, is_gone
from masthead.letters.models import Letter, LetterState, UnreachableAddress

# A full mailbox or a suspicious filter may be otherwise tomorrow: only when this many came back is it the address.
MOST_RETURNED: Final = 3
RETURNED_WITHIN: Final = timedelta(days=90)


@transaction.atomic
def note_report(report: Report, *, now: datetime) -> Letter | None:
    """Note on the letter that it came back, and return it. Safe to repeat.

    A report that the server is still trying changes nothing. An address that does not exist gets no more letters at
    once, one from which letters come back for other lasting reasons after three. None for a letter that is forgotten.
    """
    letter = Letter.objects.select_for_update().filter(pk=report.letter_id).first()
    if letter is None or not report.is_final or letter.state not in {LetterState.SENT, LetterState.BOUNCED}:
        return letter
    letter.state, letter.error = LetterState.BOUNCED, report.reason
    letter.save(update_fields=["state", "error"])
    if report.is_gone or (report.is_permanent and _count_returned(letter, now=now) >= MOST_RETURNED):
        _mark_unreachable(letter, now=now)
    return letter


def note_refusal(letter: Letter, *, now: datetime) -> None:
    """Note that the mail server refused a letter because there is no such mailbox; other refusals are not of it."""
    if is_gone(letter.error):
        _mark_unreachable(letter, now=now)


def _count_returned(letter: Letter, *, now: datetime) -> int:
    recent = Letter.objects.filter(to__iexact=letter.to, created_at__gt=now - RETURNED_WITHIN)
    return recent.filter(state=LetterState.BOUNCED).count()


def _mark_unreachable(letter: Letter, *, now: datetime) -> None:
    UnreachableAddress.objects.get_or_create(
        address=normalize_email(letter.to),
        defaults={"reason": letter.error[:500], "since": now, "letter": letter},
    )
