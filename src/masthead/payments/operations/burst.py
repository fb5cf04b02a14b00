"""Bursts of attempts: noticed once, told to staff once, and over when they are; and the pause of new cards."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from masthead.accounts.models import User
from masthead.payments.letters import queue_burst_alarm
from masthead.payments.models import Burst, CardPause
from masthead.payments.operations import tally
from masthead.payments.queries import count_failures, get_open_burst
from masthead.rules.errors import MastheadError

logger = logging.getLogger(__name__)

PAUSED, RESUMED = "payments.pause_cards", "payments.take_cards"


class CardsPaused(MastheadError):
    """Staff let nobody begin to pay at the moment."""

    code: ClassVar[str] = "cards_paused"
    status: ClassVar[int] = 503
    retriable: ClassVar[bool] = True

    def __str__(self) -> str:
        """Say it in the reader's language."""
        return _(
            "We take no new payments for the moment, because somebody is trying out stolen cards here. Nothing was "
            "charged. Please come back in an hour or two. Members lose nothing by it."
        )


def notice_burst(*, now: datetime) -> Burst | None:
    """Begin a burst and tell staff of it; None where it was noticed before. Safe to repeat."""
    try:
        with transaction.atomic():
            burst = Burst.objects.create(began_at=now)
            queue_burst_alarm(burst, now=now)
    except IntegrityError:
        return None
    logger.warning("far more payments are begun and not paid than usual: somebody tries out cards")
    return burst


def end_bursts(*, now: datetime) -> bool:
    """End the burst if its attempts have stopped, and note how many were turned away. Safe to repeat."""
    burst = get_open_burst()
    if burst is None or tally.read_situation(now=now).tally.is_burst:
        return False
    away = count_failures([tally.TURNED_AWAY], since=tally.to_hour(burst.began_at)).get(tally.TURNED_AWAY, 0)
    return bool(Burst.objects.filter(pk=burst.pk, ended_at=None).update(ended_at=now, turned_away=away))


def pause_new_cards(person: User, *, now: datetime) -> bool:
    """Let nobody begin to pay until it is taken back; returns whether that is new. Safe to repeat."""
    try:
        with transaction.atomic():
            pause = CardPause.objects.create(began_at=now)
            log(instance=pause, action=PAUSED, user=person)
    except IntegrityError:
        return False
    logger.warning("new cards are paused")
    return True


@transaction.atomic
def take_new_cards(person: User, *, now: datetime) -> bool:
    """Let people pay again; returns whether they could not. Safe to repeat."""
    pause = CardPause.objects.select_for_update().filter(ended_at=None).first()
    if pause is None:
        return False
    pause.ended_at = now
    pause.save(update_fields=["ended_at"])
    log(instance=pause, action=RESUMED, user=person)
    return True
