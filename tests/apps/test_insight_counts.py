"""Counts in the site's own database: what the contract of every store does not say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.apps.count_worlds import NOW, read, showing

from masthead.insight import operations
from masthead.insight.models import HourlyReads, HourlyShowings
from masthead.insight.stores.rows import KEEP_BATCHES
from masthead.insight.stores.sql import write_batch
from masthead.kit.jobs.schedule import list_periods
from masthead.rules.counting import CountBatch

pytestmark = pytest.mark.django_db


class TestWriteBatch:
    def test_says_whether_it_added_anything(self) -> None:
        batch = CountBatch(id="once", showings={showing(): 2}, reads={read(): 3})

        assert write_batch(batch, now=NOW)
        assert not write_batch(batch, now=NOW)

        assert (HourlyShowings.objects.get().n, HourlyReads.objects.get().n) == (2, 3)

    def test_keeps_one_row_for_each_kind_of_count(self) -> None:
        for n in range(3):
            counts = {showing(): 1, showing(country=""): 1, showing(device=""): 1}
            write_batch(CountBatch(id=str(n), showings=counts, reads={}), now=NOW)

        assert list(HourlyShowings.objects.values_list("n", flat=True)) == [3, 3, 3]


class TestForgetBatches:
    def test_forgets_only_what_is_too_old_to_come_again(self) -> None:
        batch = CountBatch(id="old", showings={showing(): 1}, reads={})
        write_batch(batch, now=NOW)

        assert operations.forget_batches(now=NOW + KEEP_BATCHES) == 0
        assert operations.forget_batches(now=NOW + KEEP_BATCHES + timedelta(seconds=1)) == 1
        assert HourlyShowings.objects.get().n == 1

    def test_is_work_that_recurs(self) -> None:
        assert "masthead.insight.tasks.forget_old_batches" in list_periods()


class TestForgetTold:
    def told(self, name: str, mark: str) -> CountBatch:
        return CountBatch(id=name, showings={}, reads={}, told={mark: showing()})

    def test_forgets_marks_whose_tokens_are_dead(self) -> None:
        write_batch(self.told("a", "old"), now=NOW - timedelta(days=4))
        write_batch(self.told("b", "young"), now=NOW - timedelta(days=2))
        assert operations.forget_told(now=NOW) == 1
        assert operations.forget_told(now=NOW) == 0
        write_batch(self.told("c", "young"), now=NOW)
        assert HourlyShowings.objects.get().n == 2
