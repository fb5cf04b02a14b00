"""Ask for a job by the name of its task, from below the module that holds it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.module_loading import import_string
from django_tasks.base import Task


def run_later(path: str, *args: Any, priority: int | None = None, run_after: datetime | None = None) -> None:
    """Enqueue the task at the dotted `path` in the caller's transaction.

    For operations: their app's `tasks` module stands above them, so they name it instead of importing it.
    """
    task: Task[..., Any] = import_string(path)
    task.using(priority=priority, run_after=run_after).enqueue(*args)
