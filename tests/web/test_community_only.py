"""Community-only articles: what is hidden is nowhere, for anyone without a pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from masthead.kit.keyring import get_pass_signer
from masthead.newsroom import testing as paper
from masthead.newsroom.models import ArticlePage
from masthead.rules.passes import COOKIE, Pass

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the file open from which it saves a picture in another shape.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]

MARKERS = {
    "paragraph": "quernstone",
    "deep paragraph": "samphirewort",
    "caption": "windlassing",
    "alt": "bollardesque",
    "credit": "kelpwright",
    "quote": "gannetfold",
    "attribution": "Thole Pintlewick",
    "list": "marlinspiked",
    "embed title": "capstanward",
    "embed address": "hawsehole.example",
    "heading": "Foreshoremanship",
}


@pytest.fixture
def article() -> ArticlePage:
    filler = "Sixty words of the kind that a town reads slowly over its tea, about boats and the price of rope. " * 3
    hidden_paragraphs = (
        f"<p>{filler}</p><p>Then the {MARKERS['paragraph']} turned.</p><p>Last: {MARKERS['deep paragraph']}.</p>"
    )
    hidden = paper.make_article(
        title="The salt store's second ledger",
        standfirst="What the town paid, and what it was told it paid.",
        authors=[paper.make_author()],
        topics=[paper.make_topic()],
        community=True,
        lead_image=paper.make_picture(),
        body=[
            ("paragraph", f"<p>First public words of the ledger.</p><p>Second public words.</p>{hidden_paragraphs}"),
            ("heading", MARKERS["heading"]),
            (
                "image",
                {
                    "image": paper.make_picture("An inner page"),
                    "alt": f"A page, {MARKERS['alt']}",
                    "caption": f"The page, {MARKERS['caption']}",
                    "credit": MARKERS["credit"],
                },
            ),
            ("quote", {"text": f"Nobody {MARKERS['quote']} here", "attribution": MARKERS["attribution"]}),
            ("list", {"ordered": False, "items": [f"<p>{MARKERS['list']}</p>"]}),
            ("embed", {"url": f"https://{MARKERS['embed address']}/1", "title": MARKERS["embed title"]}),
        ],
    )
    paper.make_article(
        title="An open story beside it", topics=list(hidden.topics.all()), authors=[paper.make_author("Tomas Oakley")]
    )
    paper.build_search_index()
    return hidden


def bearing(client: Client, *benefits: str, expires_at: datetime | None = None) -> Client:
    """Give the client a pass with these benefits."""
    until = expires_at or datetime.now(UTC) + timedelta(days=1)
    held = Pass(
        benefits=benefits, expires_at=int(until.timestamp()), name="", since="2026-01-01", membership="community"
    )
    client.cookies[COOKIE] = get_pass_signer().sign(held.encode())
    return client


def crawl(client: Client, starts: list[str]) -> Iterator[tuple[str, str]]:
    """Yield every address of the site that can be reached, with all its bytes as text."""
    waiting, seen = list(starts), set()
    while waiting:
        address = waiting.pop()
        if address in seen or len(seen) > 400:
            continue
        seen.add(address)
        response = client.get(address, follow=True)
        content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
        if not re.match(r"text/|application/(xml|rss|json|ld)", response.headers.get("Content-Type", "")):
            continue
        text = content.decode()
        yield address, f"{response.headers}{text}"
        found: list[Any] = []
        if response.headers["Content-Type"].startswith("text/html"):
            page = BeautifulSoup(text, "html.parser")
            found = [
                tag[name] for name in ("href", "src", "action", "content") for tag in page.find_all(attrs={name: True})
            ]
        found += re.findall(r"<loc>([^<]+)</loc>|<link>([^<]+)</link>|data-masthead-community=\"([^\"]+)\"", text)
        for one in found:
            for link in one if isinstance(one, tuple) else (one,):
                parts = urlsplit(urljoin(f"http://localhost:8000{address}", str(link or "").strip()))
                if parts.hostname == "localhost" and link and " " not in str(link):
                    waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))


class TestWithoutAPass:
    def test_the_hidden_words_are_at_no_public_address(self, article: ArticlePage, client: Client) -> None:
        words = [marker.split()[0].split(".")[0] for marker in MARKERS.values()]
        starts = [
            "/", "/sitemap.xml", "/news-sitemap.xml", "/robots.txt", "/feed/", "/harbour/feed/",
            f"{article.url}?whole=1", f"{article.url}?whole=1&preview=members", f"{article.url}?mode=members",
            f"/_masthead/community/{article.pk}/", f"/search/?q={article.title.split()[-1]}",
        ]  # fmt: skip
        pages = dict(crawl(client, starts))
        assert {
            "/",
            str(article.url),
            "/feed/",
            "/harbour/feed/",
            "/authors/wren-halloway/",
            "/topics/breakwater/",
        } <= set(pages)
        leaks = [(address, marker) for address, text in pages.items() for marker in MARKERS.values() if marker in text]
        assert leaks == []
        assert "First public words of the ledger." in pages[str(article.url)]
        for word in words:
            found = client.get("/search/", {"q": word}).content.decode()
            assert "0 articles with" in found, word

    def test_the_public_words_are_found(self, article: ArticlePage, client: Client) -> None:
        assert (
            article.title.replace("'", "&#x27;")
            in client.get("/search/", {"q": "second public words"}).content.decode()
        )

    def test_the_whole_article_is_sent_back_to_the_article(self, article: ArticlePage, client: Client) -> None:
        response = client.get(f"{article.url}?whole=1")
        assert (response.status_code, response.headers["Location"]) == (302, article.url)
        assert "no-store" in response.headers["Cache-Control"]

    def test_the_part_for_members_answers_with_a_sentence(self, article: ArticlePage, client: Client) -> None:
        response = client.get(f"/_masthead/community/{article.pk}/")
        assert response.status_code == 403
        assert "This part is for members." in response.content.decode()
        assert "no-store" in response.headers["Cache-Control"]

    @pytest.mark.parametrize("cookie", ["", "nonsense", "a.b.c", "é", "x" * 5000])
    def test_a_made_up_pass_opens_nothing(self, article: ArticlePage, client: Client, cookie: str) -> None:
        client.cookies[COOKIE] = cookie
        assert client.get(f"/_masthead/community/{article.pk}/").status_code == 403

    def test_a_pass_without_the_benefit_opens_nothing(self, article: ArticlePage, client: Client) -> None:
        assert bearing(client, "ad_free").get(f"/_masthead/community/{article.pk}/").status_code == 403

    def test_a_pass_past_its_end_opens_nothing(self, article: ArticlePage, client: Client) -> None:
        bearing(client, "community_content", expires_at=datetime(2026, 1, 1, tzinfo=UTC))
        assert client.get(f"/_masthead/community/{article.pk}/").status_code == 403


class TestWithAPass:
    def test_the_part_for_members_has_every_word(self, article: ArticlePage, client: Client) -> None:
        response = bearing(client, "ad_free", "community_content").get(f"/_masthead/community/{article.pk}/")
        text = response.content.decode()
        assert response.status_code == 200
        assert [marker for marker in MARKERS.values() if marker not in text] == []
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in response.headers

    def test_the_whole_article_opens_without_script(self, article: ArticlePage, client: Client) -> None:
        response = bearing(client, "community_content").get(f"{article.url}?whole=1")
        text = response.content.decode()
        assert [marker for marker in MARKERS.values() if marker not in text] == []
        assert "no-store" in response.headers["Cache-Control"]
        assert "data-masthead-community=" not in text

    def test_the_article_itself_stays_the_same_for_everyone(self, article: ArticlePage, client: Client) -> None:
        stranger = Client().get(str(article.url)).content
        assert bearing(client, "community_content").get(str(article.url)).content == stranger

    def test_drafts_and_open_articles_are_no_part_for_members(self, article: ArticlePage, client: Client) -> None:
        draft = paper.make_article(title="Not yet", community=True, live=False)
        opened = ArticlePage.objects.get(title="An open story beside it")
        bearing(client, "community_content")
        for pk in (draft.pk, opened.pk, 0, 999_999):
            assert client.get(f"/_masthead/community/{pk}/").status_code == 404

    def test_only_reading_is_answered(self, article: ArticlePage, client: Client) -> None:
        assert bearing(client, "community_content").post(f"/_masthead/community/{article.pk}/").status_code == 405


class TestAnOpenArticle:
    def test_is_whole_for_everyone(self, client: Client) -> None:
        opened: Any = paper.make_article(body=[("paragraph", f"<p>Word {n}.</p>") for n in range(9)])
        text = client.get(opened.url).content.decode()
        assert "Word 8." in text
        assert "data-masthead-community=" not in text
        assert 'data-masthead-community-only="false"' in text

    def test_asked_for_whole_leads_to_itself(self, client: Client) -> None:
        opened = paper.make_article()
        assert client.get(f"{opened.url}?whole=1").headers["Location"] == opened.url
