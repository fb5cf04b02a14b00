"""How much the pages ask of the database: bounds that no change may exceed unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from wagtail.models import PageViewRestriction

from masthead.accounts.models import User
from masthead.newsroom import operations
from masthead.newsroom import testing as paper
from masthead.newsroom.models import ArticlePage, HouseAd, StripStyle
from masthead.newsroom.queries import fronts

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Wagtail leaves the file open from which it saves a picture in another shape.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@contextmanager
def counting() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        asked.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(note):
        yield asked


def count(client: Client, address: str) -> int:
    """Return how many queries the page takes once its pictures are made and the frame is remembered."""
    assert client.get(address).status_code == 200
    client.get(address)
    cache.clear()
    with counting() as asked:
        client.get(address)
    return len(asked)


@pytest.fixture
def article() -> ArticlePage:
    """One article of a paper with five sections of six articles each, everything in pictures."""
    operations.prepare_newsroom()
    portrait = paper.make_picture("A face")
    authors = [paper.make_author(name, portrait=portrait) for name in ("Wren Halloway", "Tomas Oakley")]
    topics = [paper.make_topic(), paper.make_topic("Ferries")]
    HouseAd.objects.create(name="x", heading="Join", link="/join/", picture=paper.make_picture("A boat"))
    linked = paper.make_article(title="Linked")
    links = f'<p>As <a linktype="page" id="{linked.pk}">we wrote</a> <a linktype="page" id="{linked.pk}">twice</a>.</p>'
    made = []
    for number in range(30):
        style = StripStyle.VOICES if number % 5 == 4 else StripStyle.PICTURES
        name = f"Section {number % 5}"
        section = next((page for page in paper.get_home().get_children().specific() if page.title == name), None)
        made.append(
            paper.make_article(
                section or paper.make_section(name, strip_style=style),
                title=f"Story {number}",
                body=[("paragraph", links), ("image", {"image": paper.make_picture(), "alt": "", "caption": "x"})],
                authors=authors[: 1 + number % 2],
                topics=topics,
                lead_image=paper.make_picture(),
                published_at=NOON + timedelta(minutes=number),
            )
        )
    return made[0]


class TestAnArticle:
    def test_takes_at_most_9(self, client: Client, article: ArticlePage) -> None:
        assert count(client, article.url) <= 9

    def test_takes_no_more_for_a_member(self, client: Client, article: ArticlePage) -> None:
        anonymous = count(client, article.url)
        client.force_login(
            User.objects.create_user(email="member@example.org"),
            backend="masthead.accounts.passwords.PasswordBackend",
        )
        assert count(client, article.url) <= anonymous

    def test_is_open_where_another_is_closed(self, client: Client, article: ArticlePage) -> None:
        closed = paper.make_article(title="Closed")
        PageViewRestriction.objects.create(page=closed, restriction_type=PageViewRestriction.LOGIN)
        assert client.get(closed.url).status_code == 302
        assert count(client, article.url) <= 13


class TestLists:
    def test_the_front_takes_at_most_4(self, client: Client, article: ArticlePage) -> None:
        assert count(client, "/") <= 4

    @pytest.mark.parametrize(
        ("address", "most"),
        [
            ("/section-1/", 7),
            ("/authors/wren-halloway/", 8),
            ("/topics/ferries/", 7),
            ("/authors/", 4),
            ("/sitemap-articles-1.xml", 3),
            ("/sitemap-pages.xml", 9),
        ],
    )
    def test_take_few(self, client: Client, article: ArticlePage, address: str, most: int) -> None:
        assert count(client, address) <= most


class TestTheFrontOfALargePaper:
    def test_finds_what_is_not_among_the_newest(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        operations.prepare_newsroom()
        busy, quiet = paper.make_section("Busy", strip_style=StripStyle.NONE), paper.make_section("Quiet")
        old = [
            paper.make_article(quiet, title=f"Old {number}", published_at=NOON - timedelta(days=9, minutes=number))
            for number in range(12)
        ]
        for number in range(8):
            paper.make_article(busy, title=f"New {number}", published_at=NOON - timedelta(minutes=number))
        home = paper.get_home()
        home.lead_article = old[11]
        home.save()
        whole = client.get("/").content
        monkeypatch.setattr(fronts, "RECENT", 6)
        assert client.get("/").content == whole
        assert b"Old 11" in whole
        assert b"Old 8" not in whole
        assert b"New 0" not in whole
