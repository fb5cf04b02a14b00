"""Search: whatever is asked, there is an answer."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masthead.newsroom import testing as paper

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the file open from which it saves a picture in another shape.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]


@pytest.fixture
def _paper() -> None:
    author = paper.make_author("Tomas Oakley")
    paper.make_article(
        title="Dredger back in the basin",
        standfirst="Silt, at last.",
        authors=[author],
        topics=[paper.make_topic("Breakwater")],
    )
    paper.make_article(title="Ferry on Sundays", body=[("paragraph", "<p>From Easter, whatever the tide.</p>")])
    paper.build_search_index()


def found(client: Client, words: str) -> list[str]:
    response = client.get("/search/", {"q": words})
    assert response.status_code == 200
    page = BeautifulSoup(response.content.decode(), "html.parser")
    return [link.get_text() for link in page.select(".story--row .story__headline a")]


@pytest.mark.usefixtures("_paper")
class TestSearch:
    @pytest.mark.parametrize("words", ["dredger", "DREDGER basin", "silt", "oakley", "breakwater"])
    def test_finds_headlines_standfirsts_authors_and_topics(self, client: Client, words: str) -> None:
        assert found(client, words) == ["Dredger back in the basin"]

    def test_finds_words_of_the_body(self, client: Client) -> None:
        assert found(client, "easter tide") == ["Ferry on Sundays"]

    def test_all_words_must_be_there(self, client: Client) -> None:
        assert found(client, "dredger easter") == []

    def test_without_words_shows_the_newest(self, client: Client) -> None:
        text = client.get("/search/").content.decode()
        assert "Newest articles" in text
        assert "Nothing was found" not in text

    def test_with_nothing_found_says_so(self, client: Client) -> None:
        text = client.get("/search/", {"q": "periwinkle"}).content.decode()
        assert "Nothing was found." in text
        assert "0 articles with" in text

    def test_shows_hostile_words_as_words(self, client: Client) -> None:
        text = client.get("/search/", {"q": '"><script>alert(1)</script>'}).content.decode()
        assert "<script>alert" not in text

    def test_leaves_out_what_was_taken_down(self, client: Client) -> None:
        from masthead.newsroom.models import ArticlePage

        ArticlePage.objects.get(title="Ferry on Sundays").unpublish()
        assert found(client, "ferry") == []

    @pytest.mark.parametrize(
        "words",
        [
            "'", '"', '""', '"a', "*", "a*", "AND", "OR NOT", "-", "^", "(", "a:b", "NEAR(", "\x00", "a\x00b", "%", "_",
            "\\", "😀", "x" * 9000, "é̀" * 50, "\u202e", "; DROP TABLE",
        ],
    )  # fmt: skip
    def test_takes_nonsense(self, client: Client, words: str) -> None:
        assert client.get("/search/", {"q": words}).status_code == 200

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.text(max_size=30))
    def test_law_any_words_have_an_answer(self, client: Client, words: str) -> None:
        assert client.get("/search/", {"q": words.encode("utf-8", "ignore").decode()}).status_code == 200

    def test_takes_pages_that_are_not_there(self, client: Client) -> None:
        assert client.get("/search/", {"q": "dredger", "page": "99"}).status_code == 404
        assert client.get("/search/?q=%ff%fe").status_code == 200
