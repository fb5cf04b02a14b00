"""`masthead demo`: make the demonstration newsroom, say where everything is, and serve it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from masthead.demo.operations import Built, Plan, build
from masthead.demo.operations import Progress as Report
from masthead.demo.pictures.drawings import WIDTH
from masthead.rules.errors import MastheadError

TEST_CARD = "4242 4242 4242 4242, any date to come, any three digits"


class Command(BaseCommand):
    """Make and serve the demonstration."""

    help = "Make the demonstration newsroom in MASTHEAD_DATA, and serve it. Run again, it keeps what you changed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--no-serve`, and three for tests."""
        parser.add_argument("--no-serve", action="store_true", help="Make it, and leave the serving to masthead serve.")
        parser.add_argument("--staff-password", default="", help="For tests: this password for the staff.")
        parser.add_argument("--picture-width", type=int, default=WIDTH, help="For tests: narrower drawings.")
        parser.add_argument("--no-members", action="store_true", help="For tests: leave the invented members out.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Bring the tables up to date, build, say where things are, serve."""
        console = Console(stderr=False, highlight=False)
        began = time.monotonic()
        try:
            with show_progress(console) as report:
                report("Making the tables", 0, 1)
                migrate_if_behind()
                report("Making the tables", 1, 1)
                plan = Plan(
                    picture_width=options["picture_width"],
                    staff_password=options["staff_password"],
                    has_supporters=not options["no_members"],
                )
                built = build(now=timezone.now(), plan=plan, progress=report)
        except MastheadError as error:
            raise CommandError(str(error)) from error
        say_where(console, built, seconds=time.monotonic() - began)
        if not options["no_serve"]:
            call_command("serve")


def migrate_if_behind() -> None:
    """Make or update the tables, unless they are in step with the code."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def show_progress(console: Console) -> Iterator[Report]:
    """Show a bar for each step while the block runs; nothing of it stays."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        console=console,
        transient=True,
    ) as bars:
        known: dict[str, TaskID] = {}

        def report(what: str, done: int, whole: int) -> None:
            if what not in known:
                known[what] = bars.add_task(what, total=whole)
            bars.update(known[what], completed=done, total=whole)

        yield report


def say_where(console: Console, built: Built, *, seconds: float) -> None:
    """Print what stands and how to get in."""
    if built.is_new:
        said = f"{built.articles} articles, {built.community_articles} of them for members; made in {seconds:.0f} s"
    else:
        said = "It was here already; what you changed is kept"
    console.print(f"\n[bold]{built.name}[/bold]. {said}.\n")
    for name, words in list_places(built):
        console.print(f"{name:<12}{words}", soft_wrap=True)
    for note in built.notes:
        console.print(f"\n{note}", soft_wrap=True)
    console.print("\nRead five articles without signing in, and you are asked for the first time.\n")


def list_places(built: Built) -> Iterator[tuple[str, str]]:
    """List what somebody who tries the site wants to find, each with its name."""
    site = settings.MASTHEAD_SITE_URL
    yield "The paper", f"{site}/"
    yield "Join", f"{site}/join/"
    if settings.MASTHEAD_PAYMENTS == "sandbox":
        yield "Test card", TEST_CARD
        yield "Sandbox", f"{site}/sandbox/   turn the clock, see what was paid; no real money moves"
    if settings.MASTHEAD_MAILBOX:
        yield "Mailbox", f"{site}/mailbox/   every letter that was sent, with the codes to sign in"
    yield "Console", f"{site}/cms/"
    for staff in built.staff:
        secret = staff.password or "with the password that was set since"
        yield "", f"{staff.email:<28}{secret:<17}{staff.does}"
