"""`masthead serve`: the site, its jobs and, in a trial, the sandbox, until it is stopped."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from masthead.config.doctor import is_behind
from masthead.config.serving import Part, PortTaken, Supervisor, python, refuse_bad_country_file, refuse_taken_port
from masthead.edge.countries import BadCountryFile


class Command(BaseCommand):
    """Serve the site."""

    help = "Serve the site: web, background jobs and, where payments are in the sandbox, the sandbox."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--web-only` and `--workers`."""
        parser.add_argument("--web-only", action="store_true", help="Leave the jobs to `masthead jobs` elsewhere.")
        parser.add_argument("--workers", type=int, default=1, help="Web processes; one a core is right.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run until SIGTERM or Ctrl-C."""
        if is_behind():
            raise CommandError("The database is behind the code. Run masthead migrate, then this again.")
        host, port = settings.MASTHEAD_BIND, settings.PORT
        parts = [Part("web", self.web_command(host, port, options["workers"]))]
        try:
            refuse_bad_country_file(settings.MASTHEAD_COUNTRY_FILE)
            refuse_taken_port(host, port, setting="PORT")
            if settings.MASTHEAD_PAYMENTS == "sandbox":
                refuse_taken_port("127.0.0.1", settings.MASTHEAD_SANDBOX_PORT, setting="MASTHEAD_SANDBOX_PORT")
                parts.append(Part("sandbox", python("-m", "masthead.config.cli", "sandbox")))
        except (BadCountryFile, PortTaken) as error:
            raise CommandError(str(error)) from error
        if not options["web_only"]:
            parts.append(Part("jobs", python("-m", "masthead.config.cli", "jobs")))
        reach = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  compared, not bound
        sys.exit(Supervisor(parts).run(ready=self.announce, health_url=f"http://{reach}:{port}/_masthead/health"))

    def web_command(self, host: str, port: int, workers: int) -> list[str]:
        """Return the command of the web server: threads, for a Django page may wait on its database."""
        return python(
            *("-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
            *("--workers", str(workers), "--blocking-threads", "8", "--backlog", "1024", "--no-ws"),
            *("--log-level", "error", "--respawn-failed-workers", "--workers-kill-timeout", "8"),
            "masthead.config.wsgi:application",
        )

    def announce(self) -> None:
        """Say where the site is."""
        self.stdout.write(self.style.SUCCESS(f"Masthead is at {settings.MASTHEAD_SITE_URL}/"))
        self.stdout.write("Stop it with Ctrl-C.")
