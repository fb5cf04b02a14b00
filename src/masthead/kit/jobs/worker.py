"""Runs jobs: lanes that claim and run them, and a heart that keeps their leases."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task, TaskContext, TaskResult, TaskResultStatus

from masthead.kit.jobs.models import Job
from masthead.kit.jobs.operations import bury_lost_jobs, claim_job, extend_leases, fail_job, finish_job
from masthead.kit.jobs.queries import is_work_due
from masthead.kit.jobs.schedule import enqueue_due
from masthead.rules.errors import MastheadError

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
LEASE = timedelta(seconds=30)
POLL_SECONDS = 0.2
TEND_SECONDS = 1.0
PAUSE_WITHOUT_DATABASE_SECONDS = 1.0
URGENT_PRIORITY = 50
FIRST_LANE = "lane1"
URGENT_LANE = "urgent"


@dataclass(slots=True, kw_only=True)
class Worker:
    """One process that runs jobs until `stop` is set.

    `lanes` jobs run side by side, and one more lane takes urgent jobs only (priority 50 and up), so that a letter with
    a sign-in code never waits for a long import. While a job runs its lease is extended; when the process is killed,
    the lease passes and another worker runs the job again. A process that is frozen for longer than its lease is
    taken for killed.
    """

    lease: timedelta = LEASE
    lanes: int = 1
    poll_seconds: float = POLL_SECONDS
    clock: Clock = timezone.now
    stop: threading.Event = field(default_factory=threading.Event)
    name: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}")

    def run(self) -> None:
        """Run jobs until `stop` is set, finish those that run, and return. The calling thread is the first lane."""
        others = [threading.Thread(target=self._run_lane, args=(f"lane{n}", None)) for n in range(2, self.lanes + 1)]
        others.append(threading.Thread(target=self._run_lane, args=(URGENT_LANE, URGENT_PRIORITY)))
        heart, still = self._start_heart()
        for lane in others:
            lane.start()
        try:
            self._run_lane(FIRST_LANE, None)
        finally:
            self.stop.set()
            for lane in others:
                lane.join()
            still.set()
            heart.join()

    def drain(self, *, recurring: bool = True) -> int:
        """Run every job that is due now, one after another, and return how many.

        Recurring work that is due is enqueued first, unless `recurring` is off.
        """
        heart, still = self._start_heart()
        try:
            if recurring:
                self._tend()
            done = 0
            while not self.stop.is_set() and self._run_one(FIRST_LANE, None):
                done += 1
            return done
        finally:
            still.set()
            heart.join()

    def _run_lane(self, lane: str, least_priority: int | None) -> None:
        busy = False
        tend_again = 0.0
        try:
            while not self.stop.is_set():
                try:
                    if not busy:
                        close_old_connections()
                    if lane == FIRST_LANE and time.monotonic() >= tend_again:
                        self._tend()
                        tend_again = time.monotonic() + TEND_SECONDS
                    busy = (busy or is_work_due(now=self.clock(), least_priority=least_priority)) and self._run_one(
                        lane, least_priority
                    )
                    if not busy:
                        self.stop.wait(self.poll_seconds)
                except DatabaseError as error:
                    logger.warning("jobs: the database does not answer: %s", error)
                    busy = False
                    connection.close()
                    self.stop.wait(PAUSE_WITHOUT_DATABASE_SECONDS)
        finally:
            if lane != FIRST_LANE:
                connection.close()

    def _tend(self) -> None:
        now = self.clock()
        enqueue_due(now=now)
        bury_lost_jobs(now=now)

    def _run_one(self, lane: str, least_priority: int | None) -> bool:
        job = claim_job(f"{self.name}/{lane}", lease=self.lease, now=self.clock(), least_priority=least_priority)
        if job is None:
            return False
        run_job(job, clock=self.clock)
        return True

    def _start_heart(self) -> tuple[threading.Thread, threading.Event]:
        still = threading.Event()
        heart = threading.Thread(target=self._beat, args=(still,), daemon=True)
        heart.start()
        return heart, still

    def _beat(self, still: threading.Event) -> None:
        held_by = [f"{self.name}/{lane}" for lane in [URGENT_LANE, *(f"lane{n}" for n in range(1, self.lanes + 1))]]
        try:
            while not still.wait(self.lease.total_seconds() / 3):
                try:
                    close_old_connections()
                    extend_leases(held_by, lease=self.lease, now=self.clock())
                except DatabaseError as error:
                    logger.warning("jobs: a lease could not be extended: %s", error)
        finally:
            connection.close()


def run_job(job: Job, *, clock: Clock) -> None:
    """Run one claimed job, then remove it, or put it back, or bury it."""
    try:
        call_task(job, now=clock())
    except Exception as error:
        is_foreseen = isinstance(error, MastheadError)
        if not fail_job(job, error, now=clock()):
            # What it says may name a person: it stands in the row, not in the log.
            logger.warning("job %s failed (%s) and will be tried again", job, type(error).__name__)
        elif is_foreseen:
            logger.warning("job %s is given up (%s)", job, type(error).__name__)
        else:
            logger.exception("job %s is given up", job)
        return
    if not finish_job(job):
        logger.warning("job %s outlived its lease and was taken by another worker", job)


def call_task(job: Job, *, now: datetime) -> None:
    """Call the task of a job with its arguments; with its context, if it takes one."""
    task: Task[..., Any] = import_string(job.task)
    args, kwargs = job.payload["args"], job.payload["kwargs"]
    if task.takes_context:
        task.call(TaskContext(task_result=_as_result(job, task, now=now)), *args, **kwargs)
    else:
        task.call(*args, **kwargs)


def _as_result(job: Job, task: Task[..., Any], *, now: datetime) -> TaskResult[Any]:
    return TaskResult(
        task=task,
        id=str(job.pk),
        status=TaskResultStatus.RUNNING,
        enqueued_at=job.enqueued_at,
        started_at=now,
        finished_at=None,
        last_attempted_at=now,
        args=job.payload["args"],
        kwargs=job.payload["kwargs"],
        backend=task.backend,
        errors=[],
        worker_ids=[job.leased_by] * job.attempts,
    )
