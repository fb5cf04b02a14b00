from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from masthead.rules.reading import MAX_DAY, MAX_READS, SPAN_DAYS, BadReadLog, ReadLog, article_key

TODAY = 20_500
A, B, C = (article_key(article) for article in ("a", "b", "c"))

keys = st.binary(min_size=4, max_size=4) | st.sampled_from([bytes([n, 0, 0, n]) for n in range(8)])
days = st.integers(TODAY - 400, TODAY) | st.integers(TODAY - 5, TODAY)
histories = st.lists(st.tuples(keys, days), max_size=60)


def replay(history: list[tuple[bytes, int]]) -> ReadLog:
    log = ReadLog()
    for key, day in history:
        log = log.read(key, day)
    return log


logs = histories.map(replay)


def crowd(count: int, *, day: int = TODAY, first: int = 0) -> ReadLog:
    return replay([((first + n).to_bytes(4, "big"), day) for n in range(count)])


class TestReading:
    def test_counts_an_article_once(self) -> None:
        assert replay([(A, TODAY), (A, TODAY), (B, TODAY), (A, TODAY)]).count(TODAY) == 2

    def test_keeps_the_newest_day_of_an_article(self) -> None:
        log = replay([(A, TODAY - 20), (A, TODAY), (A, TODAY - 10)])
        assert log.days_by_key() == {A: TODAY}

    def test_window_is_half_open(self) -> None:
        log = replay([(A, TODAY - 30), (B, TODAY - 29)])
        assert log.count(TODAY, 30) == 1
        assert log.count(TODAY - 1, 30) == 2
        assert log.count(TODAY + 1, 30) == 0

    def test_reading_again_keeps_an_article_in_the_window(self) -> None:
        log = replay([(A, TODAY - 29), (A, TODAY)])
        assert log.count(TODAY + 29, 30) == 1

    def test_reading_the_same_day_again_is_the_same_log(self) -> None:
        log = replay([(B, TODAY - 1), (A, TODAY)])
        assert log.read(A, TODAY) is log

    def test_is_not_confused_by_keys_that_overlap(self) -> None:
        log = replay([(b"abcd", TODAY), (b"efgh", TODAY)])
        assert b"cdef" not in log
        assert log.read(b"cdef", TODAY).count(TODAY) == 3

    def test_says_when_older_reads_had_to_go(self) -> None:
        assert not crowd(MAX_READS - 1).is_capped(TODAY)
        log = crowd(MAX_READS + 5)
        assert log.count(TODAY) == MAX_READS
        assert log.is_capped(TODAY)

    def test_is_exact_again_once_the_crowd_has_left_the_window(self) -> None:
        log = crowd(MAX_READS, day=TODAY - 30).read(A, TODAY)
        assert log.count(TODAY) == 1
        assert not log.is_capped(TODAY)

    def test_keeps_the_newest_when_there_are_too_many(self) -> None:
        log = crowd(MAX_READS, day=TODAY - 1).merge(crowd(50, first=1000))
        assert sum(day == TODAY for day in log.days_by_key().values()) == 50
        assert len(log) == MAX_READS

    def test_forgets_what_is_older_than_a_byte_of_days(self) -> None:
        history = [(A, TODAY - SPAN_DAYS), (B, TODAY - SPAN_DAYS + 1), (C, TODAY)]
        for order in (history, history[::-1]):
            assert set(replay(order).days_by_key()) == {B, C}

    @pytest.mark.parametrize("day", [-1, MAX_DAY + 1])
    def test_refuses_a_day_that_cannot_be(self, day: int) -> None:
        with pytest.raises(ValueError, match="A day is"):
            ReadLog().read(A, day)

    def test_trims_to_a_day(self) -> None:
        log = replay([(A, TODAY - 40), (B, TODAY - 1), (C, TODAY)])
        assert log.since(TODAY - 50) is log
        assert set(log.since(TODAY - 1).days_by_key()) == {B, C}
        assert log.since(TODAY + 1) == ReadLog()

    @given(histories, st.integers(1, SPAN_DAYS))
    @settings(deadline=None)
    def test_count_is_that_of_a_plain_set(self, history: list[tuple[bytes, int]], window: int) -> None:
        kept = {key for key, day in history if day > TODAY - window}
        log = replay(history).read(A, TODAY)
        assert log.count(TODAY, window) == len(kept | {A})

    @given(logs, st.integers(1, 60))
    def test_trimming_to_the_window_changes_no_count(self, log: ReadLog, window: int) -> None:
        assert log.since(TODAY - window + 1).count(TODAY, window) == log.count(TODAY, window)


class TestMerging:
    @given(logs, logs)
    def test_is_commutative(self, one: ReadLog, other: ReadLog) -> None:
        assert one.merge(other) == other.merge(one)

    @given(logs, logs, logs)
    @settings(deadline=None)
    def test_is_associative(self, one: ReadLog, two: ReadLog, three: ReadLog) -> None:
        assert one.merge(two).merge(three) == one.merge(two.merge(three))

    @given(logs)
    def test_is_idempotent(self, log: ReadLog) -> None:
        assert log.merge(log) == log
        assert log.merge(ReadLog()) == log

    @given(logs, keys, days)
    def test_reading_is_merging_one_read(self, log: ReadLog, key: bytes, day: int) -> None:
        assert log.read(key, day) == log.merge(ReadLog().read(key, day))

    @given(st.lists(st.tuples(st.integers(0, 400), st.integers(TODAY - 2, TODAY)), max_size=900), st.data())
    @settings(deadline=None, max_examples=30)
    def test_stays_a_semilattice_when_there_are_too_many(
        self, reads: list[tuple[int, int]], data: st.DataObject
    ) -> None:
        history = [(number.to_bytes(4, "big"), day) for number, day in reads]
        cuts = sorted(data.draw(st.lists(st.integers(0, len(history)), min_size=2, max_size=2)))
        one, two, three = (replay(history[i:j]) for i, j in ((0, cuts[0]), (cuts[0], cuts[1]), (cuts[1], None)))
        whole = replay(history)
        assert one.merge(two).merge(three) == whole
        assert three.merge(one).merge(two.merge(one)) == whole

    @given(histories, st.randoms(use_true_random=False))
    @settings(deadline=None)
    def test_no_order_of_reading_matters(self, history: list[tuple[bytes, int]], random: object) -> None:
        shuffled = list(history)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        assert replay(shuffled) == replay(history)


class TestEncoding:
    @given(logs)
    def test_comes_back_the_same(self, log: ReadLog) -> None:
        data = log.encode()
        assert ReadLog.decode(data) == log
        assert ReadLog.from_sealed(data) == log

    @given(logs)
    def test_takes_five_bytes_a_read(self, log: ReadLog) -> None:
        assert len(log.encode()) == 2 + 5 * len(log)

    @given(st.binary(max_size=200) | st.binary(min_size=1480, max_size=1600))
    @example(b"")
    @example(b"\0\0" + b"aaaaaaaa" + b"\0\0")
    @example(b"\0\0" + b"abcd" + b"\x02")
    @settings(deadline=None)
    def test_hostile_bytes_raise_one_error(self, data: bytes) -> None:
        try:
            log = ReadLog.decode(data)
        except BadReadLog:
            return
        assert log.encode() == data

    @given(st.integers(0, 310), st.binary(min_size=1600, max_size=1600), st.integers(0, MAX_DAY))
    @settings(deadline=None)
    def test_bytes_of_the_right_length_never_crash(self, reads: int, noise: bytes, today: int) -> None:
        log = ReadLog.from_sealed(noise[: 2 + 5 * reads])
        assert 0 <= log.count(today) <= reads
        log.since(today)
        log.read(A, today)
        with pytest.raises(BadReadLog):
            ReadLog.from_sealed(noise[: 3 + 5 * reads])

    def test_keys_are_four_bytes_whatever_the_article_is_called(self) -> None:
        assert {len(article_key(name)) for name in ("", "7", "é" * 200, "\ud800")} == {4}


class TestReadEncoded:
    """The hot path's way through the bytes."""

    @given(histories, keys, st.integers(-3, 300), st.integers(1, SPAN_DAYS))
    def test_is_what_the_steps_do_one_after_the_other(
        self, history: list[tuple[bytes, int]], key: bytes, later: int, window_days: int
    ) -> None:
        log = replay(history)
        today = (log.newest_day or TODAY) + later
        window = log.since(today - window_days + 1)
        after = window.read(key, today)
        data, reads, is_new = ReadLog.read_encoded(log.encode(), key, today, window_days)
        assert (data, reads, is_new) == (after.encode(), after.count(today, window_days), key not in window)

    @pytest.mark.parametrize("reads", [MAX_READS - 1, MAX_READS])
    def test_keeps_no_more_than_fit(self, reads: int) -> None:
        data, count, is_new = ReadLog.read_encoded(crowd(reads, day=TODAY - 1).encode(), C, TODAY, 30)
        assert (len(ReadLog.decode(data)), count, is_new) == (MAX_READS, MAX_READS, True)

    @pytest.mark.parametrize("data", [b"", b"x", b"xy123"])
    def test_refuses_a_length_that_cannot_be(self, data: bytes) -> None:
        with pytest.raises(BadReadLog):
            ReadLog.read_encoded(data, A, TODAY, 30)
