"""Work that recurs."""

from __future__ import annotations

from django.core.management import call_command
from django_tasks import task

from masthead.kit.jobs.schedule import every


@every(seconds=5)
@task(priority=50)
def publish_due() -> None:
    """Publish what is scheduled for now, and take down what has expired: appeals and pages alike."""
    call_command("publish_scheduled", verbosity=0)
