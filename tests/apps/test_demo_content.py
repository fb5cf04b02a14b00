"""The demonstration's paper: complete, consistent, and fit to be read."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.community.benefits import Benefit
from masthead.demo.content import Article, BadContent, load_newspaper
from masthead.demo.dates import get_edition_day, get_moment
from masthead.demo.pictures.drawings import DRAWINGS, PORTRAITS
from masthead.demo.prose import (
    BadProse,
    Heading,
    Items,
    Paragraph,
    Picture,
    Quote,
    Target,
    list_targets,
    parse_prose,
    render_line,
    to_plain,
    typeset,
)
from masthead.newsroom.models import Hue, StripStyle

PAPER = load_newspaper()
SLUGS = {
    "article": {article.slug for article in PAPER.articles},
    "author": {author.slug for author in PAPER.authors},
    "section": {section.slug for section in PAPER.sections},
    "topic": {topic.slug for topic in PAPER.topics},
}
BANNED = (
    "lorem", "ipsum", "testament to", "in a world", "delve", "tapestry", "game-changer", "at the end of the day",
    "needless to say", "nestled", "bustling", "vibrant", "more than just", "—", "...", "TODO", "http",
)  # fmt: skip


def words_of(article: Article) -> str:
    """All words of the body, a block a line."""
    return "\n".join(text for block in article.blocks for text in texts_of(block))


def texts_of(block: object) -> list[str]:
    match block:
        case Paragraph(text) | Heading(text):
            return [to_plain(text)]
        case Quote(text, attribution):
            return [text, attribution]
        case Items(items, _):
            return [to_plain(item) for item in items]
        case Picture(_, caption, alt):
            return [caption, alt]
    raise AssertionError(block)


def find(slug: str) -> Article:
    return next(article for article in PAPER.articles if article.slug == slug)


def list_of(article: Article, *, containing: str) -> list[str]:
    """The items of the one list that holds these words."""
    found = [
        block.items for block in article.blocks if isinstance(block, Items) and containing in " ".join(block.items)
    ]
    assert len(found) == 1
    return list(found[0])


def dollars(text: str) -> list[int]:
    return [int(amount.replace(",", "")) for amount in re.findall(r"\$([\d,]+)", text)]


class TestThePaper:
    def test_has_what_a_newspaper_needs(self) -> None:
        assert len(PAPER.articles) >= 26
        assert len(PAPER.sections) >= 6
        assert sum(article.is_community_only for article in PAPER.articles) >= 5
        assert len(PAPER.authors) >= 7
        assert 10 <= len(PAPER.topics) <= 14

    def test_uses_each_headline_and_each_moment_once(self) -> None:
        assert max(Counter(article.title for article in PAPER.articles).values()) == 1
        assert max(Counter((article.days_ago, article.at) for article in PAPER.articles).values()) == 1

    def test_has_something_in_every_section_and_by_everyone(self) -> None:
        assert {article.section for article in PAPER.articles} == SLUGS["section"]
        assert {author for article in PAPER.articles for author in article.authors} == SLUGS["author"]
        assert {topic for article in PAPER.articles for topic in article.topics} == SLUGS["topic"]
        assert min(Counter(article.section for article in PAPER.articles).values()) >= 4

    def test_is_written_in_several_registers(self) -> None:
        kickers = {article.kicker for article in PAPER.articles}
        assert {"Investigation", "Explainer", "Profile", "Match report", "Recipe", "Obituary", "Editorial"} <= kickers

    def test_draws_everyone(self) -> None:
        assert {author.face for author in PAPER.authors} == set(PORTRAITS)
        assert all(len(author.biography) >= 2 and author.alt and author.line for author in PAPER.authors)

    def test_names_colours_and_strips_that_there_are(self) -> None:
        assert {one.hue for one in (*PAPER.sections, *PAPER.topics)} <= set(Hue.values)
        assert {section.strip for section in PAPER.sections} <= set(StripStyle.values)

    def test_draws_no_article_twice(self) -> None:
        assert max(Counter(article.picture.drawing for article in PAPER.articles).values()) == 1

    def test_house_ads_lead_somewhere(self) -> None:
        for ad in PAPER.house_ads:
            assert ad.target.slug in SLUGS[ad.target.kind]
            assert ad.drawing in DRAWINGS
            assert ad.alt


@pytest.mark.parametrize("article", PAPER.articles, ids=lambda article: article.slug)
class TestAnArticle:
    def test_is_as_long_as_a_real_one(self, article: Article) -> None:
        assert 350 <= len(words_of(article).split()) <= 900
        assert 8 <= len(article.title) <= 90
        assert 40 <= len(article.standfirst) <= 280
        assert len(article.kicker) <= 60

    def test_is_filed_under_what_there_is(self, article: Article) -> None:
        assert article.section in SLUGS["section"]
        assert set(article.authors) <= SLUGS["author"]
        assert set(article.topics) <= SLUGS["topic"]
        assert article.authors
        assert article.topics
        assert article.access in {"everyone", "community"}

    def test_has_a_picture_that_is_described(self, article: Article) -> None:
        pictures = [article.picture, *(block for block in article.blocks if isinstance(block, Picture))]
        for picture in pictures:
            assert picture.drawing in DRAWINGS
            assert 30 <= len(picture.alt) <= 250
            assert picture.alt.endswith(".")
            assert 10 <= len(picture.caption) <= 400

    def test_points_at_what_there_is(self, article: Article) -> None:
        for target in list_targets(article.source):
            assert target.slug in SLUGS[target.kind]
            assert target.slug != article.slug

    def test_sets_its_quotation_marks_in_pairs(self, article: Article) -> None:
        for block in article.blocks:
            for text in texts_of(block):
                assert text.count("“") == text.count("”"), text
                assert '"' not in text

    def test_avoids_the_words_that_nobody_misses(self, article: Article) -> None:
        everything = f"{article.title}\n{article.standfirst}\n{words_of(article)}".lower()
        assert [word for word in BANNED if word.lower() in everything] == []

    def test_is_more_than_paragraphs(self, article: Article) -> None:
        kinds = {type(block) for block in article.blocks}
        assert len(kinds) >= 2 or article.kicker == "Bettina Krale"


class TestTheNumbers:
    def test_of_the_budget_add_up_to_a_dollar(self) -> None:
        lines = list_of(find("a-dollar-in-a-hundred-cents"), containing="interest")
        assert sum(int(line.split("**")[1].split()[0]) for line in lines) == 100
        assert round(sum(float(re.findall(r"\$([\d.]+) million", line)[0]) for line in lines), 1) == 41.1

    def test_of_the_wall_add_up(self) -> None:
        phases = {range(148, 208): 960_000, range(187, 248): 976_000}
        assert all(len(phase) * 16_000 == cost for phase, cost in phases.items())
        both = set(range(148, 208)) & set(range(187, 248))
        assert (len(both), len(both) * 4, len(both) * 16_000) == (21, 84, 336_000)
        assert "panels 148 to 207" in words_of(find("sea-wall-paid-twice"))

    def test_of_the_council_add_up_to_fifteen(self) -> None:
        text = words_of(find("budget-night"))
        sides = [re.split(", | and ", side) for side in re.findall(r"(?:amended|Against): ([^.]+)\.", text)]
        assert [len(side) for side in sides] == [8, 7]

    def test_of_the_stand_add_up(self) -> None:
        *costs, _tea = list_of(find("the-stand-that-came-by-sea"), containing="barge")
        assert sum(amount for line in costs for amount in dollars(line)) == 18_900

    def test_of_the_paper_itself_balance(self) -> None:
        letter = find("where-your-six-dollars-go")
        came_in = list_of(letter, containing="Members:")
        went_out = list_of(letter, containing="People:")
        assert sum(dollars(line)[0] for line in came_in) == 412_000
        assert sum(dollars(line)[0] for line in went_out) == 412_000
        assert sum(int(share) for line in came_in for share in re.findall(r"(\d+) per cent", line)) == 100

    def test_of_the_boats_costs_leave_what_is_said(self) -> None:
        lines = list_of(find("ten-years-of-the-harbour-book"), containing="Bait")
        pairs = [[int(n) for n in re.findall(r"\b(\d{1,2})\b", line)][:2] for line in lines]
        assert (100 - sum(one for one, _ in pairs), 100 - sum(two for _, two in pairs)) == (30, 17)

    def test_of_the_rowers_add_up(self) -> None:
        said = words_of(find("four-hundred-and-sixty-one-years"))
        ages = re.findall(r"(?:at|[a-z],) (\d\d)[; ,.]", said.split("That makes 461 years", 1)[0])
        assert sum(map(int, ages)) == 461

    def test_of_the_walk_add_up(self) -> None:
        legs = re.findall(r"\((\d\.\d) km\)", words_of(find("three-quays-before-lunch")))
        assert round(sum(map(float, legs)), 1) == 7.4

    def test_of_the_overdue_book_are_right(self) -> None:
        assert round(18_628 * 0.05, 2) == 931.40
        assert "$931.40" in find("fifty-one-years-overdue").standfirst


class TestAsking:
    def test_offers_what_is_agreed(self) -> None:
        prices = {
            (tier.key, price.interval): (price.floor, price.suggested) for tier in PAPER.tiers for price in tier.prices
        }
        assert prices["community", "month"] == (6, (6, 12, 20))
        assert prices["community", "year"] == (60, (60, 120, 200))
        assert prices["community", "once"] == (5, (10, 25, 50))
        assert prices["patron", "month"] == (25, (25, 40, 60))
        assert {benefit for tier in PAPER.tiers for benefit in tier.benefits} == set(Benefit)

    def test_says_the_true_number_in_every_wording(self) -> None:
        for appeal in PAPER.appeals:
            for variant in appeal.variants:
                assert "{reads}" in variant.heading + " ".join(variant.body)

    def test_asks_in_three_places_each_with_a_rule_of_its_own(self) -> None:
        rules = {
            appeal.placements: (appeal.reads_at_least, appeal.cap_showings, appeal.cap_days) for appeal in PAPER.appeals
        }
        assert set(rules) == {("end-of-article",), ("banner",), ("letter",)}
        assert len(set(rules.values())) == 3

    def test_asks_nothing_beside_an_obituary(self) -> None:
        assert all("obituaries" in appeal.topics_out for appeal in PAPER.appeals)
        assert all(topic in SLUGS["topic"] for appeal in PAPER.appeals for topic in appeal.topics_out)

    def test_sends_letters_to_nobody_real(self) -> None:
        assert all(one.email.endswith(".example") for one in PAPER.supporters)
        assert PAPER.publication.contact_email.endswith(".example")


class TestDates:
    @given(
        now=st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2040, 1, 1)),
        offset=st.integers(min_value=-11, max_value=13),
    )
    def test_never_lie_in_the_future(self, now: datetime, offset: int) -> None:
        zone = timezone(timedelta(hours=offset))
        local = now.replace(tzinfo=UTC).astimezone(zone)
        day = get_edition_day(PAPER.articles, now=local)
        moments = [get_moment(day, days_ago=one.days_ago, at=one.at, zone=zone) for one in PAPER.articles]
        assert max(moments) <= local
        assert local - max(moments) < timedelta(days=1, hours=1)
        assert moments == sorted(moments, reverse=True)

    def test_of_updates_follow_the_article(self) -> None:
        for article in PAPER.articles:
            if article.updated_days_ago is not None and article.updated_at is not None:
                assert (-article.updated_days_ago, article.updated_at) > (-article.days_ago, article.at)


class TestParseProse:
    def test_reads_every_kind_of_block(self) -> None:
        text = """One *line*
and its second.

## A heading

> Said so.
> -- Someone

- first
- **second**

1. one
2. two

![lighthouse](A caption. | What it shows.)
"""
        assert parse_prose(text) == (
            Paragraph("One *line* and its second."),
            Heading("A heading"),
            Quote("Said so.", "Someone"),
            Items(("first", "**second**"), is_ordered=False),
            Items(("one", "two"), is_ordered=True),
            Picture("lighthouse", "A caption.", "What it shows."),
        )

    @pytest.mark.parametrize(
        "text",
        [
            "A star * that belongs to nothing",
            "An **unclosed strong",
            "A [link](page:elsewhere)",
            "A [link](https://elsewhere.example)",
            "# A heading of the first order",
            "## Two\nlines",
            "> Said by nobody",
            "- one\n* two",
            "1. one\n3. three",
            "![lighthouse](no alternative)",
            "Raw <b>markup</b>",
        ],
    )
    def test_refuses_a_slip_of_the_pen(self, text: str) -> None:
        with pytest.raises(BadProse):
            parse_prose(text)


class TestRenderLine:
    def test_makes_links_and_emphasis(self) -> None:
        html = render_line(
            'The *Patience* is **late**: see ["the ferry"](topic:ferry) & wait',
            lambda target: f'href="/{target.slug}/"',
        )
        assert html == 'The <i>Patience</i> is <b>late</b>: see <a href="/ferry/">“the ferry”</a> &amp; wait'

    @given(st.text())
    def test_lets_no_markup_through(self, text: str) -> None:
        assert "<script" not in render_line(text, lambda _target: 'href="/"')

    def test_finds_the_targets(self) -> None:
        assert list_targets("[a](article:one) and [b](author:two)") == (
            Target("article", "one"),
            Target("author", "two"),
        )


class TestTypeset:
    @pytest.mark.parametrize(
        ("straight", "curly"),
        [
            ('"Yes," she said.', "“Yes,” she said."),
            ('He said "no" ("never").', "He said “no” (“never”)."),
            ("It's the boats' turn", "It’s the boats’ turn"),
            ("\"It says 'closed' here\"", "“It says ‘closed’ here”"),
            ('*"so"*', "*“so”*"),
        ],
    )
    def test_curls_quotation_marks(self, straight: str, curly: str) -> None:
        assert typeset(straight) == curly

    @given(st.text())
    def test_changes_nothing_twice(self, text: str) -> None:
        assert typeset(typeset(text)) == typeset(text)


class TestLoadNewspaper:
    def test_names_the_file_that_cannot_be_used(self, tmp_path: object) -> None:
        from pathlib import Path

        folder = Path(str(tmp_path))
        (folder / "articles").mkdir()
        (folder / "articles" / "bad.md").write_text("no front matter")
        with pytest.raises(BadContent, match=r"bad\.md"):
            load_newspaper(folder)
