"""Take the documentation's pictures of a fresh demonstration newsroom.

python scripts/take_pictures.py docs/pictures
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from tests.browser.conftest import CHROMIUM, FLAGS, Newsroom, articles, running_newsroom  # noqa: E402


def open_page(browser: Browser, **options: Any) -> Page:
    """Open a browser of its own."""
    return browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options}).new_page()


def settle(page: Page) -> None:
    """Wait until pictures and fonts stand."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


def take_front(browser: Browser, site: Newsroom, folder: Path) -> None:
    """Take the front page, wide and narrow, by day and by night."""
    for width, height, scheme in ((1280, 860, "light"), (1280, 860, "dark"), (360, 720, "light"), (360, 720, "dark")):
        page = open_page(browser, viewport={"width": width, "height": height}, color_scheme=scheme)
        page.goto(site.url)
        settle(page)
        page.screenshot(path=folder / f"front-{width}-{scheme}.png")
        page.context.close()


def take_appeal(browser: Browser, site: Newsroom, folder: Path) -> None:
    """Read five articles, then take the appeal at the end of the fifth."""
    paths = articles(site, community=False)[:5]
    for width, height, scheme in ((1280, 1180, "light"), (360, 720, "dark")):
        page = open_page(browser, viewport={"width": width, "height": height}, color_scheme=scheme)
        for path in paths:
            with page.expect_response(re.compile("/_masthead/visit")):
                page.goto(site.url + path)
        settle(page)
        slot = page.locator("[data-masthead-slot=end-of-article]")
        slot.evaluate("slot => slot.scrollIntoView({block: 'end', behavior: 'instant'})")
        settle(page)
        page.screenshot(path=folder / f"appeal-{width}-{scheme}.png")
        page.context.close()


def take_join(browser: Browser, site: Newsroom, folder: Path) -> None:
    """Take the page on which readers join."""
    page = open_page(browser)
    page.goto(site.url + "/join/")
    settle(page)
    page.screenshot(path=folder / "join-1280-light.png")


def take_console(browser: Browser, site: Newsroom, folder: Path) -> None:
    """Sign in as the membership manager and take the numbers and the appeals."""
    page = open_page(browser)
    page.goto(site.url + "/cms/login/")
    address, password = site.staff("manager")
    page.fill("input[name=username]", address)
    page.fill("input[name=password]", password)
    page.click("form button[type=submit]")
    page.wait_for_url("**/cms/")
    for name, words in (("numbers", "Numbers"), ("appeals", "Appeals")):
        link = page.get_by_role("link", name=words, exact=True).first
        page.goto(site.url + str(link.get_attribute("href")))
        settle(page)
        page.screenshot(path=folder / f"{name}-1280-light.png")


def main(folder: Path) -> None:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_newsroom() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for take in (take_front, take_appeal, take_join, take_console):
            take(browser, site, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
