"""Everyone can read and join: no finding of axe, nothing wider than a narrow phone, everything by keyboard."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Newsroom, Reader, meet_readers
from tests.browser.test_joining import go_to_checkout, join

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Visitors:
    """People who came for the whole of this file, and what there is to read."""

    anyone: Reader
    member: Reader
    make: Callable[[], Reader]
    free: list[str]
    community: list[str]


@pytest.fixture(scope="module")
def visitors(
    chromium: Browser, newsroom: Newsroom, free_articles: list[str], community_articles: list[str]
) -> Iterator[Visitors]:
    with meet_readers(chromium, newsroom) as make:
        member = make(reduced_motion="reduce")
        join(member, f"axe-{secrets.token_hex(4)}@reader.example")
        yield Visitors(
            anyone=make(reduced_motion="reduce"),
            member=member,
            make=lambda: make(reduced_motion="reduce"),
            free=free_articles,
            community=community_articles,
        )


def open_path(path: str) -> Callable[[Visitors], Page]:
    return lambda visitors: visitors.anyone.open(path)


def open_as_member(path: str) -> Callable[[Visitors], Page]:
    return lambda visitors: visitors.member.open(path)


def open_first(link: str, *, of: str = "/") -> Callable[[Visitors], Page]:
    """Open the page that the first such link of a page leads to."""

    def follow(visitors: Visitors) -> Page:
        path = visitors.anyone.open(of).locator(link).first.get_attribute("href")
        assert path
        return visitors.anyone.open(path)

    return follow


def open_missing(visitors: Visitors) -> Page:
    page = visitors.anyone.open("/no-such-page/")
    visitors.anyone.complaints.clear()  # the browser notes the 404
    return page


def open_refused(visitors: Visitors) -> Page:
    page = go_to_checkout(visitors.anyone, "ola@reader.example", amount="1")
    expect(page.locator(".field__error").first).to_be_visible()
    visitors.anyone.complaints.clear()  # the browser notes the refusal's status
    return page


def open_with_appeal(visitors: Visitors) -> Page:
    return read_until(visitors.make(), visitors.free, "end-of-article")


def open_with_banner(visitors: Visitors) -> Page:
    return read_until(visitors.make(), visitors.free, "banner")


def open_with_letter(visitors: Visitors) -> Page:
    return read_until(visitors.make(), visitors.free, "letter")


STANDING = {
    "end-of-article": "[data-masthead-slot=end-of-article] .mh-appeal",
    "banner": ".mh-banner .mh-appeal",
    "letter": "dialog.mh-letter[open] .mh-appeal",
}


def read_until(reader: Reader, paths: list[str], placement: str) -> Page:
    """Read one article after the other until an appeal stands there."""
    for path in paths:
        appeals = reader.read(path)["appeals"]
        assert isinstance(appeals, dict)
        if placement in appeals:
            appeal = reader.page.locator(STANDING[placement])
            appeal.scroll_into_view_if_needed()
            expect(appeal).to_be_visible()
            return reader.page
    raise AssertionError(f"no appeal came as {placement}")


PAGES: dict[str, Callable[[Visitors], Page]] = {
    "front": open_path("/"),
    "section": open_first("nav a[href^='/']:not([href='/'])"),
    "topic": lambda visitors: open_first("a[href^='/topics/']", of=visitors.free[0])(visitors),
    "author": open_first("main a[href^='/authors/']", of="/authors/"),
    "writers": open_path("/authors/"),
    "article": lambda visitors: visitors.anyone.open(visitors.free[0]),
    "article-with-appeal": open_with_appeal,
    "article-with-banner": open_with_banner,
    "article-with-letter": open_with_letter,
    "community-only-cut": lambda visitors: visitors.anyone.open(visitors.community[0]),
    "community-only-whole": lambda visitors: visitors.member.open(visitors.community[0]),
    "search": open_path("/search/?q=harbour"),
    "search-in-vain": open_path("/search/?q=zzyzx"),
    "missing": open_missing,
    "join": open_path("/join/"),
    "join-refused": open_refused,
    "checkout": lambda visitors: go_to_checkout(visitors.anyone, "ola@reader.example"),
    "sign-in": open_path("/accounts/login/"),
    "welcome": open_as_member("/welcome/"),
    "membership": open_as_member("/membership/"),
    "membership-end": open_as_member("/membership/end/"),
    "passkeys": open_as_member("/accounts/passkeys/"),
    "mailbox": open_path("/mailbox/"),
    "reads": open_path("/reads/"),
    "letter": open_first("a[href^='/mailbox/']:not([href='/mailbox/'])", of="/mailbox/"),
}


@pytest.fixture(scope="module", params=PAGES)
def sight(request: pytest.FixtureRequest, visitors: Visitors) -> Page:
    """One page after the other, opened once for all that is asked of it."""
    return PAGES[request.param](visitors)


# Only the colours differ in the dark.
RULES: dict[str, dict[str, object]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}


class TestEveryPage:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_has_no_finding(self, sight: Page, scheme: Literal["light", "dark"]) -> None:
        sight.set_viewport_size({"width": 1280, "height": 900})
        sight.emulate_media(color_scheme=scheme)
        sight.evaluate("Promise.allSettled(document.getAnimations().map(one => one.finished))")
        findings = Axe().run(sight, options=RULES[scheme])
        assert findings.violations_count == 0, findings.generate_report()

    def test_fits_into_a_narrow_phone(self, sight: Page) -> None:
        sight.set_viewport_size({"width": 320, "height": 640})
        wide = sight.evaluate(
            "[...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)"
            ".map(one => `${one.tagName}.${one.className}`).slice(0, 8)"
        )
        assert sight.evaluate("document.documentElement.scrollWidth <= innerWidth"), wide


def test_a_members_badge_does_not_squeeze_the_name(visitors: Visitors) -> None:
    page = visitors.member.open(visitors.free[0])
    page.set_viewport_size({"width": 360, "height": 640})
    expect(page.locator(".badge")).to_be_visible()
    box = page.locator(".nameplate").first.bounding_box()
    assert box is not None
    assert box["height"] < 80


# A card or a label may draw the outline for the link or the button that has the focus.
FOCUS_SHOWS = """
(() => {
  const one = document.activeElement;
  return [one, ...(one.labels || []), one.parentElement, one.closest("article, li, fieldset")]
    .filter(Boolean)
    .some((each) => ["", "::before", "::after"].some((part) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(each, part || null);
      return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    }));
})()"""


def tab_to(page: Page, selector: str, *, most: int = 60) -> None:
    """Press Tab until the focus is there; it shows all the way."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_SHOWS), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never came to {selector}")


def focus_is_in(page: Page, selector: str) -> bool:
    inside: bool = page.evaluate("selector => !!document.activeElement.closest(selector)", selector)
    return inside


class TestTheKeyboard:
    def test_skips_to_the_main_part(self, reader: Reader) -> None:
        page = reader.open("/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
        expect(page.locator(":focus")).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert focus_is_in(page, "main")

    def test_shows_the_focus_on_every_stop_of_the_front_page(self, reader: Reader) -> None:
        tab_to(reader.open("/"), "main a")

    def test_stays_in_the_letter_and_comes_back(self, reader: Reader, free_articles: list[str]) -> None:
        page = read_until(reader, free_articles, "letter")
        assert focus_is_in(page, "dialog.mh-letter")
        stops = set()
        for _ in range(8):
            page.keyboard.press("Tab")
            inside = focus_is_in(page, "dialog.mh-letter")
            # Between the last stop and the first, Chromium's own window has its turn.
            assert inside or page.evaluate("document.activeElement === document.body")
            if inside:
                assert page.evaluate(FOCUS_SHOWS)
                stops.add(page.evaluate("document.activeElement.dataset.mastheadAction"))
        assert stops >= {"close", "join", "not-now"}
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)

    def test_gives_the_focus_back_when_the_letter_closes(self, reader: Reader, free_articles: list[str]) -> None:
        reader.context.add_init_script(
            "addEventListener('DOMContentLoaded', () => document.querySelector('header a[href]').focus())"
        )
        page = read_until(reader, free_articles, "letter")
        assert focus_is_in(page, "dialog.mh-letter")
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
        assert focus_is_in(page, "header")

    def test_closes_the_banner(self, reader: Reader, free_articles: list[str]) -> None:
        page = read_until(reader, free_articles, "banner")
        page.locator(".mh-banner [data-masthead-action=close]").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".mh-banner")).to_have_count(0)

    def test_closes_the_banner_with_escape(self, reader: Reader, free_articles: list[str]) -> None:
        page = read_until(reader, free_articles, "banner")
        page.keyboard.press("Escape")
        expect(page.locator(".mh-banner")).to_have_count(0)

    def test_fills_in_and_sends_the_join_form(self, reader: Reader) -> None:
        page = reader.open("/join/")
        tab_to(page, "main [type=radio], main button")
        tab_to(page, "main input[type=email]")
        page.keyboard.type(f"keys-{secrets.token_hex(4)}@reader.example")
        tab_to(page, "[data-go]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/sandbox/**")
        expect(page.locator(".banner")).to_contain_text("No real money")
