"""The backend of `django_tasks` that keeps jobs in the database of everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.utils import normalize_json

from masthead.kit.jobs.operations import JobRequest, add_job

DEFAULT_MAX_ATTEMPTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTask(Task[Any, Any]):
    """A task that says how often it may be tried: `@task(max_attempts=3)`."""

    max_attempts: int = DEFAULT_MAX_ATTEMPTS


class LeaseBackend(BaseTaskBackend):
    """Enqueues into the lease table, inside the caller's transaction: what is rolled back is never run."""

    task_class = LeaseTask
    supports_defer = True
    supports_priority = True
    supports_async_task = True
    supports_get_result = False

    def enqueue(self, task: Task[Any, Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> TaskResult[Any]:
        """Add one job; it runs after the caller's transaction is committed, at the earliest at `task.run_after`."""
        self.validate_task(task)
        now = timezone.now()
        job = add_job(
            JobRequest(
                task=task.module_path,
                args=normalize_json(list(args)),
                kwargs=normalize_json(dict(kwargs)),
                priority=task.priority,
                run_after=task.run_after or now,
                max_attempts=getattr(task, "max_attempts", DEFAULT_MAX_ATTEMPTS),
            ),
            now=now,
        )
        return TaskResult(
            task=task,
            id=str(job.pk),
            status=TaskResultStatus.READY,
            enqueued_at=job.enqueued_at,
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
