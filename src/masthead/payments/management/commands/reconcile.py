"""`masthead reconcile`: bring in what the provider has and we missed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from masthead.payments import operations
from masthead.rules.errors import MastheadError


class Command(BaseCommand):
    """Reconcile with the payment provider."""

    help = "Read the payment provider's recent messages and bring in what was missed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--days`."""
        parser.add_argument("--days", type=int, default=4, help="How far to look back; the provider keeps 30 days.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Reconcile and say what was found; the exit status is 1 if something could not be mended."""
        now = timezone.now()
        if not 0 < options["days"] <= 30:
            raise CommandError("--days is a number from 1 to 30.")
        try:
            found = operations.reconcile(
                settings.MASTHEAD_PAYMENTS, since=now - timedelta(days=options["days"]), now=now, everything=True
            )
        except MastheadError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{found.listed} messages listed, {found.missed} had not arrived, {found.projected} followed; "
            f"{found.settled} open checkouts read again; {found.announced} changes announced again."
        )
        if not found.is_clean:
            raise CommandError("Not mended:\n" + "\n".join(found.failures))
