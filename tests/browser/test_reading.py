"""Reading: the count is true, the appeal comes to dedicated readers, and no means no."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Reader, wait_for

pytestmark = pytest.mark.browser


def shown(answer: dict[str, object], placement: str) -> bool:
    appeals = answer["appeals"]
    assert isinstance(appeals, dict)
    return placement in appeals


class TestTheCount:
    def test_is_of_distinct_articles_and_the_fifth_brings_the_appeal(
        self, reader: Reader, free_articles: list[str]
    ) -> None:
        for place, path in enumerate(free_articles[:4], start=1):
            answer = reader.read(path)
            assert answer["reads"] == place
            assert answer["appeals"] == {}
        again = reader.read(free_articles[0])
        assert again["reads"] == 4, "reading an article again changes no number"
        assert reader.read(free_articles[4])["reads"] == 5
        appeal = reader.page.locator("[data-masthead-slot=end-of-article] .mh-appeal")
        expect(appeal).to_contain_text("5 articles")
        expect(appeal).to_contain_text("Ines Caldbeck")
        expect(appeal.locator(".mh-appeal__portrait")).to_have_js_property("complete", value=True)
        assert reader.read(free_articles[4])["reads"] == 5

    def test_never_leaves_the_readers_browser_as_text(self, reader: Reader, free_articles: list[str]) -> None:
        reader.read(free_articles[0])
        cookie = next(
            cookie
            for cookie in reader.context.cookies(reader.newsroom.url + "/_masthead/visit")
            if cookie["name"] == "mh_reads"
        )
        assert cookie["httpOnly"]
        assert cookie["path"] == "/_masthead/"
        assert cookie["sameSite"] == "Lax"


def read_many(reader: Reader, paths: list[str], count: int) -> dict[str, object]:
    answer: dict[str, object] = {}
    for path in paths[:count]:
        answer = reader.read(path)
    return answer


class TestTheAppeal:
    def test_closed_stays_closed(self, reader: Reader, free_articles: list[str]) -> None:
        assert shown(read_many(reader, free_articles, 5), "end-of-article")
        with reader.page.expect_response(
            lambda answer: answer.url.endswith("/beacon") and "dismissed" in (answer.request.post_data or "")
        ):
            reader.page.locator(".mh-appeal [data-masthead-action=close]").first.click()
        expect(reader.page.locator("[data-masthead-slot=end-of-article] .mh-appeal")).to_have_count(0)
        assert not shown(reader.read(free_articles[5]), "end-of-article")
        assert not shown(reader.read(free_articles[4]), "end-of-article")

    def test_not_now_is_respected_in_every_placement(self, reader: Reader, free_articles: list[str]) -> None:
        assert shown(read_many(reader, free_articles, 5), "end-of-article")
        with reader.page.expect_response(
            lambda answer: answer.url.endswith("/beacon") and "declined" in (answer.request.post_data or "")
        ):
            reader.page.locator(".mh-appeal [data-masthead-action=not-now]").first.click()
        for path in free_articles[5:16]:
            assert reader.read(path)["appeals"] == {}

    def test_seen_is_told_once_half_of_it_was_visible_for_a_second(
        self, reader: Reader, free_articles: list[str]
    ) -> None:
        read_many(reader, free_articles, 5)
        with reader.page.expect_response(
            lambda answer: answer.url.endswith("/beacon") and "seen" in (answer.request.post_data or "")
        ) as told:
            reader.page.locator("[data-masthead-slot=end-of-article] .mh-appeal").scroll_into_view_if_needed()
        assert told.value.status == 204

    def test_banner_and_letter_have_rules_of_their_own(self, reader: Reader, free_articles: list[str]) -> None:
        found: dict[str, int] = {}
        for place, path in enumerate(free_articles[:16], start=1):
            answer = reader.read(path)
            for placement in ("banner", "letter"):
                if shown(answer, placement):
                    found.setdefault(placement, place)
                    assert not (shown(answer, "banner") and shown(answer, "letter"))
            if shown(answer, "letter"):
                dialog = reader.page.locator("dialog[open]")
                expect(dialog).to_be_visible()
                reader.page.keyboard.press("Escape")
                expect(dialog).to_have_count(0)
            elif shown(answer, "banner"):
                seen_and_close(reader)
        assert found.keys() == {"banner", "letter"}
        assert 5 < found["banner"] < found["letter"]

    def test_costs_no_layout_shift(self, reader: Reader, free_articles: list[str]) -> None:
        read_many(reader, free_articles, 4)
        reader.context.add_init_script(
            "window.shift = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())"
            " if (!entry.hadRecentInput) window.shift += entry.value }).observe({type: 'layout-shift', buffered: true})"
        )
        reader.read(free_articles[4])
        reader.page.wait_for_timeout(500)
        reader.page.locator("[data-masthead-slot=end-of-article]").scroll_into_view_if_needed()
        reader.page.wait_for_timeout(500)
        assert reader.page.evaluate("window.shift") < 0.01


def seen_and_close(reader: Reader) -> None:
    close = reader.page.locator(
        ".mh-banner [data-masthead-action=close], [data-masthead-banner] [data-masthead-action=close]"
    ).first
    if close.count():
        close.click()


class TestWithoutTheService:
    def test_the_article_stays_readable(self, someone: Callable[..., Reader], free_articles: list[str]) -> None:
        reader = someone()
        reader.context.route("**/_masthead/**", lambda route: route.abort())
        page = reader.open(free_articles[0])
        expect(page.locator("article h1")).to_be_visible()
        expect(page.locator("[data-masthead-slot=end-of-article]")).to_contain_text("free")
        assert page.locator(".mh-appeal").count() == 0
        wait_for(lambda: reader.complaints, what="the failed requests")
        reader.complaints.clear()

    def test_and_without_script_too(self, someone: Callable[..., Reader], free_articles: list[str]) -> None:
        page = someone(java_script_enabled=False).open(free_articles[0])
        expect(page.locator(".article__body")).to_be_visible()
        expect(page.locator("[data-masthead-slot=end-of-article] a[href^='/join']")).to_be_visible()


class TestYourReads:
    def test_are_shown_and_forgotten(self, reader: Reader, free_articles: list[str]) -> None:
        page = reader.open("/reads/")
        expect(page.locator("[data-reads]")).to_contain_text("Your browser carries nothing of ours.")
        for path in free_articles[:3]:
            reader.read(path)
        page = reader.open("/reads/")
        expect(page.locator("[data-reads-number]")).to_have_text("3")
        expect(page.locator("[data-reads-days] tr")).to_have_count(1)
        page.get_by_role("button", name="Forget my reads").click()
        expect(page.locator("[data-reads]")).to_contain_text("Your browser carries nothing of ours.")
        expect(page).to_have_url(f"{reader.newsroom.url}/reads/")
        assert reader.read(free_articles[0])["reads"] == 1
