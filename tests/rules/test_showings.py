from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.rules.showings import (
    CAP_BYTES,
    MAX_APPEALS_REMEMBERED,
    MAX_ARTICLE_BYTES,
    BadShowing,
    Cap,
    Caps,
    Showing,
    appeal_mark,
    article_for_showing,
)

TODAY = 20_500
SPRING, GALA = appeal_mark("spring"), appeal_mark("gala")

words = st.text(st.characters(exclude_characters="\0"), max_size=40)
showings = st.builds(
    Showing, words, words, words, st.text(max_size=200), st.integers(0, 2**32 - 1), st.binary(min_size=8, max_size=8)
)


class TestShowing:
    @given(showings)
    def test_comes_back_the_same(self, showing: Showing) -> None:
        assert Showing.decode(showing.encode()) == showing

    @given(st.binary(max_size=120))
    def test_hostile_bytes_raise_one_error(self, data: bytes) -> None:
        try:
            showing = Showing.decode(data)
        except BadShowing:
            return
        assert showing.encode() == data

    def test_another_version_is_not_read(self) -> None:
        data = Showing("spring", "a", "banner", "7", 1, b"nonce678").encode()
        with pytest.raises(BadShowing):
            Showing.decode(b"\x02" + data[1:])

    @given(st.text(max_size=200))
    def test_carries_an_article_whole_where_it_fits(self, article: str) -> None:
        carried = article_for_showing(article)
        assert len(carried) <= MAX_ARTICLE_BYTES
        if len(article.encode("utf-8", "replace")) <= MAX_ARTICLE_BYTES and article.isprintable():
            assert carried.decode() == article

    def test_cuts_an_article_between_characters(self) -> None:
        assert article_for_showing("x" + "😀" * 200) == ("x" + "😀" * 149).encode()


class TestCaps:
    def test_know_nothing_of_an_appeal_never_shown(self) -> None:
        assert Caps().shown(GALA, TODAY, 30).get(SPRING) is None

    def test_count_showings_that_follow_each_other(self) -> None:
        caps = Caps().shown(SPRING, TODAY, 30).shown(GALA, TODAY, 30).shown(SPRING, TODAY + 29, 30)
        assert caps.get(SPRING) == Cap(2, TODAY + 29, 0)
        assert caps.get(GALA) == Cap(1, TODAY, 0)

    def test_begin_anew_after_a_rest(self) -> None:
        caps = Caps().shown(SPRING, TODAY, 30).shown(SPRING, TODAY, 30).shown(SPRING, TODAY + 30, 30)
        assert caps.get(SPRING) == Cap(1, TODAY + 30, 0)

    def test_keep_the_longest_quiet(self) -> None:
        caps = Caps().quieted(SPRING, TODAY + 7).quieted(SPRING, TODAY + 3).shown(SPRING, TODAY, 30)
        assert caps.get(SPRING) == Cap(1, TODAY, TODAY + 7)

    def test_remember_the_appeals_touched_last(self) -> None:
        caps = Caps().shown(SPRING, TODAY, 30)
        for n in range(MAX_APPEALS_REMEMBERED):
            caps = caps.shown(appeal_mark(f"appeal {n}"), TODAY, 30)
        assert caps.get(SPRING) is None
        assert caps.get(appeal_mark("appeal 0")) is not None
        assert len(caps.entries) == MAX_APPEALS_REMEMBERED * CAP_BYTES

    def test_numbers_too_large_stay_the_largest(self) -> None:
        caps = Caps().quieted(SPRING, TODAY + 10**6)
        for _ in range(300):
            caps = caps.shown(SPRING, TODAY, 30)
        assert caps.get(SPRING) == Cap(255, TODAY, 65_535)

    @given(st.lists(st.tuples(st.sampled_from(["spring", "gala", "x"]), st.integers(0, 40)), max_size=40))
    def test_never_allow_more_than_the_cap_in_any_span(self, wishes: list[tuple[str, int]]) -> None:
        """Shown whenever its own cap of 3 in 10 days allows it, an appeal shows at most 3 times in any 10 days."""
        caps, given_on = Caps(), []
        for appeal, days_later in sorted(wishes, key=lambda wish: wish[1]):
            today = TODAY + days_later
            mark = appeal_mark(appeal)
            cap = caps.get(mark)
            if cap is None or cap.showings < 3 or today >= cap.last_day + 10:
                caps = caps.shown(mark, today, 10)
                given_on.append((appeal, today))
        for appeal, day in given_on:
            assert sum(other == appeal and day <= on < day + 10 for other, on in given_on) <= 3
