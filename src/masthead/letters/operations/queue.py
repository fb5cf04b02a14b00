"""Write letters into the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from masthead.kit.jobs.later import run_later
from masthead.letters.kinds import get_kind
from masthead.letters.models import Letter, LetterState
from masthead.letters.queries import is_stopped

DELIVER_TASK: Final = "masthead.letters.tasks.deliver_letter"
URGENT_PRIORITY: Final = 90
ORDINARY_PRIORITY: Final = 10
UNSUBSCRIBED: Final = "The addressee wants no letters of this kind."


@transaction.atomic
def queue_letter(
    *, kind: str, to: str, context: Mapping[str, str], language: str, unique_key: str, now: datetime
) -> Letter:
    """Write a letter into the outbox, in the caller's transaction; a job renders and delivers it afterwards.

    The same `unique_key` is the same letter: queued again, in whatever words, the first one is returned and nothing
    is sent twice. One that its addressee has unsubscribed from is noted as not sent, so that it is not sent later
    either. Raises UnknownLetterKind.
    """
    known = get_kind(kind)
    stopped = known.group is not None and is_stopped(to, known.group)
    letter, is_new = Letter.objects.get_or_create(
        unique_key=unique_key,
        defaults={
            "kind": kind,
            "to": to,
            "language": language,
            "context": dict(context),
            "state": LetterState.STOPPED if stopped else LetterState.QUEUED,
            "error": UNSUBSCRIBED if stopped else "",
            "created_at": now,
        },
    )
    if is_new and not stopped:
        run_later(DELIVER_TASK, letter.pk, priority=URGENT_PRIORITY if known.urgent else ORDINARY_PRIORITY)
    return letter


@transaction.atomic
def queue_written_letter(letter: Letter) -> Letter:
    """Put a letter that is written out already (subject, text, html) into the outbox. Not safe to repeat."""
    letter.save(force_insert=True)
    run_later(DELIVER_TASK, letter.pk, priority=URGENT_PRIORITY)
    return letter
