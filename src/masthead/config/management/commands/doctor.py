"""`masthead doctor`: what is unsafe for production, and why."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from masthead.config.doctor import Weight, examine


class Command(BaseCommand):
    """Say what is unsafe for production."""

    help = "Say what is unsafe for production, why, and what to do. Ends with status 1 if anything is."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print one paragraph a finding."""
        found = examine()
        for finding in found:
            colour = self.style.ERROR if finding.weight is Weight.UNSAFE else self.style.WARNING
            self.stdout.write(f"{colour(finding.weight.upper())}  {finding.what}.")
            self.stdout.write(f"        {finding.why}")
            self.stdout.write(f"        {finding.remedy}")
        unsafe = sum(finding.weight is Weight.UNSAFE for finding in found)
        if unsafe:
            self.stdout.write(f"\nNot ready for production: {unsafe} unsafe, {len(found) - unsafe} advised.")
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS(f"Safe for production ({len(found)} advised)."))
