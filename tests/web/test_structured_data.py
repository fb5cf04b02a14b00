"""What pages say of themselves to machines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from masthead.newsroom import testing as paper
from masthead.newsroom.models import ArticlePage

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the file open from which it saves a picture in another shape.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]


def page_of(client: Client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).content.decode(), "html.parser")


def said(page: BeautifulSoup, kind: str) -> dict[str, Any]:
    described = [json.loads(str(script.string)) for script in page.find_all("script", type="application/ld+json")]
    (one,) = [data for data in described if data["@type"] == kind]
    return dict(one)


def make(**fields: Any) -> ArticlePage:
    given: dict[str, Any] = {
        "title": 'The "salt" store </script> & its ledger',
        "standfirst": "What the town paid.",
        "authors": [paper.make_author()],
        "topics": [paper.make_topic()],
        "lead_image": paper.make_picture(width=1300, height=1300),
        "dateline": "Merrowport",
        "published_at": datetime(2026, 3, 2, 12, tzinfo=UTC),
        "body": [("paragraph", f"<p>Paragraph {n} of many words.</p>") for n in range(9)],
    }
    return paper.make_article(**{**given, **fields})


class TestAnArticle:
    def test_is_a_news_article(self, client: Client) -> None:
        article = make()
        data = said(page_of(client, str(article.url)), "NewsArticle")
        assert data["headline"] == article.title
        assert data["mainEntityOfPage"]["@id"] == data["url"] == f"http://localhost:8000{article.url}"
        assert data["datePublished"] == data["dateModified"] == "2026-03-02T12:00:00+00:00"
        assert data["author"] == [
            {"@type": "Person", "name": "Wren Halloway", "url": "http://localhost:8000/authors/wren-halloway/"}
        ]
        assert data["publisher"]["@type"] == "NewsMediaOrganization"
        assert len(data["image"]) == 3
        assert data["isAccessibleForFree"] is True
        assert "hasPart" not in data

    def test_says_which_part_is_for_members_and_the_page_has_that_part(self, client: Client) -> None:
        article = make(community=True)
        page = page_of(client, str(article.url))
        data = said(page, "NewsArticle")
        assert data["isAccessibleForFree"] is False
        (part,) = data["hasPart"]
        assert part == {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".article__members"}
        assert len(page.select(part["cssSelector"])) == 1

    def test_no_word_of_it_breaks_out_of_its_element(self, client: Client) -> None:
        html = client.get(str(make().url)).content.decode()
        assert html.count("</script>") == html.count("<script")

    def test_has_crumbs_back_to_the_front_page(self, client: Client) -> None:
        article = make()
        page = page_of(client, str(article.url))
        items = said(page, "BreadcrumbList")["itemListElement"]
        assert [(item["position"], item["name"]) for item in items] == [
            (1, "Front page"),
            (2, "Harbour"),
            (3, article.title),
        ]
        assert [link["href"] for link in page.select('nav[aria-label="Breadcrumb"] a')] == ["/", "/harbour/"]

    def test_has_a_canonical_address_whatever_was_asked(self, client: Client, settings: Any) -> None:
        article = make()
        settings.ALLOWED_HOSTS = ["other.example"]
        page = BeautifulSoup(
            client.get(f"{article.url}?utm_source=x", headers={"host": "other.example"}).content.decode(), "html.parser"
        )
        assert page.select_one('link[rel="canonical"]')["href"] == f"http://localhost:8000{article.url}"  # type: ignore[index]
        assert "other.example" not in str(page)

    def test_can_be_shared(self, client: Client) -> None:
        article = make(lead_image_alt="A ledger")
        page = page_of(client, str(article.url))
        shared = {tag["property"]: tag["content"] for tag in page.select('meta[property^="og:"]')}
        assert shared["og:title"] == article.title
        assert shared["og:description"] == "What the town paid."
        assert shared["og:image"].startswith("http://localhost:8000/media/")
        assert shared["og:image"].endswith(".jpg")
        assert shared["og:image:alt"] == "A ledger"
        assert page.select_one('meta[name="description"]')["content"] == "What the town paid."  # type: ignore[index]

    def test_describes_in_as_much_as_a_search_engine_shows(self, client: Client) -> None:
        article = make(standfirst="Nine families, one stove & a “long” winter. " * 9)
        (tag,) = page_of(client, str(article.url)).select('meta[name="description"]')
        content = str(tag["content"])
        assert 130 < len(content) <= 156
        assert content.endswith("…")
        assert article.standfirst.startswith(content[:-1])
        assert article.standfirst[len(content) - 1] in " ,."

    def test_of_a_community_article_describes_public_words_only(self, client: Client) -> None:
        article = make(
            community=True,
            standfirst="",
            body=[("paragraph", "<p>Open words here.</p>" + "<p>Shut words there.</p>" * 5)],
        )
        page = page_of(client, str(article.url))
        assert "Open words here." in page.select_one('meta[name="description"]')["content"]  # type: ignore[index]
        assert page.select_one('meta[name="description"]')["content"].count("Shut") == 1  # type: ignore[index]


class TestOtherPages:
    def test_describe_themselves(self, client: Client) -> None:
        make()
        assert said(page_of(client, "/"), "NewsMediaOrganization")["url"] == "http://localhost:8000/"
        for path in ("/harbour/", "/authors/wren-halloway/", "/topics/breakwater/"):
            page = page_of(client, path)
            assert said(page, "BreadcrumbList")["itemListElement"][-1]["item"] == f"http://localhost:8000{path}"
            assert page.select_one('link[rel="canonical"]')["href"] == f"http://localhost:8000{path}"  # type: ignore[index]
            assert page.select_one('meta[name="description"]')["content"]  # type: ignore[index]

    def test_an_author_is_described_in_short_and_in_paragraphs(self, client: Client) -> None:
        bio = "Wren counted boats before she counted votes.\n\n" + "She has read every budget since 2009. " * 6
        make(authors=[paper.make_author("Petra Lindqvale", bio=bio)])
        page = page_of(client, "/authors/petra-lindqvale/")
        assert len(str(page.select_one('meta[name="description"]')["content"])) <= 156  # type: ignore[index]
        assert len(page.select(".listing__head--author p:not(.meta)")) == 2
