"""Queue letters, deliver them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import transaction

from masthead.kit.jobs.later import run_later
from masthead.letters.delivery import DeliveryPostponed, LetterRefused, get_sender, hand_over
from masthead.letters.kinds import get_kind
from masthead.letters.models import Letter, LetterState
from masthead.letters.rendering import render_letter
from masthead.rules.errors import MastheadError

logger = logging.getLogger(__name__)

DELIVER_TASK: Final = "masthead.letters.tasks.deliver_letter"
URGENT_PRIORITY: Final = 90
ORDINARY_PRIORITY: Final = 10
MAX_ATTEMPTS: Final = 8
# Longer than one hand-over can take; after it, whoever was sending is gone.
HOLD: Final = timedelta(seconds=90)
ERROR_LENGTH: Final = 2000


class UnsubscribeMissing(MastheadError):
    """A letter that nobody asked for needs an address by which to stop it."""

    code: ClassVar[str] = "unsubscribe_missing"


class LetterBeingSent(MastheadError):
    """The letter is being sent at this moment."""

    code: ClassVar[str] = "letter_being_sent"
    status: ClassVar[int] = 409
    retriable: ClassVar[bool] = True


@transaction.atomic
def queue_letter(
    *,
    kind: str,
    to: str,
    context: Mapping[str, str],
    language: str,
    unique_key: str,
    now: datetime,
    unsubscribe_url: str = "",
) -> Letter:
    """Write a letter into the outbox, in the caller's transaction; a job renders and delivers it afterwards.

    The same `unique_key` is the same letter: queued again, in whatever words, the first one is returned and nothing
    is sent twice. Raises UnknownLetterKind, and UnsubscribeMissing for a letter that is not essential and has no
    `unsubscribe_url`.
    """
    known = get_kind(kind)
    if not known.essential and not unsubscribe_url:
        raise UnsubscribeMissing
    letter, is_new = Letter.objects.get_or_create(
        unique_key=unique_key,
        defaults={
            "kind": kind,
            "to": to,
            "language": language,
            "context": dict(context),
            "unsubscribe_url": unsubscribe_url,
            "created_at": now,
        },
    )
    if is_new:
        run_later(DELIVER_TASK, letter.pk, priority=URGENT_PRIORITY if known.urgent else ORDINARY_PRIORITY)
    return letter


@transaction.atomic
def queue_written_letter(letter: Letter) -> Letter:
    """Put a letter that is written out already (subject, text, html) into the outbox. Not safe to repeat."""
    letter.save(force_insert=True)
    run_later(DELIVER_TASK, letter.pk, priority=URGENT_PRIORITY)
    return letter


def deliver(letter_id: int, *, now: datetime) -> Letter:
    """Render and send one letter, and note what became of it. Safe to repeat: a letter that is done stays as it is.

    A letter is taken under a lock, handed over without one (a mail server may be slow), and marked under a lock. Killed
    between the hand-over and the mark, it is sent again: at least once, not exactly once, is what SMTP can promise.
    Raises DeliveryPostponed when it should be tried again, LetterBeingSent while another process has it.
    """
    letter = _take(letter_id, now=now)
    if letter is None:
        return Letter.objects.get(pk=letter_id)
    try:
        _render(letter)
        hand_over(letter)
    except LetterRefused as error:
        _mark_failed(letter, error)
    except DeliveryPostponed as error:
        if letter.attempts >= MAX_ATTEMPTS:
            _mark_failed(letter, error)
        else:
            _release(letter, error)
            raise
    except Exception as error:
        _release(letter, error) if letter.attempts < MAX_ATTEMPTS else _mark_failed(letter, error)
        raise
    else:
        _mark_sent(letter, now=now)
    return letter


def send_again(letter_id: int) -> None:
    """Queue a letter that failed once more, with all its attempts. Does nothing to one that was sent or still waits."""
    with transaction.atomic():
        failed = Letter.objects.filter(pk=letter_id, state=LetterState.FAILED)
        if failed.update(state=LetterState.QUEUED, attempts=0, error=""):
            run_later(DELIVER_TASK, letter_id, priority=ORDINARY_PRIORITY)


@transaction.atomic
def _take(letter_id: int, *, now: datetime) -> Letter | None:
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    if letter.state != LetterState.QUEUED:
        return None
    if letter.taken_at is not None and letter.taken_at > now - HOLD:
        raise LetterBeingSent
    letter.taken_at = now
    letter.attempts += 1
    letter.save(update_fields=["taken_at", "attempts"])
    return letter


def _render(letter: Letter) -> None:
    if letter.subject or letter.text:
        return
    rendered = render_letter(
        letter.kind, letter.context, language=letter.language, unsubscribe_url=letter.unsubscribe_url
    )
    letter.subject, letter.text, letter.html = rendered.subject, rendered.text, rendered.html
    letter.from_email = letter.from_email or get_sender(letter.language)
    letter.save(update_fields=["subject", "text", "html", "from_email"])


def _mark_sent(letter: Letter, *, now: datetime) -> None:
    letter.state, letter.sent_at, letter.error, letter.taken_at = LetterState.SENT, now, "", None
    letter.save(update_fields=["state", "sent_at", "error", "taken_at"])


def _mark_failed(letter: Letter, error: Exception) -> None:
    logger.warning("letter %s (%s) failed (%s)", letter.pk, letter.kind, type(error).__name__)
    letter.state = LetterState.FAILED
    _release(letter, error)


def _release(letter: Letter, error: Exception) -> None:
    letter.error, letter.taken_at = f"{type(error).__name__}: {error}"[:ERROR_LENGTH], None
    letter.save(update_fields=["state", "error", "taken_at"])
