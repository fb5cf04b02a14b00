"""Deliver letters."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import transaction

from masthead.kit.jobs.later import run_later
from masthead.letters.delivery import DeliveryPostponed, LetterRefused, get_sender, hand_over
from masthead.letters.kinds import get_kind, is_known
from masthead.letters.marks import get_stop_url
from masthead.letters.models import Letter, LetterState
from masthead.letters.operations.bounce import note_refusal
from masthead.letters.operations.queue import DELIVER_TASK, ORDINARY_PRIORITY, UNSUBSCRIBED
from masthead.letters.queries import get_unreachable, get_words, is_stopped
from masthead.letters.rendering import render_letter
from masthead.rules.errors import MastheadError

logger = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 8
# Longer than one hand-over can take; after it, whoever was sending is gone.
HOLD: Final = timedelta(seconds=90)
ERROR_LENGTH: Final = 2000
NOT_TRUE_ANY_MORE: Final = "What it says was not true any more when it was to be sent."
NOT_ARRIVED: Final = (LetterState.FAILED, LetterState.BOUNCED, LetterState.STOPPED)
UNREACHABLE: Final = "Letters to this address come back: {reason}"


class LetterBeingSent(MastheadError):
    """The letter is being sent at this moment."""

    code: ClassVar[str] = "letter_being_sent"
    status: ClassVar[int] = 409
    retriable: ClassVar[bool] = True


def deliver(letter_id: int, *, now: datetime) -> Letter:
    """Render and send one letter, and note what became of it. Safe to repeat: a letter that is done stays as it is.

    One that its addressee has stopped meanwhile, that is not true any more or that goes to an address whence letters
    come back is not sent.

    A letter is taken under a lock, handed over without one (a mail server may be slow), and marked under a lock. Killed
    between the hand-over and the mark, it is sent again: at least once, not exactly once, is what SMTP can promise.
    Raises DeliveryPostponed when it should be tried again, LetterBeingSent while another process has it.
    """
    letter = _take(letter_id, now=now)
    if letter is None:
        return Letter.objects.get(pk=letter_id)
    try:
        if reason := _find_reason_to_stop(letter):
            _mark_stopped(letter, reason)
            return letter
        _render(letter)
        hand_over(letter)
    except LetterRefused as error:
        _mark_failed(letter, error)
        note_refusal(letter, now=now)
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
    """Queue a letter that did not arrive once more, with all its attempts.

    Does nothing to one that was sent or still waits.
    """
    with transaction.atomic():
        failed = Letter.objects.filter(pk=letter_id, state__in=NOT_ARRIVED)
        if failed.update(state=LetterState.QUEUED, attempts=0, error="", sent_at=None):
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


def _find_reason_to_stop(letter: Letter) -> str:
    """Return why the letter is not to be sent after all; "" where it is."""
    if not is_known(letter.kind):
        return ""
    kind = get_kind(letter.kind)
    if kind.group is not None and is_stopped(letter.to, kind.group):
        return UNSUBSCRIBED
    if kind.still_true is not None and not kind.still_true(letter.context):
        return NOT_TRUE_ANY_MORE
    unreachable = None if kind.urgent else get_unreachable(letter.to)
    return UNREACHABLE.format(reason=unreachable.reason) if unreachable else ""


def _render(letter: Letter) -> None:
    if letter.subject or letter.text:
        return
    rendered = render_letter(
        letter.kind,
        letter.context,
        language=letter.language,
        unsubscribe_url=get_stop_url(letter),
        own=get_words(letter.kind, letter.language),
    )
    letter.subject, letter.text, letter.html = rendered.subject, rendered.text, rendered.html
    letter.from_email = letter.from_email or get_sender(letter.language)
    letter.save(update_fields=["subject", "text", "html", "from_email"])


def _mark_sent(letter: Letter, *, now: datetime) -> None:
    letter.state, letter.sent_at, letter.error, letter.taken_at = LetterState.SENT, now, "", None
    letter.save(update_fields=["state", "sent_at", "error", "taken_at"])


def _mark_stopped(letter: Letter, reason: str) -> None:
    letter.state, letter.error, letter.taken_at = LetterState.STOPPED, reason, None
    letter.save(update_fields=["state", "error", "taken_at"])


def _mark_failed(letter: Letter, error: Exception) -> None:
    logger.warning("letter %s (%s) failed (%s)", letter.pk, letter.kind, type(error).__name__)
    letter.state = LetterState.FAILED
    _release(letter, error)


def _release(letter: Letter, error: Exception) -> None:
    letter.error, letter.taken_at = f"{type(error).__name__}: {error}"[:ERROR_LENGTH], None
    letter.save(update_fields=["state", "error", "taken_at"])
