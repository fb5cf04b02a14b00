"""`masthead import-wordpress FILE`: bring in a WordPress export."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from masthead.newsroom.importers.wordpress.console import Screen
from masthead.newsroom.importers.wordpress.importing import Options, import_wordpress
from masthead.rules.errors import MastheadError


class Command(BaseCommand):
    """Bring in a WordPress export (WXR): articles, authors, sections, topics, pictures and old addresses."""

    help = (
        "Bring in a WordPress export (Tools > Export > All content). Nothing that was not public becomes public. "
        "Run it as often as you like: what is here is left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the .xml file that WordPress exported")
        parser.add_argument(
            "--no-images",
            action="store_false",
            dest="images",
            help="fetch no pictures now; a later run without this adds them to articles nobody has edited",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would come in, and change nothing")
        parser.add_argument(
            "--section-default",
            default=_("News"),
            metavar="NAME",
            help="section of articles that have no category (default: %(default)s)",
        )
        parser.add_argument(
            "--allow-private-images",
            action="store_true",
            help="fetch pictures from addresses of the own network too",
        )
        parser.add_argument(
            "--mend",
            action="store_true",
            help="leave out control characters and bytes that XML forbids, instead of refusing the file",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, then say what came in and what did not."""
        screen = Screen(self.stdout, every_note=options["verbosity"] > 1)
        names = ("images", "dry_run", "section_default", "allow_private_images", "mend")
        chosen = Options(**{name: options[name] for name in names})
        try:
            report = import_wordpress(options["file"], chosen, now=timezone.now(), watcher=screen)
        except MastheadError as error:
            raise CommandError(str(error)) from error
        screen.show(report)
        if report.stopped:
            sys.exit(130)
