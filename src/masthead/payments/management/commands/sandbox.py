"""`masthead sandbox`: the payment service of a trial, on loopback."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from masthead.payments.sandbox.serve import serve
from masthead.payments.sandbox.wiring import make_configured_app


class Command(BaseCommand):
    """Serve the sandbox."""

    help = "Serve the sandbox, which answers like Stripe's API and moves no money. `masthead serve` starts it."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        if settings.MASTHEAD_PAYMENTS != "sandbox":
            raise CommandError("Payments go by Stripe here, so there is no sandbox. Set MASTHEAD_PAYMENTS=sandbox.")
        serve(
            make_configured_app(api=True),
            port=settings.MASTHEAD_SANDBOX_PORT,
            ready=lambda url: self.stdout.write(f"The sandbox answers at {url}."),
        )
