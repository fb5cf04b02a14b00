"""Article pages: what they show, and that they are the same for everyone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page

from masthead.newsroom import testing as paper
from masthead.newsroom.models import AdSlot, ArticleByline, ArticlePage, HouseAd

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the file open from which it saves a picture in another shape.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]


def page_of(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content.decode(), "html.parser")


@pytest.fixture
def article() -> ArticlePage:
    return paper.make_article(
        title="Night trawlers ask for one lamp, get a committee",
        standfirst="Four skippers wrote one letter.",
        kicker="Harbour light",
        dateline="Merrowport",
        credit_line="Additional reporting by Tomas Oakley.",
        authors=[paper.make_author(), paper.make_author("Tomas Oakley")],
        topics=[paper.make_topic("Breakwater"), paper.make_topic("Årsmøte")],
        lead_image=paper.make_picture(),
        lead_image_alt="A lamp on the mole",
        lead_image_caption="The lamp that there is.",
        lead_image_credit="Drawing: the desk",
        published_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC),
        updated_at=datetime(2026, 3, 2, 8, 5, tzinfo=UTC),
        body=[
            ("paragraph", "<p>The letter is <b>short</b>.</p>"),
            ("heading", "What it says"),
            ("quote", {"text": "One lamp.", "attribution": "Harl Dunmore"}),
            ("list", {"ordered": True, "items": ["<p>A lamp</p>", "<p>A bulb</p>"]}),
            ("image", {"image": paper.make_picture(), "alt": "", "caption": "The mole.", "credit": "Drawing"}),
            ("embed", {"url": "https://www.youtube.com/watch?v=1", "title": "The meeting"}),
        ],
    )


class TestAnArticle:
    def test_shows_what_a_newspaper_shows(self, article: ArticlePage, client: Client) -> None:
        page = page_of(client.get(article.url))
        shown = page.select_one("article.article")
        assert shown is not None
        text = " ".join(shown.get_text(" ").split())
        for words in (
            "Night trawlers ask for one lamp, get a committee", "Four skippers wrote one letter.", "Harbour light",
            "Merrowport", "Wren Halloway and Tomas Oakley", "Additional reporting by Tomas Oakley.", "Breakwater",
            "The lamp that there is.", "What it says", "One lamp.", "Harl Dunmore", "A bulb", "The mole.",
            "The meeting", "Watch on YouTube",
        ):  # fmt: skip
            assert words in text, words
        assert [time["datetime"] for time in shown.select("time")] == [
            "2026-03-01T23:30:00+00:00",
            "2026-03-02T08:05:00+00:00",
        ]
        assert len(page.find_all("h1")) == 1

    @pytest.mark.parametrize(
        ("language", "number", "said"),
        [
            ("en", 1, "A < Ox"),
            ("en", 2, "A < Ox and Bea"),
            ("en", 4, "A < Ox, Bea, Cy and Dov"),
            ("he", 2, "A < Ox וBea"),
            ("he", 3, "A < Ox, Bea וCy"),
            ("ar", 3, "A < Ox، Bea وCy"),
        ],
    )
    def test_joins_names_as_the_language_does(self, language: str, number: int, said: str) -> None:
        authors = [paper.make_author(name) for name in ("A < Ox", "Bea", "Cy", "Dov")[:number]]
        for linked in (True, False):
            with translation.override(language):
                line = render_to_string("newsroom/includes/byline.html", {"authors": authors, "linked": linked})
            shown = BeautifulSoup(line, "html.parser")
            assert shown.get_text().strip() == said
            assert len(shown.select("a[rel=author]")) == (number if linked else 0)

    def test_prints_times_in_the_zone_of_the_site(self, article: ArticlePage, client: Client, settings: Any) -> None:
        settings.TIME_ZONE = "America/New_York"
        from django.utils import timezone

        with timezone.override("America/New_York"):
            shown = page_of(client.get(article.url)).select_one("article.article time")
        assert shown is not None
        assert shown["datetime"] == "2026-03-01T18:30:00-05:00"
        assert "6:30 p.m. EST" in shown.get_text()

    def test_speaks_the_wire_of_the_tag(self, article: ArticlePage, client: Client) -> None:
        page = page_of(client.get(article.url))
        shown = page.select_one("[data-masthead-article]")
        assert shown is not None
        assert shown["data-masthead-article"] == article.article_key
        assert (shown["data-masthead-section"], shown["data-masthead-language"]) == ("harbour", "en")
        assert set(shown["data-masthead-topics"].split(",")) == {topic.slug for topic in article.topics.all()}
        assert shown["data-masthead-community-only"] == "false"
        assert page.select_one('script[src="/_masthead/tag.js"][async]')
        assert page.select_one('head script[src$="edge/hint.js"]:not([async]):not([defer])')
        end = page.select_one('[data-masthead-slot="end-of-article"]')
        assert end is not None
        assert "Free to read, because readers pay" in end.get_text()
        assert page.select_one("[data-masthead-badge][hidden]")

    def test_asks_nothing_of_anybody_else(self, article: ArticlePage, client: Client) -> None:
        page = page_of(client.get(article.url))
        loaded = [
            tag.get("src") or tag.get("srcset") or tag.get("href")
            for tag in page.select("script[src], img, iframe, video, link[rel=stylesheet]")
        ]
        assert loaded
        assert [address for address in loaded if not str(address).startswith("/")] == []
        assert page.select("iframe, object, embed") == []

    def test_carries_no_inline_script_or_style(self, article: ArticlePage, client: Client) -> None:
        page = page_of(client.get(article.url))
        inline = [
            tag for tag in page.find_all("script") if not tag.get("src") and tag.get("type") != "application/ld+json"
        ]
        assert inline == []
        assert page.find_all("style") == []
        assert page.select("[style], [onclick], [onload]") == []

    def test_pictures_have_their_size_and_only_the_first_is_not_lazy(
        self, article: ArticlePage, client: Client
    ) -> None:
        pictures = page_of(client.get(article.url)).select("article.article figure img")
        assert len(pictures) == 2
        assert all(picture.get("width") and picture.get("height") and picture.get("srcset") for picture in pictures)
        assert [picture.get("loading") for picture in pictures] == [None, "lazy"]
        assert [picture["alt"] for picture in pictures] == ["A lamp on the mole", ""]

    def test_never_runs_html_that_was_written_into_it(self, client: Client) -> None:
        evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
        article = paper.make_article(
            title=evil, standfirst=evil, kicker=evil, dateline=evil, credit_line=evil,
            authors=[paper.make_author(evil, role=evil)],
            body=[
                ("heading", evil),
                ("quote", {"text": evil, "attribution": evil}),
                ("embed", {"url": "javascript:alert(1)", "title": evil}),
            ],
        )  # fmt: skip
        response = client.get(article.url)
        page = page_of(response)
        assert [
            script
            for script in page.find_all("script")
            if "alert" in script.get_text() and script.get("type") != "application/ld+json"
        ] == []
        assert "<script>alert" not in response.content.decode()
        assert page.select("[onerror]") == []
        assert page.select('a[href^="javascript"]') == []

    def test_is_shown_without_pictures_whose_files_are_gone(self, article: ArticlePage, client: Client) -> None:
        article.lead_image.file.delete(save=False)
        response = client.get(article.url)
        assert response.status_code == 200
        assert page_of(response).select('meta[property="og:image"]') == []
        for path in ("/", "/harbour/", "/feed/"):
            assert client.get(path).status_code == 200

    def test_without_anything_but_a_headline_is_a_page(self, client: Client) -> None:
        bare = ArticlePage(title="Bare", slug="bare")
        paper.make_section().add_child(instance=bare)
        assert client.get(bare.url).status_code == 200


class TestTheSameForEveryone:
    @pytest.fixture
    def reader(self) -> Client:
        person = get_user_model().objects.create_user(email="reader@example.org")
        client = Client()
        client.force_login(person)
        client.cookies["mh_reads"] = "sealed"
        client.cookies["mh_hint"] = "ad_free~1"
        return client

    @pytest.mark.parametrize(
        "path", ["article", "/", "/harbour/", "/authors/wren-halloway/", "/topics/breakwater/", "/authors/", "/feed/"]
    )
    def test_byte_for_byte_and_without_cookies(
        self, article: ArticlePage, client: Client, reader: Client, path: str
    ) -> None:
        path = str(article.url) if path == "article" else path
        anonymous, known = client.get(path), reader.get(path)
        assert anonymous.status_code == known.status_code == 200
        assert anonymous.content == known.content
        for response in (anonymous, known):
            assert not response.cookies
            assert "Vary" not in response.headers
            assert "public" in response.headers["Cache-Control"]

    def test_a_browser_that_holds_it_is_told_so(self, article: ArticlePage, client: Client) -> None:
        first = client.get(article.url)
        again = client.get(article.url, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_a_change_is_seen_at_once(self, article: ArticlePage, client: Client) -> None:
        first = client.get(article.url)
        article.title = "One lamp it is"
        article.save_revision().publish()
        again = client.get(article.url, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 200
        assert "One lamp it is" in again.content.decode()


class TestAdSlots:
    def test_hold_house_ads_that_start_nothing_by_themselves(self, article: ArticlePage, client: Client) -> None:
        HouseAd.objects.create(
            name="boats", heading="Row out", link="https://boats.example/", picture=paper.make_picture()
        )
        slots = page_of(client.get(article.url)).select("[data-masthead-ad]")
        assert [slot["data-masthead-ad"] for slot in slots] == ["article-top", "article-side"]
        for slot in slots:
            assert [child.name for child in slot.find_all(recursive=False)] == ["template"]
            assert "Row out" in str(slot)

    def test_hold_the_sites_own_code_where_there_is_some(self, article: ArticlePage, client: Client) -> None:
        HouseAd.objects.create(name="boats", heading="Row out", link="/", places=["article-side"])
        AdSlot.objects.create(place="article-top", snippet='<script src="https://ads.example/a.js" async></script>')
        AdSlot.objects.create(place="article-side", snippet="<b>off</b>", active=False)
        page = page_of(client.get(article.url))
        template = page.select_one('[data-masthead-ad="article-top"] > template')
        assert template is not None
        assert [script["src"] for script in template.find_all("script")] == ["https://ads.example/a.js"]
        assert "Row out" in str(page.select_one('[data-masthead-ad="article-side"]'))
        assert [
            script
            for script in page.find_all("script", src="https://ads.example/a.js")
            if not script.find_parent("template")
        ] == []

    def test_are_not_there_without_ads(self, article: ArticlePage, client: Client) -> None:
        assert page_of(client.get(article.url)).select("[data-masthead-ad]") == []


class TestPlaces:
    def test_a_draft_and_a_private_article_are_not_shown(self, client: Client) -> None:
        draft = paper.make_article(title="Not yet", live=False)
        assert client.get(f"{draft.get_parent().url}{draft.slug}/").status_code == 404

    def test_other_pages_of_lists_do_not_exist(self, article: ArticlePage, client: Client) -> None:
        for page in ("0", "-1", "2", "abc", "1e9", "999999999999999999999", "%00"):
            assert client.get(f"/harbour/?page={page}").status_code == 404, page

    def test_lists_are_divided_into_pages(self, client: Client) -> None:
        author, topic = paper.make_author(), paper.make_topic()
        for number in range(16):
            paper.make_article(title=f"Story {number}", authors=[author], topics=[topic])
        for path in ("/harbour/", author.get_absolute_url(), topic.get_absolute_url()):
            first, second = page_of(client.get(path)), page_of(client.get(f"{path}?page=2"))
            assert (len(first.select(".story")), len(second.select(".story"))) == (15, 1)
            assert first.select_one('a[rel="next"]')["href"] == "?page=2"  # type: ignore[index]
            assert second.select_one('a[rel="prev"]')["href"] == "?page=1"  # type: ignore[index]
            assert second.select_one('link[rel="canonical"]')["href"].endswith(f"{path}?page=2")  # type: ignore[union-attr,index]

    def test_unknown_authors_topics_and_sections_are_not_found(self, client: Client) -> None:
        for path in (
            "/authors/nobody/",
            "/topics/nothing/",
            "/nowhere/feed/",
            "/sitemap-articles-9.xml",
            "/no/such/page/",
        ):
            response = client.get(path)
            assert response.status_code == 404
            assert "There is no such page" in response.content.decode()

    def test_names_in_any_script_have_pages(self, client: Client) -> None:
        author = paper.make_author("דנה כרמל")
        paper.make_article(title="שלום", authors=[author], topics=[paper.make_topic("تعليم")])
        assert client.get(author.get_absolute_url()).status_code == 200
        assert client.get(reverse("newsroom:topic", args=["تعليم"])).status_code == 200


class TestWhenSomethingIsWrong:
    def test_the_page_for_faults_needs_no_database(self) -> None:
        from django.test import RequestFactory

        from masthead.newsroom.views import server_error

        response = server_error(RequestFactory().get("/"))
        assert response.status_code == 500
        assert "Something went wrong on our side" in response.content.decode()

    def test_hostile_addresses_are_answered(self, client: Client) -> None:
        for path in ("/%00/", "/%ff/", "/harbour/%2e%2e/", "/authors/%00/", "/topics/'%22/", "/a" * 500 + "/"):
            assert client.get(path).status_code in {301, 302, 400, 404}, path


class TestPreview:
    @pytest.mark.parametrize(("mode", "is_whole"), [("everyone", False), ("members", True)])
    def test_shows_a_draft_as_either_reads_it(self, mode: str, is_whole: bool) -> None:
        article = paper.make_article(
            community=True, body=[("paragraph", f"<p>Words number {n} of it.</p>") for n in range(8)]
        )
        shown = article.make_preview_request(preview_mode=mode).content.decode()
        assert ("number 7" in shown) is is_whole

    def test_is_for_staff_only(self, client: Client) -> None:
        article = paper.make_article(community=True)
        response = client.get(reverse("wagtailadmin_pages:view_draft", args=[article.pk]))
        assert response.status_code == 302
        assert "/cms/login/" in response.headers["Location"]
        assert Page.objects.get(pk=article.pk).live

    def test_shows_the_authors_and_topics_of_the_draft(self) -> None:
        article = paper.make_article(authors=[paper.make_author()], topics=[paper.make_topic()])
        article.bylines = [ArticleByline(author=paper.make_author("Petra Lindqvale"))]
        article.topics = [paper.make_topic("Drafted topic")]
        shown = article.make_preview_request(preview_mode="everyone").content.decode()
        assert "Petra Lindqvale" in shown
        assert "Drafted topic" in shown
        assert "/_masthead/tag.js" not in shown
