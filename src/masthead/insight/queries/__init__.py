"""Reading the numbers: by day, by appeal and variant, by article."""

from __future__ import annotations

from masthead.insight.queries.numbers import (
    AppealNumbers,
    ArticleNumbers,
    Numbers,
    VariantNumbers,
    get_numbers,
    list_top_articles,
)
from masthead.insight.queries.outcomes import NOT_KNOWN, Outcome, list_outcomes
from masthead.insight.queries.periods import Period, last_days
from masthead.insight.queries.sums import ReadSum, ShowingSum, list_most_read, sum_reads, sum_showings
from masthead.insight.queries.tallies import Tally

__all__ = [
    "NOT_KNOWN",
    "AppealNumbers",
    "ArticleNumbers",
    "Numbers",
    "Outcome",
    "Period",
    "ReadSum",
    "ShowingSum",
    "Tally",
    "VariantNumbers",
    "get_numbers",
    "last_days",
    "list_most_read",
    "list_outcomes",
    "list_top_articles",
    "sum_reads",
    "sum_showings",
]
