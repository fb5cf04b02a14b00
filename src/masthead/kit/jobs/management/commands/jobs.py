"""`masthead jobs`: do the background work."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from datetime import timedelta
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from masthead.kit.jobs.operations import revive_dead_jobs
from masthead.kit.jobs.queries import count_waiting_jobs, list_dead_jobs
from masthead.kit.jobs.worker import LEASE, Worker


class Command(BaseCommand):
    """Run jobs until told to stop; SIGTERM lets the running ones finish."""

    help = "Run background jobs until stopped; SIGTERM or Ctrl-C lets the running ones finish."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be asked for."""
        parser.add_argument("--once", action="store_true", help="run what is due now, then exit")
        parser.add_argument("--lanes", type=int, default=1, help="jobs run side by side, beside the urgent one")
        parser.add_argument(
            "--lease", type=float, default=LEASE.total_seconds(), help="seconds after which a killed job runs again"
        )
        parser.add_argument("--dead", action="store_true", help="list the jobs that were given up, and why")
        parser.add_argument("--retry", action="store_true", help="let the jobs that were given up run again")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run, drain, list or revive."""
        if options["dead"]:
            self._list_dead()
            return
        if options["retry"]:
            self.stdout.write(f"{revive_dead_jobs(now=timezone.now())} jobs will run again.")
            return
        worker = Worker(lease=timedelta(seconds=options["lease"]), lanes=max(1, options["lanes"]))
        self._stop_on_signals(worker)
        if options["once"]:
            self.stdout.write(f"{worker.drain()} jobs done, {count_waiting_jobs()} waiting.")
            return
        worker.run()
        connection.close()

    def _stop_on_signals(self, worker: Worker) -> None:
        def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
            worker.stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask_to_stop)

    def _list_dead(self) -> None:
        for job in list_dead_jobs():
            reason = (job.last_error.strip().splitlines() or ["?"])[-1]
            self.stdout.write(f"{job.dead_at:%Y-%m-%d %H:%M} {job} after {job.attempts} attempts: {reason}")
