"""Let staff say letters in the newsroom's own words."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from masthead.accounts.models import User
from masthead.letters.kinds import get_kind
from masthead.letters.models import Letter, LetterWords
from masthead.letters.operations.queue import queue_written_letter
from masthead.letters.rendering import OwnWords, get_vocabulary, render_letter
from masthead.letters.wording import BadWords, check_words


@transaction.atomic
def write_words(kind: str, language: str, *, subject: str, body: str, by: User, now: datetime) -> LetterWords:
    """Use these words from now on; who wrote them is logged. Raises BadWords and UnknownLetterKind."""
    wrong = check_words(subject, body, get_vocabulary(kind, language))
    if wrong or not subject.strip() or not body.strip():
        raise BadWords(" ".join(wrong) or _("A letter needs a subject and words."))
    return _save(kind, language, subject=subject.strip(), body=body.strip(), by=by, now=now)


@transaction.atomic
def reset_words(kind: str, language: str, *, by: User, now: datetime) -> LetterWords:
    """Use our words again. Safe to repeat. Raises UnknownLetterKind."""
    return _save(get_kind(kind).key, language, subject="", body="", by=by, now=now)


def send_test(kind: str, language: str, *, own: OwnWords | None, to: User, now: datetime) -> Letter:
    """Send the sample of a kind, in our words or these, to the editor who asks for it. Not safe to repeat."""
    rendered = render_letter(
        kind, get_kind(kind).sample, language=language, unsubscribe_url=settings.MASTHEAD_SITE_URL, own=own
    )
    return queue_written_letter(
        Letter(
            kind="test",
            unique_key=f"test:{uuid.uuid4()}",
            to=to.email,
            language=language,
            subject=_("Test: {subject}").format(subject=rendered.subject),
            text=rendered.text,
            html=rendered.html,
            created_at=now,
        )
    )


def _save(kind: str, language: str, *, subject: str, body: str, by: User, now: datetime) -> LetterWords:
    words, is_new = LetterWords.objects.get_or_create(kind=kind, language=language, defaults={"changed_at": now})
    if is_new or (words.subject, words.body) != (subject, body):
        words.subject, words.body, words.changed_at = subject, body, now
        words.save()
        log(instance=words, action="wagtail.edit" if body else "wagtail.revert", user=by, title=str(words))
    return words
