"""`masthead reconcile`: compare the ledger with the provider, and mend what was lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TextIO, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from masthead.kit.formats import format_money
from masthead.payments import operations
from masthead.payments.models import ReconciliationRun
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money

SHOWN = 50


class Command(BaseCommand):
    """Reconcile with the payment provider."""

    help = "Compare the ledger with the payment provider, object by object, and bring in what was lost."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--since` or `--all`."""
        period = parser.add_mutually_exclusive_group()
        period.add_argument(
            "--since",
            type=date.fromisoformat,
            metavar="DATE",
            help="Compare what was paid from this day on, as 2026-11-01. Else from the last complete run on, and more.",
        )
        period.add_argument("--all", action="store_true", help="Compare everything that was ever paid.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Reconcile and say what was found; the exit status is 1 while something remains unexplained."""
        provider = settings.MASTHEAD_PAYMENTS
        now = timezone.now()
        self.stdout.ending = ""
        console = Console(file=cast("TextIO", self.stdout), highlight=False, soft_wrap=not self.stdout.isatty())
        try:
            since = _choose_since(provider, options.get("since"), everything=options["all"])
            if since and since > now:
                raise CommandError("--since lies ahead.")
            console.print(f"Comparing with {provider}, {f'since {since:%Y-%m-%d %H:%M}' if since else 'all'} …")
            with console.status("0 objects"):
                run = operations.reconcile_books(provider, since=since, now=now, progress=_Ticker(console).show)
        except MastheadError as error:
            raise CommandError(str(error)) from error
        _show(console, run)
        if run.unexplained:
            raise CommandError(f"{run.unexplained} differences remain unexplained.")


class _Ticker:
    """Says how far a run has come, in a log at most every few seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told_at = timezone.now()

    def show(self, run: ReconciliationRun) -> None:
        now = timezone.now()
        if now - self._told_at >= timedelta(seconds=2):
            self._told_at = now
            self._console.print(f"  {run.looked_at} compared, {run.mended} mended, {run.unexplained} unexplained")


def _choose_since(provider: str, asked: date | None, *, everything: bool) -> datetime | None:
    if everything:
        return None
    return datetime.combine(asked, time(), tzinfo=UTC) if asked else operations.get_default_since(provider)


def _show(console: Console, run: ReconciliationRun) -> None:
    console.print(f"{run.looked_at} objects compared, {run.foreign} not ours, {run.mended} mended.")
    sums = Table("Currency", "Ledger", "Provider", "Difference", title="What was kept of what was paid")
    for row in run.sums.all():
        difference = format_money(Money(abs(row.difference_minor), row.currency)) if row.difference_minor else "none"
        sums.add_row(row.currency, format_money(row.ledger), format_money(row.provider), difference)
    if sums.row_count:
        console.print(sums)
    found = Table("What", "Reference", "Here", "There", "", title="Differences")
    for one in run.differences.order_by("mended_at", "pk")[:SHOWN]:
        cells = (one.subject, one.reference, one.ours, one.theirs, str(one.sentence))
        found.add_row(*(escape(cell) for cell in cells))
    if found.row_count:
        console.print(found)
