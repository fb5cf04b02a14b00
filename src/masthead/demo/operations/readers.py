"""Counts of imagined readers, so that the page of numbers shows something on the first day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from masthead.appeals.models import Appeal
from masthead.demo.content import Newspaper
from masthead.demo.operations.pages import HELD_ON_FRONT
from masthead.demo.readership import ReadArticle, ShownVariant, imagine_counts
from masthead.demo.traces import Traces
from masthead.insight.stores import get_store
from masthead.newsroom.models import ArticlePage

BATCH = "demo-readers"
# Of the dedicated visits that each variant meets, is seen at, and makes click.
_MET = {
    "the-letter": (0.4, 0.57, 0.021),
    "the-short-one": (0.4, 0.59, 0.016),
    "no-wall": (0.13, 0.88, 0.011),
    "the-desk": (0.035, 0.96, 0.052),
}


def add_counts(paper: Newspaper, traces: Traces, *, now: datetime) -> None:
    """Add five weeks of counts, unless that was done before. Safe to repeat.

    They are sums like all others, and stand in the rows of the imagined articles and appeals.
    """
    if traces.has("counts", BATCH):
        return
    local = now.astimezone(timezone.get_default_timezone())
    batch = imagine_counts(
        list(_list_articles(paper, traces)), list(_list_variants(paper, traces)), now=local, seed=BATCH
    )
    with transaction.atomic():
        traces.note("counts", BATCH)
        get_store().write(batch)


def _list_articles(paper: Newspaper, traces: Traces) -> Iterator[ReadArticle]:
    zone = timezone.get_default_timezone()
    for told in paper.articles:
        page = ArticlePage.objects.filter(pk=traces.find("article", told.slug) or 0).first()
        if page is not None and page.published_at is not None:
            talked_about = 3.0 if told.slug == HELD_ON_FRONT else 1.0
            yield ReadArticle(page.article_key, told.section, page.published_at.astimezone(zone), talked_about)


def _list_variants(paper: Newspaper, traces: Traces) -> Iterator[ShownVariant]:
    for told in paper.appeals:
        appeal = Appeal.objects.filter(pk=traces.find("appeal", told.key) or 0).first()
        if appeal is None:
            continue
        for key in appeal.variants.values_list("key", flat=True):
            if key in _MET:
                yield ShownVariant(appeal.key, key, told.placements[0], *_MET[key])
