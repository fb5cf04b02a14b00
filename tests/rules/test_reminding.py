"""The three letters about a payment that failed: each once, in order, apart, and not for ever."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.rules.pledges import GRACE
from masthead.rules.reminding import APART, STEPS, choose_step

FAILED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def run(days: list[float]) -> list[tuple[float, int]]:
    """Return on which days which letter goes out, where the job runs on these days."""
    told: dict[int, datetime] = {}
    went = []
    for day in days:
        now = FAILED + day * DAY
        step = choose_step(unpaid_since=FAILED, told=told, now=now)
        if step is not None:
            assert step not in told
            told[step] = now
            went.append((day, step))
    return went


class TestChooseStep:
    @pytest.mark.parametrize(
        ("days", "went"),
        [
            ([0, 1, 5, 6, 12, 13, 20], [(0, 0), (5, 1), (12, 2)]),
            ([4.9, 5, 7.8, 7.9, 12], [(4.9, 0), (7.9, 1), (12, 2)]),
            ([6, 12], [(6, 1), (12, 2)]),
            ([11, 12, 13.9, 14], [(11, 1), (14, 2)]),
            ([13, 20], [(13, 2)]),
            ([21, 90], []),
            ([-1, 0, 1], [(-1, 0)]),
            ([12, 20, 5, 0], [(12, 2)]),
            ([6, 1, 2], [(6, 1)]),
        ],
    )
    def test_goes_by_the_days(self, days: list[float], went: list[tuple[float, int]]) -> None:
        assert run(days) == went

    @given(st.lists(st.floats(-5, 40), max_size=30))
    def test_brings_each_once_in_order_apart_and_within_the_grace(self, days: list[float]) -> None:
        went = run(days)
        steps = [step for _day, step in went]
        assert steps == sorted(set(steps))
        moments = [day for day, _step in went]
        assert all(later - earlier >= APART / DAY for earlier, later in itertools.pairwise(moments))
        assert all(day < GRACE / DAY for day in moments)
        assert all(day >= STEPS[step] / DAY for day, step in went if step)

    @given(st.floats(0.01, 3))
    def test_brings_all_three_where_the_job_runs_every_few_days(self, every: float) -> None:
        assert len(run([every * number for number in range(int(21 / every) + 1)])) == len(STEPS)
