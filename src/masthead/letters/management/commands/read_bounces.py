"""`masthead read-bounces`: note which letters could not be delivered."""

from __future__ import annotations

import mailbox
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from masthead.letters.bounces import MOST_BYTES, NotAReport, read_report
from masthead.letters.operations import note_report

# sysexits.h: the mail server keeps the message and calls again.
TRY_LATER: Final = 75


class Command(BaseCommand):
    """Read one report from standard input, as a mail server pipes it, or all new ones of a Maildir.

    What is no report on a letter of ours is passed over with a word and without an error: a mail server would answer
    an error with a report of its own.
    """

    help = "Read what mail servers report of letters that could not be delivered: one on standard input, or a Maildir."
    requires_system_checks: list[str] = []
    stealth_options = ("source",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be asked for."""
        parser.add_argument("--maildir", type=Path, help="read every new message of this Maildir, and mark it as read")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read one, or all."""
        source: BinaryIO = options.get("source") or sys.stdin.buffer
        try:
            if options["maildir"] is None:
                self.stdout.write(self._read(source.read(MOST_BYTES)))
            else:
                self._read_all(options["maildir"])
        except DatabaseError as error:
            self.stderr.write(f"The database is away; try again: {type(error).__name__}")
            sys.exit(TRY_LATER)

    def _read_all(self, folder: Path) -> None:
        if not (folder / "new").is_dir():
            raise CommandError(f"{folder} is no Maildir: it has no folder “new”.")
        box = mailbox.Maildir(folder, factory=None, create=False)
        became: Counter[str] = Counter()
        for key in list(box.iterkeys()):
            letter = box[key]
            if "S" in letter.get_flags():
                continue
            became[self._read(box.get_bytes(key))] += 1
            letter.set_subdir("cur")
            letter.add_flag("S")
            box[key] = letter
        for outcome, number in sorted(became.items()):
            self.stdout.write(f"{number} × {outcome}")
        if not became:
            self.stdout.write("No new reports.")

    def _read(self, source: bytes) -> str:
        try:
            report = read_report(source)
        except NotAReport:
            return "no report on a letter of ours"
        letter = note_report(report, now=timezone.now())
        if letter is None:
            return "a letter that is forgotten"
        return "noted" if report.is_final else "only delayed"
