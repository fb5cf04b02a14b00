"""The front page and the frame around every page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from wagtail.models import Site

from masthead.newsroom import testing as paper
from masthead.newsroom.models import FeaturedArticle, PublicationSettings, StripStyle

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the file open from which it saves a picture in another shape.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def front_of(client: Client) -> BeautifulSoup:
    response = client.get("/")
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html.parser")


def headlines(page: Any, selector: str = "main") -> list[str]:
    return [link.get_text() for link in page.select(f"{selector} .story__headline a")]


class TestAnEmptyInstall:
    def test_says_that_nothing_is_published_yet(self, client: Client) -> None:
        page = front_of(client)
        assert "Nothing published yet" in page.get_text()
        assert page.select_one("h1.nameplate")

    def test_shows_the_name_from_the_settings(self, client: Client) -> None:
        row = PublicationSettings.for_site(Site.objects.get())
        row.name, row.tagline, row.town = "The Lantern & Post", "Since 1987", "Merrowport"
        row.save()
        page = front_of(client)
        assert page.select_one("h1.nameplate").get_text() == "The Lantern & Post"  # type: ignore[union-attr]
        assert "Since 1987" in page.select_one(".folio").get_text()  # type: ignore[union-attr]


class TestTheFront:
    def test_leads_with_the_newest_that_has_a_picture(self, client: Client) -> None:
        paper.make_article(title="Newest, plain", published_at=NOON)
        paper.make_article(
            title="Older, with a picture", published_at=NOON - timedelta(hours=1), lead_image=paper.make_picture()
        )
        page = front_of(client)
        assert headlines(page, ".story--lead") == ["Older, with a picture"]
        assert headlines(page, ".opening__beside") == ["Newest, plain"]

    def test_leads_with_what_an_editor_chose_and_holds_what_they_held(self, client: Client) -> None:
        chosen, held, *_others = [
            paper.make_article(
                title=f"Story {n}", published_at=NOON + timedelta(minutes=n), lead_image=paper.make_picture()
            )
            for n in range(9)
        ]
        home = paper.get_home()
        home.lead_article = chosen
        home.save()
        FeaturedArticle.objects.create(page=home, article=held)
        page = front_of(client)
        assert headlines(page, ".story--lead") == ["Story 0"]
        assert headlines(page, ".opening__beside") == ["Story 1", "Story 8", "Story 7", "Story 6"]

    def test_falls_back_where_the_chosen_one_is_taken_down(self, client: Client) -> None:
        chosen = paper.make_article(title="Taken down")
        paper.make_article(title="Still there")
        home = paper.get_home()
        home.lead_article = chosen
        home.save()
        chosen.unpublish()
        assert headlines(front_of(client)) == ["Still there"]

    def test_shows_no_article_twice_and_strips_in_the_order_of_sections(self, client: Client) -> None:
        for title, style in (
            ("Harbour", "pictures"),
            ("Town Hall", "big"),
            ("Opinion", "voices"),
            ("Notices", StripStyle.NONE),
        ):
            section = paper.make_section(title, strip_style=style)
            for number in range(6):
                paper.make_article(
                    section, f"{title} {number}", authors=[paper.make_author(f"{title} writer {number}")]
                )
        page = front_of(client)
        shown = headlines(page)
        assert len(shown) == len(set(shown)) == 14
        assert not any(headline.startswith("Notices") for headline in shown)
        assert [name.get_text() for name in page.select(".strip__name")] == ["Harbour", "Town Hall", "Opinion"]

    def test_asks_the_database_the_same_for_few_and_for_many(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        for title in ("Harbour", "Town Hall", "Opinion"):
            section = paper.make_section(title)
            for number in range(5):
                paper.make_article(
                    section,
                    f"{title} {number}",
                    authors=[paper.make_author(f"{title} {number}")],
                    lead_image=paper.make_picture(),
                )
        client.get("/")
        with django_assert_max_num_queries(25):
            client.get("/")


class TestTheFrame:
    def test_has_landmarks_a_skip_link_and_the_sections(self, client: Client) -> None:
        paper.make_article(paper.make_section("Town Hall"))
        paper.make_section("Hidden", show_in_menus=False)
        page = BeautifulSoup(client.get("/town-hall/").content.decode(), "html.parser")
        assert page.select_one("body > a.skip")["href"] == "#content"  # type: ignore[index]
        assert page.select_one("main#content")
        assert page.select_one("body > header.masthead")
        assert page.select_one("body > footer.colophon")
        sections = page.select_one('nav[aria-label="Sections"]')
        assert sections is not None
        assert "Hidden" not in sections.get_text()
        assert sections.select_one('a[aria-current="page"]').get_text() == "Town Hall"  # type: ignore[union-attr]

    def test_has_the_same_links_for_readers_and_members(self, client: Client) -> None:
        page = front_of(client)
        assert page.select_one('.account a.for-readers[href="/join/"]')
        assert page.select_one('.account a.for-members[href="/membership/"]')
        assert page.select_one('footer a[href="/membership/"]')

    def test_says_its_language_and_direction(self, client: Client) -> None:
        from django.utils import translation

        with translation.override("he"):
            page = front_of(client)
        assert (page.html["lang"], page.html["dir"]) == ("he", "rtl")  # type: ignore[index]
