"""`masthead edge`: the hot path alone, beside a site that runs elsewhere."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from masthead.config.serving import PortTaken, python, refuse_bad_country_file, refuse_taken_port
from masthead.edge.countries import BadCountryFile


class Command(BaseCommand):
    """Serve the hot path alone."""

    help = "Serve the hot path alone: visits, beacons and the tag, without Django and without a database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--workers`."""
        parser.add_argument("--workers", type=int, default=1, help="Processes; one a core is right.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Become the server."""
        host, port = settings.MASTHEAD_BIND, settings.MASTHEAD_EDGE_PORT
        try:
            refuse_bad_country_file(settings.MASTHEAD_COUNTRY_FILE)
            refuse_taken_port(host, port, setting="MASTHEAD_EDGE_PORT")
        except (BadCountryFile, PortTaken) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Edge is at http://{host}:{port}/_masthead/ and asks {settings.MASTHEAD_EDGE_SITE}/")
        self.stdout.flush()
        command = python(
            *("-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
            *("--workers", str(options["workers"]), "--blocking-threads", "4", "--backlog", "1024", "--no-ws"),
            *("--log-level", "error", "--respawn-failed-workers", "--workers-kill-timeout", "8"),
            "masthead.config.edge_wsgi:application",
        )
        # The process becomes the server: nothing of Django stays in it.
        os.execv(command[0], command)  # noqa: S606  our own command
