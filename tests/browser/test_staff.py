"""Staff in the console: an article is written and kept for members, an appeal is asked, members are seen."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect
from tests.browser.conftest import Newsroom, Reader, wait_for

pytestmark = pytest.mark.browser

BEGINNING = "The lamp at the end of the north mole was lit again on Tuesday, eleven years after it went out."
END = "Nobody had thought to keep the second key, which hung all the while behind the bar of the Anchor."


@pytest.fixture
def sign_in(someone: Callable[..., Reader], newsroom: Newsroom) -> Iterator[Callable[[str], Page]]:
    """Sign a member of the staff in to the console, with a browser of their own."""
    staff: list[Reader] = []

    def sign_in_as(role: str) -> Page:
        address, password = newsroom.staff(role)
        staff.append(someone(viewport={"width": 1440, "height": 1000}))
        page = staff[-1].open("/cms/")
        page.get_by_label("E-mail").fill(address)
        page.locator("input[name=password]").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(newsroom.url + "/cms/")
        return page

    yield sign_in_as
    for person in staff:  # the console saves by itself, and the browser notes when a form is not ready for it
        person.complaints[:] = [said for said in person.complaints if "400 (Bad Request)" not in said]


def go(page: Page, *names: str) -> None:
    """Follow entries of the console's menu."""
    for name in names:
        menu = page.locator("aside")
        entry = menu.get_by_role("link", name=name, exact=True).or_(menu.get_by_role("button", name=name, exact=True))
        entry.first.click()
    page.wait_for_load_state()


def publish(page: Page, words: str = "Publish", said: str = "published") -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name=words, exact=True).click()
    page.wait_for_load_state()
    expect(page.locator(".messages")).to_contain_text(said)


class TestAnEditor:
    def test_writes_an_article_publishes_it_and_keeps_it_for_members(
        self, sign_in: Callable[[str], Page], someone: Callable[..., Reader]
    ) -> None:
        headline = f"The lamp on the north mole is lit again, {secrets.token_hex(3)}"
        page, reader = sign_in("editor"), someone()
        go(page, "Articles")
        page.get_by_role("link", name="Add article").click()
        choose_section(page, "Harbour")
        write_article(page, headline)
        publish(page)

        path = find_article(reader, headline)
        expect(reader.open(path).locator("h1")).to_have_text(headline)
        article = reader.page.locator("article.article")
        expect(article).to_contain_text("It burns paraffin")
        expect(article).to_contain_text(BEGINNING)
        expect(article.get_by_role("link", name="Teodor Maskell").first).to_be_visible()
        expect(article).to_contain_text(END)

        go(page, "Articles")
        page.get_by_role("link", name=headline).first.click()
        page.get_by_role("tab", name="Readers and place").click()
        page.locator("select[name=access]").select_option(label="Community only")
        publish(page)
        stranger = someone()
        assert stranger.read(path)["access"] == "teaser"
        expect(stranger.page.locator("article.article")).to_contain_text(BEGINNING)
        assert END not in stranger.page.content()
        assert END not in stranger.newsroom.get(path)

    def test_has_no_hand_in_appeals_members_and_numbers(
        self, sign_in: Callable[[str], Page], newsroom: Newsroom
    ) -> None:
        page = sign_in("editor")
        expect(page.locator("aside")).to_contain_text("Articles")
        expect(page.locator("aside")).not_to_contain_text(re.compile("Appeals|Community|Numbers"))
        for path in (
            "snippets/appeals/appeal/",
            "snippets/appeals/appeal/add/",
            "settings/appeals/askingsettings/",
            "snippets/community/membership/",
            "snippets/community/tier/",
            "numbers/",
        ):
            page.goto(f"{newsroom.url}/cms/{path}")
            expect(page).to_have_url(newsroom.url + "/cms/")
            expect(page.locator(".messages")).to_contain_text("permission")


def choose_section(page: Page, name: str) -> None:
    page.get_by_role("button", name="Choose a page").click()
    page.locator(".modal").get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name="Create a new article").click()
    page.wait_for_url("**/pages/add/newsroom/articlepage/**")


def write_article(page: Page, headline: str) -> None:
    page.get_by_role("textbox", name="Headline").fill(headline)
    page.get_by_role("textbox", name="Standfirst").fill("It burns paraffin, and can be seen from the ferry.")
    page.get_by_role("button", name="Add Author").click()
    page.get_by_role("button", name="Choose author").click()
    page.locator(".modal").get_by_role("link", name="Teodor Maskell").click()
    page.locator("[data-contentpath=body]").get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name="Text").click()
    expect(page.locator("[data-contentpath=body] [contenteditable=true]")).to_be_focused()
    for words in (BEGINNING, *(f"The harbour office counted boat number {number}." for number in range(6)), END):
        page.keyboard.type(words)
        page.keyboard.press("Enter")
    keep(page, END)


def keep(page: Page, words: str) -> None:
    """Wait until the editor of rich text has put the words into its form, as it does soon after the last key."""
    page.wait_for_function(
        "words => [...document.querySelectorAll('input, textarea')].some(i => i.value.includes(words))",
        arg=words,
    )


def find_article(reader: Reader, headline: str) -> str:
    """Return the path under which the front page has it."""
    link = reader.open("/").get_by_role("link", name=headline).first
    expect(link).to_be_visible()
    path = link.get_attribute("href")
    assert path
    return path.removeprefix(reader.newsroom.url)


class TestAManagerOfMemberships:
    def test_writes_an_appeal_previews_it_and_readers_are_asked_within_seconds(
        self, sign_in: Callable[[str], Page], reader: Reader, free_articles: list[str]
    ) -> None:
        heading, path = f"Would you keep the lamp lit? {secrets.token_hex(3)}", free_articles[0]
        page = sign_in("manager")
        write_appeal(page, heading)
        assert heading in read_preview(page)
        assert not is_asked(reader, path, heading)
        publish(page)
        try:
            wait_for(lambda: is_asked(reader, path, heading), seconds=5, what="the appeal to be live")
            expect(reader.page.locator("[data-masthead-slot=end-of-article] .mh-appeal")).to_contain_text(heading)
            assert page.locator("table").get_by_text("Live").count()
        finally:
            take_back(page, heading)
        wait_for(lambda: not is_asked(reader, path, heading), seconds=5, what="the appeal to be gone")

    def test_schedules_an_appeal_for_tomorrow(
        self, sign_in: Callable[[str], Page], reader: Reader, free_articles: list[str]
    ) -> None:
        heading, path = f"Not before tomorrow {secrets.token_hex(3)}", free_articles[0]
        page = sign_in("manager")
        write_appeal(page, heading)
        page.get_by_role("button", name="Toggle status").click()
        page.get_by_role("button", name="Set schedule").click()
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        page.locator("input[name=go_live_at]").fill(f"{tomorrow:%Y-%m-%d %H:%M}")
        page.get_by_role("button", name="Save schedule").press("Enter")  # the calendar lies over it
        publish(page, "Schedule to publish", "scheduled")
        try:
            expect(page.locator("tr", has_text=heading)).to_contain_text(re.compile("scheduled", re.IGNORECASE))
            page.wait_for_timeout(2500)  # long enough for an appeal that is live to arrive
            assert not is_asked(reader, path, heading)
        finally:
            take_back(page, heading)

    def test_publishes_while_the_console_saves_and_there_is_one_appeal(self, sign_in: Callable[[str], Page]) -> None:
        heading, page = f"Once is enough {secrets.token_hex(3)}", sign_in("manager")
        saved: list[tuple[Route, APIResponse]] = []

        def hold_back_what_was_saved(route: Route) -> None:
            if route.request.headers["accept"] != "application/json":
                return route.continue_()
            answer = route.fetch()
            return saved.append((route, answer)) if answer.ok else route.fulfill(response=answer)

        page.route("**/appeal/add/", hold_back_what_was_saved)
        write_appeal(page, heading)
        wait_for(lambda: page.wait_for_timeout(50) or saved, seconds=10, what="the console to save")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("button", name="Publish", exact=True).click()
        page.wait_for_timeout(500)
        for route, answer in saved:
            route.fulfill(response=answer)
        try:
            expect(page.locator(".messages")).to_contain_text("published")
            expect(page.locator("tr", has_text=heading)).to_have_count(1)
        finally:
            take_back(page, heading)

    def test_sees_members_and_numbers(self, sign_in: Callable[[str], Page]) -> None:
        page = sign_in("manager")
        go(page, "Community", "Members")
        rows = page.locator("main table tbody tr")
        assert rows.count() > 5
        expect(rows.filter(has_text="Patron").first).to_contain_text("Active")
        expect(rows.filter(has_text="a month").first).to_contain_text("$")
        go(page, "Numbers")
        for figure in ("Reads", "Joins"):
            expect(page.locator("main")).to_contain_text(figure)
        expect(page.locator("main")).to_contain_text("From the editor, at the end of an article")


def write_appeal(page: Page, heading: str) -> None:
    go(page, "Appeals")
    page.get_by_role("link", name="Add appeal").first.click()
    page.locator("input[name=name]").fill(heading)
    page.get_by_label("End of the article").check()
    for number, ending in enumerate(("First", "Second")):
        if number:
            page.get_by_role("button", name="Add variant").click()
        page.locator(f"input[name=variants-{number}-heading]").fill(f"{heading} {ending}")
        page.locator("[data-contentpath=body] [contenteditable=true]").nth(number).click()
        page.keyboard.type(f"It burns paraffin, and somebody has to carry it up the stairs. {ending}")
        keep(page, ending)
    page.get_by_role("tab", name="Who is asked").click()
    page.locator("input[name=reads_at_least]").fill("0")


def read_preview(page: Page) -> str:
    page.get_by_role("button", name="Toggle preview").click()
    frame = page.frame_locator("iframe#w-preview-iframe")
    expect(frame.locator(".mh-appeal").first).to_be_visible()
    return frame.locator("body").inner_text()


def is_asked(reader: Reader, path: str, heading: str) -> bool:
    return heading in str(reader.read(path)["appeals"])


def take_back(page: Page, heading: str) -> None:
    """Delete the appeal; other tests read on the same site."""
    go(page, "Appeals")
    page.get_by_role("link", name=heading).first.click()
    page.goto(page.url.replace("/edit/", "/delete/"))
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.locator(".messages")).to_contain_text("deleted")
