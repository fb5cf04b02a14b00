"""What machines read: feeds, sitemaps, robots.txt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from masthead.newsroom import testing as paper
from masthead.newsroom.queries import reading

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the file open from which it saves a picture in another shape.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def tree(client: Client, path: str) -> ET.Element:
    response = client.get(path)
    assert response.status_code == 200
    return ET.fromstring(response.content)


class TestTheFeed:
    def test_has_whole_texts_authors_and_dates(self, client: Client, settings: Any) -> None:
        settings.MASTHEAD_SITE_URL = "https://lantern.example"
        article = paper.make_article(
            title="Cod & chips <cheaper>",
            standfirst="By a penny.",
            authors=[paper.make_author(), paper.make_author("Tomas Oakley")],
            published_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
            lead_image=paper.make_picture(),
            body=[("paragraph", "<p>All of it.</p>"), ("quote", {"text": "A penny!", "attribution": ""})],
        )
        channel = tree(client, "/feed/").find("channel")
        assert channel is not None
        assert channel.findtext("link") == "https://lantern.example/"
        (item,) = channel.findall("item")
        assert item.findtext("title") == "Cod & chips <cheaper>"
        assert item.findtext("link") == f"https://lantern.example{article.url}"
        assert item.findtext("description") == "By a penny."
        assert [creator.text for creator in item.findall(CREATOR)] == ["Wren Halloway", "Tomas Oakley"]
        assert item.findtext("pubDate") == "Mon, 02 Mar 2026 12:00:00 +0000"
        assert item.find("guid").attrib["isPermaLink"] == "false"  # type: ignore[union-attr]
        assert "All of it." in str(item.findtext(CONTENT))
        assert "A penny!" in str(item.findtext(CONTENT))
        assert item.find("enclosure").attrib["type"] == "image/jpeg"  # type: ignore[union-attr]

    def test_of_a_section_has_its_articles_only(self, client: Client) -> None:
        paper.make_article(paper.make_section("Harbour"), "At sea")
        paper.make_article(paper.make_section("Town Hall"), "On land")
        titles = [item.findtext("title") for item in tree(client, "/town-hall/feed/").iter("item")]
        assert titles == ["On land"]

    def test_of_nothing_is_a_feed(self, client: Client) -> None:
        assert list(tree(client, "/feed/").iter("item")) == []

    def test_leaves_out_drafts(self, client: Client) -> None:
        paper.make_article(title="Not yet", live=False)
        assert list(tree(client, "/feed/").iter("item")) == []

    def test_links_in_texts_lead_to_whole_addresses(self, client: Client) -> None:
        section = paper.make_section()
        paper.make_article(
            section, body=[("paragraph", f'<p><a linktype="page" id="{section.pk}">there</a> <a href="/x/">x</a></p>')]
        )
        content = str(next(tree(client, "/feed/").iter(CONTENT)).text)
        assert 'href="http://localhost:8000/harbour/"' in content
        assert 'href="http://localhost:8000/x/"' in content


class TestSitemaps:
    def test_lead_to_every_public_page(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "SITEMAP_SIZE", 2)
        author, topic = paper.make_author(), paper.make_topic()
        articles = [paper.make_article(title=f"Story {n}", authors=[author], topics=[topic]) for n in range(5)]
        paper.make_article(title="Not yet", live=False)
        paper.make_author("Never Published")
        parts = [str(loc.text) for loc in tree(client, "/sitemap.xml").iter(f"{MAP}loc")]
        assert len(parts) == 4
        found = {
            str(loc.text)
            for part in parts
            for loc in tree(client, part.removeprefix("http://localhost:8000")).iter(f"{MAP}loc")
        }
        paths = {
            "/",
            "/harbour/",
            author.get_absolute_url(),
            topic.get_absolute_url(),
            *(str(one.url) for one in articles),
        }
        assert found == {f"http://localhost:8000{path}" for path in paths}

    def test_the_one_of_news_has_the_last_two_days(self, client: Client) -> None:
        now = timezone.now()
        paper.make_article(title="New & fresh", published_at=now - timedelta(hours=47))
        paper.make_article(title="Old", published_at=now - timedelta(hours=49))
        found = tree(client, "/news-sitemap.xml")
        assert [title.text for title in found.iter(f"{NEWS}title")] == ["New & fresh"]
        assert [language.text for language in found.iter(f"{NEWS}language")] == ["en"]

    def test_robots_are_told_of_them_and_kept_from_private_pages(self, client: Client) -> None:
        text = client.get("/robots.txt").content.decode()
        assert "Sitemap: http://localhost:8000/sitemap.xml" in text
        assert "Disallow: /membership/" in text
        assert "Disallow: /_masthead/" in text
