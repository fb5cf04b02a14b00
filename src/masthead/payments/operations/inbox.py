"""The inbox: each message of a provider is kept once, and its job reads again what it hints at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction

from masthead.kit.jobs.later import run_later
from masthead.payments.models import Checkout, CheckoutState, EventOutcome, ProviderEvent
from masthead.payments.operations import shield, tally
from masthead.payments.operations.project import project
from masthead.payments.providers.base import Hint, NothingThere, Subject, SubjectKind, UnknownProvider
from masthead.payments.providers.registry import get_provider
from masthead.payments.queries import get_checkout, is_event_known, list_waiting_beside
from masthead.rules.errors import MastheadError

PROJECT_TASK: Final = "masthead.payments.tasks.project_event"
PRIORITY: Final = 40
ERROR_LENGTH: Final = 300


def receive_webhook(provider: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> bool:
    """Keep a message of a provider and queue the job that follows it; returns whether it was new.

    A message that came before costs one query and no write. Header names are lower case. Safe to repeat. Raises
    BadWebhook for a bad signature or age, UnknownProvider.
    """
    if provider == "sandbox" and settings.MASTHEAD_PAYMENTS != "sandbox":
        raise UnknownProvider
    hint = get_provider(provider).parse_webhook(body, headers, now=now)
    event = keep_hint(provider, hint, source="webhook", now=now)
    return event is not None


def keep_hint(provider: str, hint: Hint, *, source: str, now: datetime) -> ProviderEvent | None:
    """Put a message into the inbox, with its job in the same transaction; None if it was there already."""
    if is_event_known(provider, hint.reference):
        return None
    event = ProviderEvent(
        provider=provider,
        reference=hint.reference,
        kind=hint.kind[:100],
        subject=hint.subject.kind.value if hint.subject else "",
        subject_reference=hint.subject.reference if hint.subject else "",
        order=hint.order[:64],
        card=tally.hash_subject("card", hint.card),
        happened_at=hint.happened_at,
        received_at=now,
        is_failure=hint.is_failure,
        source=source,
        outcome=EventOutcome.WAITING if hint.subject else EventOutcome.IGNORED,
        done_at=None if hint.subject else now,
    )
    try:
        with transaction.atomic():
            event.save(force_insert=True)
            if event.card:
                tally.count_up([event.card], now=now)
            # In the same transaction: the job exists exactly if the message does, and runs after the commit.
            if hint.subject:
                run_later(PROJECT_TASK, event.pk, priority=PRIORITY)
    except IntegrityError:
        return None
    return event


def project_event(event_id: int, *, now: datetime) -> ProviderEvent:
    """Follow one message: read its subject again, write it down, announce it, and only then mark the message as done.

    Killed or failed anywhere on the way, the message still waits, and following it again changes nothing twice.
    Raises what `project` and the receivers of our signals raise; the message keeps the sentence.
    """
    event = ProviderEvent.objects.get(pk=event_id)
    if event.outcome != EventOutcome.WAITING:
        return event
    # What came before the reading is answered by it: a renewal brings three messages of one subscription.
    answered = list_waiting_beside(event)
    event.attempts += 1
    try:
        checkout = _follow(event, now=now)
    except Exception as error:
        # What is not ours may say anything, a reader's address too: of it the kind is kept, and the log has the rest.
        event.error = (str(error) if isinstance(error, MastheadError) else type(error).__name__)[:ERROR_LENGTH]
        # Where the database itself is what failed, that is what is raised.
        with suppress(DatabaseError):
            event.save(update_fields=["attempts", "error"])
        raise
    event.outcome = EventOutcome.DONE if checkout else EventOutcome.FOREIGN
    event.done_at = now
    with transaction.atomic():
        waiting = ProviderEvent.objects.filter(outcome=EventOutcome.WAITING)
        mine = waiting.filter(pk=event.pk)
        is_first = mine.update(outcome=event.outcome, done_at=now, attempts=event.attempts, error="", card="") == 1
        waiting.filter(pk__in=answered).update(outcome=event.outcome, done_at=now, error="")
        if is_first and event.is_failure and checkout and checkout.state == CheckoutState.OPEN:
            shield.note_decline(checkout, card=event.card, now=now)
    return event


def _follow(event: ProviderEvent, *, now: datetime) -> Checkout | None:
    """Read again what a message is about; a declined card that names its order brings nothing new to read."""
    if event.is_failure and event.order:
        return get_checkout(event.provider, event.order)
    subject = Subject(kind=SubjectKind(event.subject), reference=event.subject_reference)
    try:
        return project(event.provider, subject, now=now)
    except NothingThere:
        return None


def replay_events(event_ids: Iterable[int]) -> int:
    """Follow messages once more, by a job each; returns how many.

    Harmless and safe to repeat: what is read is what the provider says today. What is of no concern stays so. A failed
    attempt to pay that a message tells of is not counted by the shield a second time.
    """
    concerning = ProviderEvent.objects.exclude(subject="").exclude(outcome=EventOutcome.IGNORED)
    with transaction.atomic():
        pks = list(concerning.filter(pk__in=event_ids).order_by("received_at", "pk").values_list("pk", flat=True))
        again = ProviderEvent.objects.filter(pk__in=pks)
        again.exclude(outcome=EventOutcome.WAITING).update(is_failure=False)
        again.update(outcome=EventOutcome.WAITING, done_at=None, attempts=0, error="")
        for pk in pks:
            run_later(PROJECT_TASK, pk, priority=PRIORITY)
    return len(pks)
