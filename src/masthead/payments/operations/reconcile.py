"""Reconciliation: what the provider has and we missed is found and brought in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from masthead.payments.conf import LOST_AFTER
from masthead.payments.operations.announce import announce
from masthead.payments.operations.inbox import keep_hint, project_event
from masthead.payments.operations.project import settle_checkout
from masthead.payments.providers.registry import get_provider
from masthead.payments.queries import list_unannounced, list_unsettled_checkouts, list_waiting_events
from masthead.rules.errors import MastheadError

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Findings:
    """What a reconciliation came upon."""

    listed: int = 0
    missed: int = 0
    projected: int = 0
    settled: int = 0
    announced: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything that was found could be mended."""
        return not self.failures


def reconcile(provider: str, *, since: datetime, now: datetime, everything: bool = False) -> Findings:
    """List the provider's messages since a moment and follow those that never arrived; then tie up loose ends.

    Loose ends are messages whose job was lost, checkouts whose page expired unheard, and changes not announced to the
    end. With `everything`, also messages whose job still waits and checkouts whose reader is still paying. What fails
    is named in the findings and does not keep the rest waiting. Safe to repeat. Raises PaymentsUnavailable and
    PaymentsRefused when the provider cannot be listed.
    """
    found = Findings()
    for hint in get_provider(provider).list_since(since):
        found.listed += 1
        event = keep_hint(provider, hint, source="listing", now=now)
        if event is not None and hint.subject is not None:
            found.missed += 1
            found.projected += _try(found, f"message {event.reference}", partial(project_event, event.pk, now=now))
    received_before = now if everything else now - LOST_AFTER
    for pk in list(list_waiting_events(provider, received_before=received_before)):
        found.projected += _try(found, f"message {pk}", partial(project_event, pk, now=now))
    for checkout in list(list_unsettled_checkouts(provider, expired_before=None if everything else now)):
        found.settled += _try(found, f"checkout {checkout.pk}", partial(settle_checkout, checkout, now=now))
    for checkout_id in list(list_unannounced()):
        found.announced += _try(found, f"checkout {checkout_id}", partial(announce, checkout_id))
    return found


def _try(found: Findings, what: str, do: Callable[[], object]) -> bool:
    try:
        do()
    except MastheadError as error:
        found.failures.append(f"{what}: {error}")
        logger.warning("reconciliation: %s: %s", what, error)
        return False
    return True
