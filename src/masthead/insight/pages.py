"""What the page of numbers shows: tiles, charts and tables, made of the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from masthead.insight.charts import Chart, make_chart
from masthead.insight.queries import AppealNumbers, ArticleNumbers, Numbers, Tally
from masthead.insight.words import say_money, say_number, say_share

SPARK_WIDTH, SPARK_HEIGHT = 180, 36
CHART_WIDTH, CHART_HEIGHT = 900, 140


@dataclass(frozen=True, slots=True)
class Tile:
    """One total: its name, the figure, what it means, and its course over the days."""

    label: str
    figure: str
    note: str
    spark: Chart


@dataclass(frozen=True, slots=True)
class NumbersPage:
    """Everything that the template shows."""

    numbers: Numbers
    tiles: tuple[Tile, ...]
    reads_chart: Chart
    days: tuple[tuple[date, Tally], ...]
    appeals: tuple[AppealNumbers, ...]
    articles: tuple[ArticleNumbers, ...]
    chart_starts_on: date
    chart_ends_on: date


def make_page(numbers: Numbers, articles: tuple[ArticleNumbers, ...]) -> NumbersPage:
    """Lay the numbers out; the newest day stands first in the table and last in the charts."""
    days = numbers.period.days
    reads = [tally.reads for _day, tally in numbers.by_day]
    dedicated = [tally.dedicated_reads for _day, tally in numbers.by_day]
    return NumbersPage(
        numbers=numbers,
        tiles=_tiles(numbers),
        reads_chart=make_chart(reads, dedicated, width=CHART_WIDTH, height=CHART_HEIGHT),
        days=tuple(reversed(numbers.by_day)),
        appeals=numbers.by_appeal,
        articles=articles,
        chart_starts_on=days[0],
        chart_ends_on=days[-1],
    )


def _tiles(numbers: Numbers) -> tuple[Tile, ...]:
    total = numbers.total
    tiles = [
        _tile(
            numbers,
            "visits",
            _("Visits"),
            _("%(share)s by dedicated readers") % {"share": say_share(total.dedicated_visits, total.visits)},
        ),
        _tile(
            numbers,
            "reads",
            _("Reads"),
            _("%(n)s by dedicated readers") % {"n": say_number(total.dedicated_reads)},
        ),
        _tile(numbers, "seen", _("Appeals seen"), _("of %(n)s shown") % {"n": say_number(total.shown)}),
        _tile(
            numbers,
            "clicked",
            _("Clicks"),
            _("%(share)s of those seen") % {"share": say_share(total.clicked, total.seen)},
        ),
        _tile(
            numbers,
            "joins",
            _("Joins"),
            ngettext("and one contribution", "and %(n)s contributions", total.contributions)
            % {"n": say_number(total.contributions)},
        ),
        *_money_tiles(numbers),
    ]
    return tuple(tiles)


def _tile(numbers: Numbers, name: str, label: str, note: str) -> Tile:
    course = [getattr(tally, name) for _day, tally in numbers.by_day]
    return Tile(label, say_number(getattr(numbers.total, name)), note, _spark(course))


def _money_tiles(numbers: Numbers) -> list[Tile]:
    language = get_language() or "en"
    tiles = []
    for money in numbers.total.money:
        course = [tally.minor_by_currency.get(money.currency, 0) for _day, tally in numbers.by_day]
        label = _("Money") if len(numbers.total.money) == 1 else _("Money, %(code)s") % {"code": money.currency}
        tiles.append(Tile(label, say_money(money, language), _("paid, less refunds"), _spark(course)))
    return tiles or [Tile(_("Money"), "–", _("nothing paid yet"), _spark([0]))]


def _spark(course: list[int]) -> Chart:
    return make_chart(course, width=SPARK_WIDTH, height=SPARK_HEIGHT)
