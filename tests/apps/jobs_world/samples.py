"""Tasks that tell a file what they do."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import ClassVar

from django_tasks import TaskContext, task

from masthead.rules.errors import MastheadError


class Refused(MastheadError):
    """This is not possible, now or ever."""


class NotYet(MastheadError):
    """This is not possible now."""

    retriable: ClassVar[bool] = True


calls: list[object] = []


def tell(*words: object) -> None:
    with Path(os.environ["JOBS_LOG"]).open("a") as log:
        log.write(" ".join(str(word) for word in (time.time(), os.getpid(), *words)) + "\n")


@task()
def sleep(name: str, seconds: float) -> None:
    tell("start", name)
    time.sleep(seconds)
    tell("end", name)


@task()
def note(name: str) -> None:
    calls.append(name)


@task(takes_context=True)
def note_attempt(context: TaskContext) -> None:
    calls.append(context.attempt)
    if context.attempt < 3:
        raise OSError("the wire is cut")


@task(max_attempts=3)
def fail(how: str) -> None:
    calls.append(how)
    raise {"refused": Refused, "not yet": NotYet, "broken": ZeroDivisionError}[how]


@task()
async def note_later(name: str) -> None:
    calls.append(name)
