"""The command line: `masthead demo | serve | jobs | doctor | import-wordpress | …`."""

from __future__ import annotations

import os
import sys

from masthead.kit.env import BadSettings


def main() -> None:
    """Run one command; `masthead help` lists them all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masthead.config.settings")
    from django.core.management import execute_from_command_line

    command, *rest = sys.argv[1:] or ["help"]
    try:
        execute_from_command_line(["masthead", command.replace("-", "_"), *rest])
    except BadSettings as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
