"""Who is asked: conditions on the reader and the page, each a small named check with its own sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from masthead.rules.reading import MAX_READS
from masthead.rules.showings import Caps

Values = tuple[str | int, ...]


class Placement(StrEnum):
    """Where an appeal shows."""

    __hash__ = str.__hash__  # an enum's own is several times slower, and the hot path looks placements up

    END_OF_ARTICLE = "end-of-article"
    BANNER = "banner"
    LETTER = "letter"
    INLINE = "inline"


class Reader(NamedTuple):
    """Who opened the page, as far as appeals may know. A tuple, because one is made for every visit.

    `reads` is None where the reader refused storage, so that no count exists. `quiet_until` is the day (since 1970)
    up to which nothing is asked. Country is an ISO code in capitals, device "mobile", "tablet" or "desktop", each ""
    where it is unknown.
    """

    seed: bytes = b""
    reads: int | None = 0
    is_member: bool = False
    country: str = ""
    device: str = ""
    caps: Caps = Caps()
    quiet_until: int = 0


class Page(NamedTuple):
    """The page that was opened, and the placements it has room for. `language` is a tag in small letters: "en-gb"."""

    section: str = ""
    topics: tuple[str, ...] = ()
    language: str = ""
    placements: tuple[Placement, ...] = ()


class Facet(StrEnum):
    """The one part of reader or page that a check looks at."""

    READS = "reads"
    SECTION = "section"
    TOPICS = "topics"
    LANGUAGE = "language"
    DEVICE = "device"
    COUNTRY = "country"
    MEMBERSHIP = "membership"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of an audience: the kind of check and what it is checked against."""

    kind: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A kind of condition.

    `test` looks at `facet` and nothing else. For words it may only ask whether one of `values` is there (`language` and
    `topics` as `_language_in` and `_topic_in` do); a check of a number lists in `cuts` the numbers from which on its
    answer is another. Both are what lets the answers for all alike readers be remembered together.
    """

    facet: Facet
    test: Callable[[Reader, Page, Values], bool]
    sentence: Callable[[Values], str]
    cuts: Callable[[Values], tuple[int, ...]] | None = None

    def accepts(self, values: Values) -> bool:
        """Return whether these values make sense: one number not below 0, or at least one word."""
        if self.cuts is not None:
            return len(values) == 1 and type(values[0]) is int and 0 <= values[0] <= MAX_READS
        return bool(values) and all(isinstance(value, str) for value in values)


def _reads_at_least(reader: Reader, _page: Page, values: Values) -> bool:
    return reader.reads is not None and reader.reads >= int(values[0])


def _reads_at_most(reader: Reader, _page: Page, values: Values) -> bool:
    return reader.reads is not None and reader.reads <= int(values[0])


def _section_in(_reader: Reader, page: Page, values: Values) -> bool:
    return page.section in values


def _section_out(_reader: Reader, page: Page, values: Values) -> bool:
    return page.section not in values


def _topic_in(_reader: Reader, page: Page, values: Values) -> bool:
    return not set(page.topics).isdisjoint(values)


def _topic_out(_reader: Reader, page: Page, values: Values) -> bool:
    return set(page.topics).isdisjoint(values)


def _language_in(_reader: Reader, page: Page, values: Values) -> bool:
    return page.language in values or page.language.partition("-")[0] in values


def _device_in(reader: Reader, _page: Page, values: Values) -> bool:
    return reader.device in values


def _country_in(reader: Reader, _page: Page, values: Values) -> bool:
    return reader.country in values


def _membership_in(reader: Reader, _page: Page, values: Values) -> bool:
    return ("member" if reader.is_member else "none") in values


def _words(lead: str) -> Callable[[Values], str]:
    return lambda values: f"{lead} {' or '.join(str(value) for value in values)}"


def _number(lead: str) -> Callable[[Values], str]:
    return lambda values: f"{lead} {values[0]} {'article' if values[0] == 1 else 'articles'}"


CHECKS: Mapping[str, Check] = {
    "reads_at_least": Check(
        facet=Facet.READS,
        test=_reads_at_least,
        sentence=_number("the reader has read at least"),
        cuts=lambda values: (int(values[0]),),
    ),
    "reads_at_most": Check(
        facet=Facet.READS,
        test=_reads_at_most,
        sentence=_number("the reader has read at most"),
        cuts=lambda values: (int(values[0]) + 1,),
    ),
    "section_in": Check(facet=Facet.SECTION, test=_section_in, sentence=_words("the article is in the section")),
    "section_out": Check(facet=Facet.SECTION, test=_section_out, sentence=_words("the article is not in the section")),
    "topic_in": Check(facet=Facet.TOPICS, test=_topic_in, sentence=_words("the article is about")),
    "topic_out": Check(facet=Facet.TOPICS, test=_topic_out, sentence=_words("the article is not about")),
    "language_in": Check(facet=Facet.LANGUAGE, test=_language_in, sentence=_words("the page is in")),
    "device_in": Check(facet=Facet.DEVICE, test=_device_in, sentence=_words("the reader's device is")),
    "country_in": Check(facet=Facet.COUNTRY, test=_country_in, sentence=_words("the reader is in")),
    "membership_in": Check(facet=Facet.MEMBERSHIP, test=_membership_in, sentence=_words("the reader's membership is")),
}


def get_check(condition: Condition) -> Check | None:
    """Return the check of a condition, or None where the kind is unknown or the values make no sense to it."""
    check = CHECKS.get(condition.kind)
    return check if check is not None and check.accepts(condition.values) else None


def holds(condition: Condition, reader: Reader, page: Page) -> bool:
    """Return whether the condition is met. One that cannot be understood is met by nobody."""
    check = get_check(condition)
    return check is not None and check.test(reader, page, condition.values)
