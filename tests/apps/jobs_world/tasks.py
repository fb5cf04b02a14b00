"""What recurs in this world. Loaded by its worker processes only."""

from __future__ import annotations

from django_tasks import task
from tests.apps.jobs_world.samples import tell

from masthead.kit.jobs.schedule import every


@every(seconds=1)
@task()
def tick() -> None:
    tell("start", "tick")
