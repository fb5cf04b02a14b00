"""The page of numbers, as values: every count stands in exactly one cell, and all tables are sums of the cells."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from wagtail.models import Page

from masthead.appeals.models import Appeal
from masthead.insight.queries.outcomes import NOT_KNOWN, list_outcomes
from masthead.insight.queries.periods import Period
from masthead.insight.queries.sums import list_most_read, sum_reads, sum_showings
from masthead.insight.queries.tallies import FIELD_OF_SHOWING_FACT, FIELDS_OF_READ_FACT, Tally, sum_tallies
from masthead.insight.stores import ArticleReads
from masthead.rules.counting import ReadFact, ShowingFact

TOP_ARTICLES = 20

Cell = tuple[date, str, str]


@dataclass(frozen=True, slots=True)
class VariantNumbers:
    """One variant: its number in the appeal, or what is known of one that is no longer there."""

    key: str
    name: str
    heading: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class AppealNumbers:
    """One appeal and its variants. `pk` is None where it was deleted, or where no appeal is known."""

    key: str
    name: str
    pk: int | None
    tally: Tally
    variants: tuple[VariantNumbers, ...]

    @property
    def is_known(self) -> bool:
        """Whether a showing is known for these numbers."""
        return bool(self.key)


@dataclass(frozen=True, slots=True)
class ArticleNumbers:
    """One article: its headline and address where the site knows them."""

    article: str
    title: str
    url: str
    reads: int
    dedicated_reads: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """All numbers of a period. The sums of `by_day`, of `cells` with `reads_by_day`, and `total` are the same."""

    period: Period
    total: Tally
    by_day: tuple[tuple[date, Tally], ...]
    by_appeal: tuple[AppealNumbers, ...]
    reads_by_day: dict[date, Tally]
    cells: dict[Cell, Tally]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted."""
        return self.total.is_empty


def get_numbers(period: Period) -> Numbers:
    """Count up a period."""
    reads_by_day: defaultdict[date, Tally] = defaultdict(Tally)
    for read in sum_reads(period):
        reads_by_day[read.day].count(*FIELDS_OF_READ_FACT[ReadFact(read.what)][: 1 + read.dedicated], n=read.n)
    cells: defaultdict[Cell, Tally] = defaultdict(Tally)
    for showing in sum_showings(period):
        cell = cells[showing.day, showing.appeal, showing.variant]
        cell.count(FIELD_OF_SHOWING_FACT[ShowingFact(showing.what)], n=showing.n)
    for outcome in list_outcomes(period):
        cells[(outcome.day, *outcome.won_by)].add(outcome.tally)
    by_day = {day: Tally() for day in period.days}
    for day, tally in reads_by_day.items():
        by_day[day].add(tally)
    for (day, _appeal, _variant), tally in cells.items():
        by_day[day].add(tally)
    return Numbers(
        period=period,
        total=sum_tallies(by_day.values()),
        by_day=tuple(by_day.items()),
        by_appeal=_by_appeal(cells),
        reads_by_day=dict(reads_by_day),
        cells=dict(cells),
    )


def list_top_articles(period: Period, *, most: int = TOP_ARTICLES) -> tuple[ArticleNumbers, ...]:
    """List the articles that were read most."""
    rows = list_most_read(period, most=most)
    pages = {str(page.translation_key): page for page in Page.objects.filter(translation_key__in=_uuids(rows))}
    return tuple(
        ArticleNumbers(
            article=row.article,
            title=pages[row.article].title if row.article in pages else row.article or _("All other articles"),
            url=(pages[row.article].url or "") if row.article in pages else "",
            reads=row.reads,
            dedicated_reads=row.dedicated_reads,
        )
        for row in rows
    )


def _uuids(rows: list[ArticleReads]) -> list[UUID]:
    found = []
    for row in rows:
        try:
            found.append(UUID(row.article))
        except ValueError:
            continue
    return found


def _by_appeal(cells: dict[Cell, Tally]) -> tuple[AppealNumbers, ...]:
    tallies: defaultdict[str, dict[str, Tally]] = defaultdict(dict)
    for (_day, appeal, variant), tally in cells.items():
        tallies[appeal].setdefault(variant, Tally()).add(tally)
    keys = [int(key) for key in tallies if key.isascii() and key.isdigit() and len(key) < 18]
    known = {appeal.key: appeal for appeal in Appeal.objects.filter(pk__in=keys).prefetch_related("variants")}
    rows = [_one_appeal(key, variants, known.get(key)) for key, variants in tallies.items()]
    return tuple(sorted(rows, key=lambda row: (not row.is_known, -row.tally.seen, -row.tally.shown, row.name)))


def _one_appeal(key: str, tallies: dict[str, Tally], appeal: Appeal | None) -> AppealNumbers:
    if appeal is not None:
        name = appeal.name
    else:
        name = _("An appeal that was deleted (%(key)s)") % {"key": key} if key else _("Not known")
    there = {str(variant.key): variant for variant in appeal.variants.all()} if appeal is not None else {}
    rows = [
        VariantNumbers(variant_key, str(number), variant.heading, tallies.get(variant_key, Tally()))
        for number, (variant_key, variant) in enumerate(there.items(), start=1)
    ]
    rows += [
        VariantNumbers(variant_key, _("Removed (%(key)s)") % {"key": variant_key}, "", tally)
        for variant_key, tally in tallies.items()
        if variant_key not in there and (key, variant_key) != NOT_KNOWN
    ]
    total = sum_tallies(tallies.values())
    return AppealNumbers(key, name, appeal.pk if appeal is not None else None, total, tuple(rows))
