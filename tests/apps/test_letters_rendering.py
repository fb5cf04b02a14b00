"""Every letter that any app registers, in every language."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from masthead.letters import publication
from masthead.letters.kinds import list_kinds
from masthead.letters.models import LetterWords
from masthead.letters.publication import Publication
from masthead.letters.rendering import LetterNotRendered, get_shipped_words, get_vocabulary, render_letter, to_html
from masthead.letters.wording import check_words

pytestmark = pytest.mark.django_db

KINDS = [kind.key for kind in list_kinds()]
SAMPLES = {kind.key: kind.sample for kind in list_kinds()}


@pytest.fixture(autouse=True)
def _publication(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "_source", lambda _language: Publication(name="The Ōtter & Lantern <1>"))


def test_there_are_letters() -> None:
    assert "sign_in_code" in KINDS


@pytest.mark.parametrize("language", ["en", "he", "ar"])
@pytest.mark.parametrize("kind", KINDS)
def test_is_readable_and_asks_no_other_server(kind: str, language: str) -> None:
    letter = render_letter(kind, SAMPLES[kind], language=language, unsubscribe_url="http://localhost:8000/stop/1")
    page = BeautifulSoup(letter.html, "html.parser")
    root = page.html
    assert root is not None
    assert (root["lang"], root["dir"]) == (language, "ltr" if language == "en" else "rtl")

    assert letter.subject
    assert "\n" not in letter.subject
    assert len(letter.subject) < 120
    assert len(letter.text.split()) > 15
    for words in (letter.subject, letter.text):
        assert "{{" not in words
        assert "{%" not in words
        assert not re.search(r"&(amp|lt|gt|quot|#x?\w+);", words), "plain text is not escaped"

    assert not page.find_all(["script", "link", "iframe", "object", "form", "video"])
    for picture in page.find_all("img"):
        assert int(str(picture.get("width", "0")).removesuffix("px") or 0) > 1, "a tracking pixel"
        assert "alt" in picture.attrs
    for element in page.select("[src]"):
        assert str(element["src"]).startswith("http://localhost:8000/"), "something remote is loaded"
    assert "@import" not in letter.html
    assert "@font-face" not in letter.html
    assert "fonts.g" not in letter.html
    assert not re.search(r"url\((?!['\"]?http://localhost:8000/)", letter.html)
    for link in page.find_all("a"):
        assert str(link["href"]).startswith(("http://", "https://", "mailto:"))
    assert "http://localhost:8000/stop/1" in letter.text
    assert len(letter.html) < 100_000, "mail programs cut long letters"


@pytest.mark.parametrize("kind", KINDS)
def test_shows_every_part_of_its_sample_and_escapes_it(kind: str) -> None:
    nasty = {key: f'{value}"><b>&' for key, value in SAMPLES[kind].items() if not value.startswith("http")}
    letter = render_letter(kind, {**SAMPLES[kind], **nasty}, language="en")
    assert "<b>&" not in letter.html.replace('"><b>&amp;', "")
    assert '"><b>&<' not in letter.html


def test_names_the_publication_and_escapes_it() -> None:
    letter = render_letter("sign_in_code", SAMPLES["sign_in_code"], language="en")
    assert "The Ōtter & Lantern <1>" in letter.text
    assert "The Ōtter &amp; Lantern &lt;1&gt;" in letter.html


def test_links_survive_the_escaping() -> None:
    letter = render_letter(
        "known_address", {**SAMPLES["known_address"], "login_url": "http://localhost:8000/a/?b=1&c=2"}, language="en"
    )
    button = BeautifulSoup(letter.html, "html.parser").find("a", string=re.compile("Sign in"))
    assert button is not None
    assert button["href"] == "http://localhost:8000/a/?b=1&c=2"
    assert "?b=1&c=2" in letter.text


def test_refuses_what_is_no_mjml() -> None:
    with pytest.raises(LetterNotRendered):
        to_html("<mjml><mj-body><mj-nonsense>")


@pytest.mark.parametrize("language", ["en", "he", "ar"])
@pytest.mark.parametrize("kind", KINDS)
def test_says_the_same_in_our_words_when_staff_take_them_over(kind: str, language: str) -> None:
    """What the editor begins with is the letter as it is: nothing is lost, and every value stands for itself."""
    own = LetterWords(kind=kind, language=language)
    own.subject, own.body = get_shipped_words(kind, language)
    assert check_words(own.subject, own.body, get_vocabulary(kind, language)) == []
    ours = render_letter(kind, SAMPLES[kind], language=language)
    theirs = render_letter(kind, SAMPLES[kind], language=language, own=own)
    assert theirs.subject == ours.subject
    assert theirs.text.split() == ours.text.split()
    drawn, redrawn = (BeautifulSoup(letter.html, "html.parser") for letter in (ours, theirs))
    assert [link["href"] for link in redrawn.find_all("a")] == [link["href"] for link in drawn.find_all("a")]
    assert [tag["dir"] for tag in redrawn.select("html")] == [tag["dir"] for tag in drawn.select("html")]
    assert not redrawn.find_all(["script", "link", "img"])


@pytest.mark.parametrize("kind", KINDS)
def test_needs_no_pictures(kind: str) -> None:
    letter = render_letter(kind, SAMPLES[kind], language="en")
    assert "<img" not in letter.html
    assert "background=" not in letter.html


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("he", "rtl"), ("ar", "rtl")])
@pytest.mark.parametrize("kind", KINDS)
def test_runs_in_the_direction_of_its_language_down_to_its_lists(kind: str, language: str, direction: str) -> None:
    letter = render_letter(kind, SAMPLES[kind], language=language)
    columns = BeautifulSoup(letter.html, "html.parser").select(".mj-outlook-group-fix")
    assert columns
    assert all(f"direction:{direction}" in str(column["style"]) for column in columns)
