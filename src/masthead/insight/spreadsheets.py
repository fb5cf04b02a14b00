"""The numbers as CSV, for spreadsheets: every count stands in one row only, so that columns may be summed."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.utils.translation import gettext as _

from masthead.insight.queries import Numbers, Tally
from masthead.insight.queries.tallies import COUNTED
from masthead.rules.money import Money

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, line: str) -> str:
        return line


def write_csv(numbers: Numbers) -> Iterator[str]:
    """Write the lines: each day's reads, then each day's showings, joins and money by appeal and variant."""
    currencies = sorted(numbers.total.minor_by_currency)
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(
        ["day", "appeal", "appeal_key", "variant", "variant_key", *COUNTED, *(f"money_{code}" for code in currencies)]
    )
    names = {
        (appeal.key, variant.key): (appeal.name, variant.name)
        for appeal in numbers.by_appeal
        for variant in appeal.variants
    }
    for day in numbers.period.days:
        if day in numbers.reads_by_day:
            yield writer.writerow([day, "", "", "", "", *_figures(numbers.reads_by_day[day], currencies)])
    for (day, appeal, variant), tally in sorted(numbers.cells.items()):
        appeal_name, variant_name = names.get((appeal, variant), (_("Not known"), ""))
        words = [appeal_name, appeal, variant_name, variant]
        yield writer.writerow([day, *map(_plain, words), *_figures(tally, currencies)])


def _figures(tally: Tally, currencies: list[str]) -> list[int | str]:
    counts: list[int | str] = [getattr(tally, name) for name in COUNTED]
    return [*counts, *(Money(tally.minor_by_currency.get(code, 0), code).text for code in currencies)]


def _plain(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
