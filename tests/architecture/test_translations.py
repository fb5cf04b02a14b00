"""What readers see, in Hebrew and Arabic: every entry is whole, and the compiled files are in step."""

from __future__ import annotations

import re
from functools import cache
from gettext import GNUTranslations, c2py
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings

LOCALE = Path(__file__).resolve().parents[2] / "src" / "masthead" / "locale"
LANGUAGES = ("he", "ar")

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
# The numbers that plural forms are of: one that stands for a single number may say it in words.
COUNTED = {"%(number)s", "%(counter)s", "{number}", "{days}", "{months}"}
TAG = re.compile(r"<[^>]+>")
LETTERS = {"he": re.compile(r"[֐-׿]"), "ar": re.compile(r"[؀-ۿ]")}

KEY_SENTENCES = (
    "Another amount",
    "Change the amount",
    "Close",
    "Continue to payment",
    "End my membership",
    "Front page",
    "Go to the front page",
    "Join",
    "Monthly",
    "My membership",
    "Not now",
    "Nothing has been charged",
    "Once",
    "Receipts",
    "Search",
    "Send me a code",
    "Sign in",
    "Sign out",
    "Skip to content",
    "Something went wrong",
    "Thank you",
    "There is no such page",
    "Try again",
    "Yearly",
    "Your sign-in code",
)


@cache
def catalog_of(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def entries(language: str) -> list[Message]:
    return [message for message in catalog_of(language) if message.id]


def as_tuple(words: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def marks(pattern: re.Pattern[str], words: str) -> list[str]:
    return sorted(pattern.findall(words))


def forms_of_one_number(language: str) -> set[int]:
    """Plural forms that stand for a single number, as Arabic's dual: those may say it in words."""
    pick = c2py(catalog_of(language).plural_expr)
    picked = [pick(number) for number in range(300)]
    return {form for form in picked if picked.count(form) == 1}


@pytest.mark.parametrize("language", LANGUAGES)
class TestEntries:
    def test_none_is_fuzzy(self, language: str) -> None:
        assert [message.id for message in catalog_of(language) if message.fuzzy] == []

    def test_none_is_empty(self, language: str) -> None:
        empty = [message.id for message in entries(language) if not all(as_tuple(message.string) or ("",))]
        assert empty == []

    def test_placeholders_and_tags_are_those_of_the_original(self, language: str) -> None:
        wrong = [
            (message.id, message.string)
            for message in entries(language)
            for pattern in (PLACEHOLDER, TAG)
            if isinstance(message.id, str) and marks(pattern, message.id) != marks(pattern, str(message.string))
        ]
        assert wrong == []

    def test_plural_forms_keep_their_placeholders(self, language: str) -> None:
        in_words = forms_of_one_number(language)
        wrong = []
        for message in entries(language):
            if isinstance(message.id, str):
                continue
            wanted = set(PLACEHOLDER.findall(message.id[1]))
            for form, words in enumerate(as_tuple(message.string)):
                spared = COUNTED if form in in_words else set()
                found = set(PLACEHOLDER.findall(words))
                if not wanted - spared <= found <= wanted:
                    wrong.append((message.id[1], form, words))
        assert wrong == []

    def test_plurals_have_every_form(self, language: str) -> None:
        plurals = [message for message in entries(language) if not isinstance(message.id, str)]
        wanted = {"he": 4, "ar": 6}[language]
        assert plurals
        assert catalog_of(language).num_plurals == wanted
        assert [message.id for message in plurals if len(as_tuple(message.string)) != wanted] == []

    def test_both_languages_have_the_same_entries(self, language: str) -> None:
        here = {(message.context, message.id) for message in entries(language)}
        first = {(message.context, message.id) for message in entries(LANGUAGES[0])}
        assert here == first

    def test_header_names_nobody_and_no_day(self, language: str) -> None:
        text = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
        header = text.split("\n\n", 1)[0]
        for field in ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "X-Generator", "@"):
            assert field not in header

    def test_compiled_file_is_in_step(self, language: str) -> None:
        fresh = BytesIO()
        write_mo(fresh, catalog_of(language))
        fresh.seek(0)
        with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
            kept = GNUTranslations(compiled)
        made = GNUTranslations(fresh)
        for message in entries(language):
            context = message.context
            if isinstance(message.id, str):
                ask = (context, message.id) if context else None
                old, new = (each.pgettext(*ask) if ask else each.gettext(message.id) for each in (kept, made))
                assert old == new == message.string
            else:
                one, many = as_tuple(message.id)
                for number in range(130):
                    assert kept.ngettext(one, many, number) == made.ngettext(one, many, number)


@pytest.mark.parametrize("language", LANGUAGES)
class TestReaders:
    @pytest.mark.parametrize("sentence", KEY_SENTENCES)
    def test_key_sentences_are_translated(self, language: str, sentence: str) -> None:
        with translation.override(language):
            said = translation.gettext(sentence)
        assert said != sentence
        assert LETTERS[language].search(said)

    def test_a_count_is_said_in_the_language(self, language: str) -> None:
        with translation.override(language):
            for number in (0, 1, 2, 3, 7, 11, 20, 100, 1000):
                said = translation.ngettext("%(number)s article", "%(number)s articles", number)
                assert LETTERS[language].search(said % {"number": number})

    def test_the_page_of_a_fault_runs_from_the_right(self, language: str) -> None:
        with translation.override(language):
            page = render_to_string("newsroom/server_error.html")
        assert f'lang="{language}" dir="rtl"' in page
        assert LETTERS[language].search(page)

    @pytest.mark.django_db
    def test_a_page_of_the_site_runs_from_the_right(self, language: str, client: Client, settings: Settings) -> None:
        settings.LANGUAGE_CODE = language
        answer = client.get("/no-such-page/")
        page = answer.content.decode()
        assert answer.status_code == 404
        assert f'lang="{language}" dir="rtl"' in page
        assert as_tuple(catalog_of(language)["There is no such page"].string)[0] in page
