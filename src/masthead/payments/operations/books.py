"""A run of reconciliation: ledger and provider compared object by object, both ways, and written down.

A run may be killed anywhere: everything that it brought in stays, and the next one takes over its period.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import ClassVar, Final, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from masthead.kit.jobs.later import run_later
from masthead.payments.conf import OVERLAP
from masthead.payments.models import (
    Difference,
    DifferenceKind,
    Payment,
    ReconciliationRun,
    ReconciliationSum,
    RunState,
    Subscription,
    SubscriptionStatus,
)
from masthead.payments.operations.compare import Compared, Facts, PaymentFacts, compare, facts_of, read_rows
from masthead.payments.operations.reconcile import reconcile
from masthead.payments.providers.base import StatedPayment, StatedSubscription, Statement, Subject
from masthead.payments.providers.base import SubjectKind as Kind
from masthead.payments.providers.registry import get_provider
from masthead.payments.queries import get_broken_runs, get_last_complete_run
from masthead.rules.errors import MastheadError

logger = logging.getLogger(__name__)

RUN_TASK: Final = "masthead.payments.tasks.carry_out_run"
# A call of the provider that is tried three times takes less than a minute; one object takes a few.
STALE: Final = timedelta(minutes=10)
# The provider keeps its messages for so long.
MESSAGES_KEPT: Final = timedelta(days=29)
BATCH: Final = 100

AnyItem = TypeVar("AnyItem")
Progress = Callable[[ReconciliationRun], None]


class AlreadyReconciling(MastheadError):
    """A reconciliation is running already. Please wait for it; one that was killed is given up after ten minutes."""

    code: ClassVar[str] = "already_reconciling"
    status: ClassVar[int] = 409
    retriable: ClassVar[bool] = True


class RunTaken(MastheadError):
    """This reconciliation stood still for too long and was given up."""

    code: ClassVar[str] = "run_taken"
    status: ClassVar[int] = 409


def get_default_since(provider: str) -> datetime | None:
    """Return from when on the next run compares: the last complete one with an overlap, None where there is none.

    What a run that broke off or failed after it had set out to compare is compared as well.
    """
    last = get_last_complete_run(provider)
    if last is None:
        return None
    begins = [last.started_at - OVERLAP]
    for run in get_broken_runs(provider, after=last):
        if run.since is None:
            return None
        begins.append(run.since)
    return min(begins)


def begin_run(provider: str, *, since: datetime | None, now: datetime) -> ReconciliationRun:
    """Note that a run begins. Raises AlreadyReconciling while another one is carried out."""
    ReconciliationRun.objects.filter(provider=provider, state=RunState.RUNNING, beat_at__lt=now - STALE).update(
        state=RunState.BROKEN_OFF, finished_at=F("beat_at")
    )
    try:
        with transaction.atomic():
            return ReconciliationRun.objects.create(provider=provider, since=since, started_at=now, beat_at=now)
    except IntegrityError:
        raise AlreadyReconciling from None


def request_run(provider: str, *, since: datetime | None, now: datetime) -> ReconciliationRun:
    """Let a job carry a run out. Raises AlreadyReconciling."""
    with transaction.atomic():
        run = begin_run(provider, since=since, now=now)
        run_later(RUN_TASK, run.pk)
    return run


def carry_out_run(
    run: ReconciliationRun,
    *,
    now: datetime,
    progress: Progress | None = None,
    clock: Callable[[], datetime] = timezone.now,
) -> ReconciliationRun:
    """Compare everything of the run's period, mend what was lost and write the rest down.

    Safe to repeat for a run that was cut off. `clock` tells when the run last moved; `progress` is told after each
    hundred objects. What cannot be read fails for itself; where the provider does not answer at all the run is marked
    as failed, and PaymentsUnavailable or PaymentsRefused is raised. Raises RunTaken when the run was given up
    meanwhile.
    """
    comparison = _Comparison(run, now=now, progress=progress or (lambda _run: None), clock=clock)
    try:
        comparison.carry_out()
    except RunTaken:
        raise
    except MastheadError as error:
        _finish(run, RunState.FAILED, error=str(error), at=clock())
        logger.warning("reconciliation %s failed: %s", run.pk, error)
        raise
    except Exception as error:
        _finish(run, RunState.FAILED, error=type(error).__name__, at=clock())
        raise
    except BaseException:
        _finish(run, RunState.BROKEN_OFF, at=clock())
        raise
    _finish(run, RunState.DONE, at=clock())
    if run.unexplained:
        logger.warning("reconciliation %s left %s differences unexplained", run.pk, run.unexplained)
    return run


def reconcile_books(
    provider: str, *, since: datetime | None, now: datetime, progress: Progress | None = None
) -> ReconciliationRun:
    """Begin a run and carry it out. Raises what both raise."""
    return carry_out_run(begin_run(provider, since=since, now=now), now=now, progress=progress)


def _finish(run: ReconciliationRun, state: RunState, *, at: datetime, error: str = "") -> None:
    run.state, run.finished_at, run.error = state, at, error[:300]
    mine = ReconciliationRun.objects.filter(pk=run.pk, state=RunState.RUNNING)
    mine.update(state=state, finished_at=at, error=run.error)


class _Comparison:
    """One run while it is carried out."""

    def __init__(
        self, run: ReconciliationRun, *, now: datetime, progress: Progress, clock: Callable[[], datetime]
    ) -> None:
        self._run, self._now, self._progress, self._clock = run, now, progress, clock
        self._service = get_provider(run.provider)
        self._seen: set[str] = set()
        self._sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])

    def carry_out(self) -> None:
        run = self._run
        run.looked_at = run.foreign = run.mended = run.unexplained = 0
        with transaction.atomic():
            run.differences.all().delete()
            run.sums.all().delete()
        self._beat()
        oldest = self._now - MESSAGES_KEPT
        # What its messages tell is brought in by the usual way; what is left after it is what no message told.
        reconcile(run.provider, since=max(run.since or oldest, oldest), now=self._now, everything=True)
        self._beat()
        self._compare_listed(Kind.SUBSCRIPTION, self._service.list_subscriptions(run.since, with_ended=not run.since))
        self._compare_rest(Kind.SUBSCRIPTION, self._list_subscriptions_here())
        self._compare_listed(Kind.PAYMENT, self._service.list_payments(run.since))
        self._compare_rest(Kind.PAYMENT, self._list_payments_here())
        ReconciliationSum.objects.bulk_create(
            ReconciliationSum(run=run, currency=currency, ledger_minor=ledger, provider_minor=provider)
            for currency, (ledger, provider) in self._sums.items()
        )

    def _compare_listed(self, kind: Kind, statements: Iterator[Statement]) -> None:
        for batch in _batches(statements):
            listed = {stated.reference: (stated, statement.order) for statement in batch for stated in _list(statement)}
            rows = read_rows(self._run.provider, kind, listed)
            ours = {key: one for key, (one, order) in listed.items() if order or key in rows}
            self._run.foreign += len(batch) - len(ours)
            self._run.looked_at += len(ours)
            self._seen |= ours.keys()
            for reference, stated in ours.items():
                self._compare(kind, reference, rows.get(reference), facts_of(stated))
            self._beat()

    def _compare_rest(self, kind: Kind, references: Iterator[str]) -> None:
        """Compare what stands here and was not listed there."""
        for batch in _batches(reference for reference in references if reference not in self._seen):
            rows = read_rows(self._run.provider, kind, batch)
            self._run.looked_at += len(rows)
            for reference, facts in rows.items():
                self._compare(kind, reference, facts, None)
            self._beat()

    def _compare(self, kind: Kind, reference: str, ours: Facts | None, theirs: Facts | None) -> None:
        subject = Subject(kind=kind, reference=reference)
        try:
            found = compare(self._run.provider, subject, ours=ours, theirs=theirs, now=self._now)
        except MastheadError:
            found = Compared(ours, theirs, kind=DifferenceKind.UNREAD)
        self._add(found.ours, found.theirs)
        if found.kind is None:
            return
        mended_at = self._now if found.is_mended else None
        Difference.objects.update_or_create(
            run=self._run,
            subject=kind.value,
            reference=reference,
            defaults={
                "kind": found.kind,
                "ours": str((found.before if mended_at else found.ours) or ""),
                "theirs": str(found.theirs or ""),
                "noticed_at": self._now,
                "mended_at": mended_at,
            },
        )
        if mended_at:
            self._run.mended += 1
        else:
            self._run.unexplained += 1
        self._beat()

    def _add(self, *sides: Facts | None) -> None:
        for side, facts in enumerate(sides):
            if isinstance(facts, PaymentFacts):
                self._sums[facts.kept.currency][side] += facts.kept.minor

    def _beat(self) -> None:
        run = self._run
        run.beat_at = self._clock()
        counted = {name: getattr(run, name) for name in ("beat_at", "looked_at", "foreign", "mended", "unexplained")}
        if not ReconciliationRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(**counted):
            raise RunTaken
        self._progress(run)

    def _list_subscriptions_here(self) -> Iterator[str]:
        rows = Subscription.objects.filter(provider=self._run.provider)
        if self._run.since is not None:
            rows = rows.exclude(status=SubscriptionStatus.ENDED)
        return iter(list(rows.order_by("pk").values_list("reference", flat=True)))

    def _list_payments_here(self) -> Iterator[str]:
        rows = Payment.objects.filter(provider=self._run.provider)
        if self._run.since is not None:
            rows = rows.filter(paid_at__gte=self._run.since)
        return iter(list(rows.order_by("pk").values_list("reference", flat=True)))


def _list(statement: Statement) -> tuple[StatedPayment | StatedSubscription, ...]:
    return (statement.subscription,) if statement.subscription else statement.payments


def _batches(items: Iterable[AnyItem]) -> Iterator[list[AnyItem]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch
