"""The import on the screen: a bar on a terminal, plain lines in a log, tables at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO, cast

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from masthead.newsroom.importers.wordpress.report import Report
from masthead.newsroom.importers.wordpress.telling import (
    Line,
    list_what_came_in,
    list_what_was_left_out,
    tell_closing,
    tell_note,
)

_NOTES_SHOWN = 20
# In a log, at most one line in so many seconds.
_QUIET_SECONDS = 5.0


class Screen:
    """Watches an import and shows its report."""

    def __init__(
        self, out: OutputWrapper, *, every_note: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        out.ending = ""
        self._console = Console(file=cast("TextIO", out), highlight=False, soft_wrap=not out.isatty())
        self._every_note = every_note
        self._clock = clock
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._title = ""
        self._total = 0
        self._told_at = 0.0

    def begin(self, title: str, total: int) -> None:
        """Begin a stage."""
        self._title, self._total, self._told_at = title, total, self._clock()
        if not self._console.is_terminal:
            self._console.print(escape(f"{title} …"))
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=self._console)
        self._task = self._bar.add_task(escape(title), total=total or None)
        self._bar.start()

    def reach(self, done: int) -> None:
        """Show how far the stage has come."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done)
            return
        if self._total and self._clock() - self._told_at >= _QUIET_SECONDS:
            self._told_at = self._clock()
            self._console.print(escape(f"{self._title}: {min(100, done * 100 // self._total)} %"))

    def end(self) -> None:
        """End the stage."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def show(self, report: Report) -> None:
        """Show the tables, the notes and the closing sentence."""
        came_in = _("What would come in") if report.dry_run else _("What came in")
        self._table(came_in, list_what_came_in(report))
        if left_out := list_what_was_left_out(report):
            self._table(_("What was left out, and why"), left_out)
        self._notes(report)
        self._console.print()
        self._console.print(escape(tell_closing(report)))

    def _table(self, title: str, lines: list[Line]) -> None:
        table = Table(title=escape(title), title_justify="left", title_style="bold", show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(justify="right")
        table.add_column(overflow="fold")
        for line in lines:
            table.add_row(escape(line.what), str(line.count), escape(line.why))
        self._console.print()
        self._console.print(table)

    def _notes(self, report: Report) -> None:
        if not report.notes:
            return
        self._console.print()
        self._console.print(escape(_("To look at:")), style="bold")
        shown = report.notes if self._every_note else report.notes[:_NOTES_SHOWN]
        if self._console.is_terminal:
            grid = Table.grid(padding=(0, 2, 0, 0))
            grid.add_column(max_width=34, no_wrap=True, overflow="ellipsis")
            grid.add_column(overflow="fold")
            for note in shown:
                grid.add_row(escape(note.article), escape(tell_note(note)))
            self._console.print(grid)
        else:
            for note in shown:
                self._console.print(escape(f"{note.article}: {tell_note(note)}"))
        if rest := len(report.notes) - len(shown):
            self._console.print(escape(_("… and %(count)d more; -v 2 shows them all.") % {"count": rest}))
