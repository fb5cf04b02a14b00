from __future__ import annotations

import pytest

from masthead.rules.audience import CHECKS, Condition, Facet, Page, Reader, get_check, holds

READER = Reader(reads=5, country="US", device="mobile")
PAGE = Page(section="politics", topics=("elections", "harbour"), language="en-gb")


class TestConditions:
    @pytest.mark.parametrize(
        ("kind", "met", "unmet"),
        [
            ("reads_at_least", (5,), (6,)),
            ("reads_at_most", (5,), (4,)),
            ("section_in", ("sport", "politics"), ("sport",)),
            ("section_out", ("sport",), ("sport", "politics")),
            ("topic_in", ("harbour", "x"), ("x",)),
            ("topic_out", ("x",), ("x", "harbour")),
            ("language_in", ("en",), ("he", "e")),
            ("language_in", ("en-gb",), ("en-us",)),
            ("device_in", ("mobile",), ("desktop",)),
            ("country_in", ("US",), ("GB",)),
            ("membership_in", ("none",), ("member",)),
        ],
    )
    def test_hold_for_whom_they_say(self, kind: str, met: tuple[str | int, ...], unmet: tuple[str | int, ...]) -> None:
        assert holds(Condition(kind, met), READER, PAGE)
        assert not holds(Condition(kind, unmet), READER, PAGE)

    def test_a_reader_without_a_count_meets_no_count(self) -> None:
        uncounted = READER._replace(reads=None)
        assert not holds(Condition("reads_at_least", (0,)), uncounted, PAGE)
        assert not holds(Condition("reads_at_most", (300,)), uncounted, PAGE)

    def test_an_unknown_country_is_in_no_country(self) -> None:
        assert not holds(Condition("country_in", ("US", "GB")), READER._replace(country=""), PAGE)

    def test_a_member_is_a_member(self) -> None:
        assert holds(Condition("membership_in", ("member",)), READER._replace(is_member=True), PAGE)

    @pytest.mark.parametrize("values", [(), ("5",), (5, 6), (-1,), (301,), (True,)])
    def test_a_number_has_to_be_one_number(self, values: tuple[str | int, ...]) -> None:
        assert get_check(Condition("reads_at_least", values)) is None

    def test_each_speaks(self) -> None:
        sentences = {kind: check.sentence((1,) if check.cuts else ("a", "b")) for kind, check in CHECKS.items()}
        assert sentences["reads_at_least"] == "the reader has read at least 1 article"
        assert sentences["topic_out"] == "the article is not about a or b"
        assert len(set(sentences.values())) == len(CHECKS)

    @pytest.mark.parametrize("kind", [kind for kind, check in CHECKS.items() if check.facet is Facet.READS])
    def test_numbers_change_their_answer_at_their_cuts_only(self, kind: str) -> None:
        check = CHECKS[kind]
        assert check.cuts is not None
        answers = [check.test(READER._replace(reads=reads), PAGE, (7,)) for reads in range(301)]
        changes = tuple(reads for reads in range(1, 301) if answers[reads] != answers[reads - 1])
        assert changes == check.cuts((7,))
