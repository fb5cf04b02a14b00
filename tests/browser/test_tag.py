"""The tag on a page of any site: a plain page, edge in front of it, nothing else of Masthead."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import wait_for
from tests.edge.paper import NOON, Paper, make_appeal, make_snapshot

from masthead.rules.audience import Condition, Placement
from masthead.rules.choosing import Appeal, Variant

pytestmark = pytest.mark.browser

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
STYLE = """
body { max-width: 44rem; margin: auto }
[data-masthead-ad] { height: 9rem }
.mh-ad-free [data-masthead-ad] { display: none }"""
COMMUNITY = '<div data-masthead-community="/_masthead/community/7/"><p>Only the beginning.</p></div>'
PARAGRAPH = "<p>The tide table has been in a drawer of the harbour office ever since. This week it came out again.</p>"
APPEAL = """
<section class="mh-appeal" lang="en" dir="ltr" aria-labelledby="mh-appeal-{key}">
  <button class="mh-appeal__close" type="button" data-masthead-action="close" aria-label="Close">×</button>
  <h2 class="mh-appeal__heading" id="mh-appeal-{key}">You read {{reads}} articles.</h2>
  <div class="mh-appeal__body"><p>No paywall. <strong class="mh-appeal__highlight">Six dollars.</strong></p></div>
  <footer class="mh-appeal__signed"><div><p class="mh-appeal__name">Ines Caldbeck</p></div></footer>
  <p class="mh-appeal__actions">
    <a class="mh-appeal__join" data-masthead-action="join" href="/join/">Join from $6 a month</a>
    <button class="mh-appeal__not-now" type="button" data-masthead-action="not-now">Not now</button>
  </p>
</section>"""
WATCH_SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


def in_section(key: str, placement: Placement) -> Appeal:
    """An appeal of its own section, so that the page's address says what it shows."""
    return make_appeal(
        key,
        placement,
        audience=(Condition("section_in", (key,)),),
        cap_showings=0,
        variants=(Variant(key="a", weight=1, html=APPEAL.format(key=key).strip()),),
    )


def render(section: str, article: str, wishes: dict[str, list[str]]) -> str:
    style = "" if "unstyled" in wishes else '<link rel="stylesheet" href="/_masthead/tag.css">'
    said = {"private": "false", "agreed": "true"}.get(next(iter(wishes), ""))
    storage = f' data-masthead-storage="{said}"' if said else ""
    slot = "inline" if section == "inline" else "end-of-article"
    return f"""<!doctype html>
<html lang="en"{storage}><head><meta charset="utf-8"><title>Forty centimetres</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/page.css">{style}
<script src="/_masthead/hint.js"></script><script src="/_masthead/tag.js" async></script></head>
<body><header><a href="/">The Lantern</a> <span data-masthead-badge="Friend since {{since}}" hidden></span></header>
<main><article data-masthead-article="{section}-{article}" data-masthead-section="{section}"
 data-masthead-topics="harbour, money" data-masthead-community-only="{"true" if "community" in wishes else "false"}">
<h1>Forty centimetres in pencil</h1>
<div data-masthead-ad="top"><template><p class="ad">An ad <img src="/ad.gif" alt=""></p>
<script src="/first.js"></script><script src="/second.js"></script></template></div>
{PARAGRAPH * int(wishes.get("paragraphs", ["40"])[0])}
{COMMUNITY if "community" in wishes else ""}
<div data-masthead-slot="{slot}"><p>Our own words.</p></div></article></main>
<footer><a id="last" href="#top">Last link</a></footer></body></html>"""


@dataclass
class Site:
    """The page behind edge, and what it was asked for."""

    paper: Paper = field(init=False)
    url: str = ""
    asked: list[str] = field(default_factory=list)
    hint: str = ""
    visit_seconds: float = 0

    def serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer by edge; a visit's answer may be long on its way."""
        answer = self.paper.edge(environ, start_response)
        if environ["PATH_INFO"] == "/_masthead/visit":
            time.sleep(self.visit_seconds)
        return answer

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.asked.append(path)
        kinds = {".js": "text/javascript", ".css": "text/css", ".gif": "image/gif"}
        headers = [("Content-Type", kinds.get(path[path.rfind(".") :], "text/html; charset=utf-8"))]
        body = ""
        if path == "/page.css":
            body = STYLE
        elif path.endswith(".js"):
            body = f"(window.ads ||= []).push('{path}');"
        elif path == "/_masthead/pass":
            headers.append(("Set-Cookie", f"mh_hint={self.hint}; Path=/"))
        elif path.startswith("/_masthead/community/"):
            body = "<p id=whole>The whole of it.</p>"
        elif path.count("/") == 2 and not path.endswith("/"):
            wishes = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
            trusted = "; require-trusted-types-for 'script'" if "trusted" in wishes else ""
            headers.append(("Content-Security-Policy", POLICY + trusted))
            body = render(*path.strip("/").split("/"), wishes)
        start_response("200 OK", headers)
        return [body.encode()]

    def told(self) -> list[str]:
        """What became of the appeals, by the counts: "seen banner" and so on, in no order."""
        self.paper.edge.counts.flush()
        return sorted(
            f"{key.what} {key.appeal}"
            for batch in self.paper.sink.batches.values()
            for key, count in batch.showings.items()
            if key.what != "shown"
            for _ in range(count)
        )


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    whole = Site()
    whole.paper = Paper(
        make_snapshot(*(in_section(placement.value, placement) for placement in Placement)), fallback=whole
    )
    whole.paper.edge.start()
    server = make_server("127.0.0.1", 0, whole.serve, Server, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    whole.url = f"http://localhost:{server.server_port}"
    yield whole
    server.shutdown()
    server.server_close()
    whole.paper.edge.close()


@pytest.fixture
def context(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    complaints: list[str] = []
    context = chromium.new_context(base_url=site.url, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    assert [said for said in complaints if "ERR_FAILED" not in said and "503" not in said] == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def visit(page: Page, path: str) -> dict[str, Any]:
    with page.expect_response(lambda answer: answer.url.endswith("/_masthead/visit")) as heard:
        page.goto(path)
    answer: dict[str, Any] = heard.value.json()
    return answer


class TestInASlot:
    def test_is_seen_after_a_second_in_view_and_once(self, page: Page, site: Site) -> None:
        visit(page, "/end-of-article/1")
        appeal = page.locator("[data-masthead-slot] > .mh-appeal")
        expect(appeal).to_contain_text("You read 1 articles.")
        expect(page.get_by_text("Our own words.")).to_have_count(0)
        page.wait_for_timeout(1300)
        assert site.told() == []
        appeal.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        assert site.told() == []
        wait_for(lambda: site.told() == ["seen end-of-article"])
        page.evaluate("scrollTo(0, 0)")
        appeal.scroll_into_view_if_needed()
        page.wait_for_timeout(1300)
        assert site.told() == ["seen end-of-article"]

    def test_a_glance_is_no_showing(self, page: Page, site: Site) -> None:
        visit(page, "/end-of-article/1")
        for _ in range(3):
            page.locator(".mh-appeal").scroll_into_view_if_needed()
            page.wait_for_timeout(500)
            page.evaluate("scrollTo(0, 0)")
            page.wait_for_timeout(200)
        page.wait_for_timeout(1000)
        assert site.told() == []

    def test_the_way_to_join_carries_the_token(self, page: Page, site: Site) -> None:
        token = visit(page, "/end-of-article/1")["appeals"]["end-of-article"]["token"]
        page.get_by_role("link", name="Join from $6 a month").click()
        page.wait_for_url(f"**/join/?from={token}")
        wait_for(lambda: "clicked end-of-article" in site.told())

    def test_closed_it_goes_and_the_focus_stays_near(self, page: Page, site: Site) -> None:
        visit(page, "/end-of-article/1")
        # Two beacons at once each answer with a cookie, and the one that comes last is kept.
        page.get_by_role("button", name="Close").scroll_into_view_if_needed()
        wait_for(lambda: "seen end-of-article" in site.told())
        page.get_by_role("button", name="Close").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".mh-appeal")).to_have_count(0)
        assert page.evaluate("document.activeElement.dataset.mastheadSlot") == "end-of-article"
        wait_for(lambda: "dismissed end-of-article" in site.told())
        wait_for(lambda: visit(page, "/end-of-article/2")["appeals"] == {})
        assert visit(page, "/banner/2")["appeals"].keys() == {"banner"}

    def test_not_now_is_heard_everywhere(self, page: Page, site: Site) -> None:
        visit(page, "/inline/1")
        page.get_by_role("button", name="Not now").click()
        expect(page.locator(".mh-appeal")).to_have_count(0)
        wait_for(lambda: "declined inline" in site.told())
        for placement in Placement:
            assert visit(page, f"/{placement}/2")["appeals"] == {}

    @pytest.mark.parametrize("style", ["", "?unstyled"])
    def test_moves_nothing(self, page: Page, style: str) -> None:
        page.add_init_script(WATCH_SHIFTS)
        visit(page, f"/end-of-article/1{style}")
        expect(page.locator(".mh-appeal")).to_have_count(1)
        page.locator(".mh-appeal").scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        assert page.evaluate("window.shift") == 0

    def test_waits_where_it_would_move_what_is_read(self, page: Page) -> None:
        page.add_init_script(WATCH_SHIFTS)
        visit(page, "/end-of-article/1?paragraphs=4")
        page.wait_for_timeout(300)
        expect(page.get_by_text("Our own words.")).to_be_visible()
        assert page.evaluate("window.shift") == 0
        page.locator("h1").click()
        expect(page.locator(".mh-appeal")).to_be_visible()
        assert page.evaluate("window.shift") == 0


class TestAsABanner:
    def test_stands_at_the_bottom_and_moves_nothing(self, page: Page, site: Site) -> None:
        page.add_init_script(WATCH_SHIFTS)
        visit(page, "/banner/1")
        banner = page.locator(".mh-banner")
        expect(banner).to_be_visible()
        box = banner.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] == 800
        expect(page.get_by_role("status")).to_have_text("You read 1 articles.")
        wait_for(lambda: site.told() == ["seen banner"])
        assert page.evaluate("window.shift") == 0

    def test_never_covers_what_has_the_focus(self, page: Page) -> None:
        visit(page, "/banner/1?paragraphs=1")
        expect(page.locator(".mh-banner")).to_be_visible()
        page.locator("#last").focus()
        page.wait_for_timeout(200)
        link, banner = page.locator("#last").bounding_box(), page.locator(".mh-banner").bounding_box()
        assert link is not None
        assert banner is not None
        assert link["y"] + link["height"] <= banner["y"]

    def test_goes_with_escape(self, page: Page, site: Site) -> None:
        visit(page, "/banner/1")
        expect(page.locator(".mh-banner")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".mh-banner")).to_have_count(0)
        expect(page.get_by_text("Our own words.")).to_be_attached()
        wait_for(lambda: "dismissed banner" in site.told())


class TestAsALetter:
    def test_moves_nothing(self, page: Page) -> None:
        page.add_init_script(WATCH_SHIFTS)
        visit(page, "/letter/1")
        expect(page.locator("dialog.mh-letter")).to_be_visible()
        page.get_by_role("dialog").get_by_role("button", name="Close").click()
        page.wait_for_timeout(300)
        assert page.evaluate("window.shift") == 0

    def test_keeps_the_focus_and_gives_it_back(self, page: Page, site: Site) -> None:
        page.route("**/_masthead/visit", lambda route: (page.locator("header a").focus(), route.continue_()))
        visit(page, "/letter/1")
        letter = page.get_by_role("dialog", name="You read 1 articles.")
        expect(letter).to_be_visible()
        expect(letter.get_by_role("heading")).to_be_focused()
        for _ in range(8):
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.matches('body, dialog, dialog *')")
        page.keyboard.press("Escape")
        expect(letter).to_have_count(0)
        expect(page.locator("header a")).to_be_focused()
        wait_for(lambda: site.told() == ["dismissed letter"])

    def test_goes_with_a_click_beside_it(self, page: Page, site: Site) -> None:
        visit(page, "/letter/1")
        expect(page.locator("dialog.mh-letter")).to_be_visible()
        page.mouse.click(5, 5)
        expect(page.locator("dialog")).to_have_count(0)
        wait_for(lambda: site.told() == ["dismissed letter"])


class TestAds:
    def test_run_in_their_order_for_who_pays_nothing(self, page: Page) -> None:
        visit(page, "/none/1")
        wait_for(lambda: page.evaluate("window.ads?.length") == 2)
        assert page.evaluate("window.ads") == ["/first.js", "/second.js"]
        expect(page.locator(".ad")).to_be_visible()

    def test_are_not_even_asked_for_by_a_member(self, page: Page, context: BrowserContext, site: Site) -> None:
        context.add_cookies([{"name": "mh_hint", "value": "ad_free~99999999999", "url": site.url}])
        visit(page, "/none/1")
        page.wait_for_load_state("networkidle")
        assert {"/first.js", "/second.js", "/ad.gif", "/_masthead/pass"}.isdisjoint(site.asked)
        assert page.evaluate("document.documentElement.className") == "mh-ad-free"
        assert page.evaluate("document.documentElement.dataset.mastheadBenefits") == "ad_free"

    def test_wait_until_an_old_pass_is_renewed(self, page: Page, context: BrowserContext, site: Site) -> None:
        site.hint = "ad_free.community_content~99999999999"
        context.add_cookies([{"name": "mh_hint", "value": "ad_free~1", "url": site.url}])
        visit(page, "/none/1")
        page.wait_for_load_state("networkidle")
        assert site.asked.count("/_masthead/pass") == 1
        assert "/first.js" not in site.asked
        assert page.evaluate("document.documentElement.dataset.mastheadBenefits") == "ad_free community_content"

    def test_come_back_when_the_pass_is_not_renewed(self, page: Page, context: BrowserContext, site: Site) -> None:
        site.hint = "; Max-Age=0"
        context.add_cookies([{"name": "mh_hint", "value": "ad_free~1", "url": site.url}])
        visit(page, "/none/1")
        wait_for(lambda: page.evaluate("window.ads?.length") == 2)
        expect(page.locator(".ad")).to_be_visible()


class TestMember:
    def test_reads_the_whole_and_wears_the_badge(self, page: Page, context: BrowserContext, site: Site) -> None:
        from tests.edge.paper import SECRET, SITE

        from masthead.kit.sealing import PassSigner
        from masthead.rules.passes import AD_FREE, COMMUNITY_CONTENT, Pass

        borne = Pass((AD_FREE, COMMUNITY_CONTENT), int(NOON) + 3600, "Mara", "2025-11-02", "community")
        signed = PassSigner([SECRET], site=SITE).sign(borne.encode())
        context.add_cookies([{"name": "mh_pass", "value": signed, "url": site.url}])
        assert visit(page, "/end-of-article/1?community")["appeals"] == {}
        expect(page.locator("#whole")).to_have_text("The whole of it.")
        expect(page.get_by_text("Only the beginning.")).to_have_count(0)
        expect(page.locator("[data-masthead-badge]")).to_have_text("Friend since November 2025")
        expect(page.get_by_text("Our own words.")).to_be_attached()

    def test_nobody_else_does(self, page: Page, site: Site) -> None:
        visit(page, "/none/1?community")
        page.wait_for_load_state("networkidle")
        expect(page.get_by_text("Only the beginning.")).to_be_attached()
        expect(page.locator("[data-masthead-badge]")).to_be_hidden()
        assert not [path for path in site.asked if path.startswith("/_masthead/community/")]


class TestWhenThingsAreNotAsTheyShould:
    @pytest.mark.parametrize("answer", [None, "<html>", '{"appeals": {"banner": {}}}'])
    def test_the_page_stays_as_it_is(self, page: Page, answer: str | None) -> None:
        page.route(
            "**/_masthead/visit",
            lambda route: route.abort() if answer is None else route.fulfill(status=200, body=answer),
        )
        page.goto("/end-of-article/1")
        wait_for(lambda: page.evaluate("window.ads?.length") == 2)
        page.wait_for_timeout(300)
        expect(page.get_by_text("Our own words.")).to_be_attached()
        expect(page.locator(".mh-appeal")).to_have_count(0)

    def test_a_count_that_could_not_be_written_is_told_again(self, page: Page, site: Site) -> None:
        tries: list[int] = []

        def stumble(route: Any) -> None:
            tries.append(1)
            if len(tries) == 1:
                route.fulfill(status=503, headers={"Retry-After": "0.2"})
            else:
                route.continue_()

        page.route("**/_masthead/beacon", stumble)
        visit(page, "/banner/1")
        with page.expect_response(lambda answer: answer.url.endswith("/beacon") and answer.status == 204):
            page.locator(".mh-banner").get_by_role("button", name="Close").click()
        assert site.told() == ["dismissed banner"]
        assert len(tries) == 2

    def test_trusted_types_are_respected(self, page: Page) -> None:
        visit(page, "/end-of-article/1?trusted")
        expect(page.locator(".mh-appeal")).to_have_count(1)

    def test_refused_storage_is_passed_on(self, page: Page, context: BrowserContext) -> None:
        answer = visit(page, "/banner/1?private")
        assert (answer["reads"], answer["appeals"]) == (0, {})
        assert [cookie["name"] for cookie in context.cookies()] == []

    def test_where_consent_is_needed_the_page_has_to_say_so(
        self, page: Page, context: BrowserContext, site: Site
    ) -> None:
        words = (Variant(key="a", weight=1, html=APPEAL.format(key="plain").replace("{reads}", "many").strip()),)
        plain = make_appeal("plain", Placement.BANNER, variants=words)
        appeals = [in_section("end-of-article", Placement.END_OF_ARTICLE), plain]
        site.paper.publish(make_snapshot(*appeals, version="2", needs_consent=True))
        answer = visit(page, "/end-of-article/1")
        assert (answer["reads"], list(answer["appeals"])) == (0, ["banner"])
        expect(page.locator(".mh-banner")).to_be_visible()
        assert context.cookies() == []
        answer = visit(page, "/end-of-article/2?agreed")
        assert (answer["reads"], set(answer["appeals"])) == (1, {"banner", "end-of-article"})
        assert [cookie["name"] for cookie in context.cookies()] == ["mh_reads"]
        assert visit(page, "/end-of-article/3?private")["reads"] == 0
        assert context.cookies() == []

    def test_tabs_that_race_lose_no_read(self, context: BrowserContext, site: Site) -> None:
        site.visit_seconds = 0.5
        context.add_init_script("document.addEventListener('masthead:visit', () => { window.answered = true })")
        pages = [context.new_page() for _ in range(4)]
        for number in range(2):
            for place, page in enumerate(pages):
                page.goto(f"/none/{number}-{place}", wait_until="commit")
            for page in pages:
                wait_for(lambda page=page: page.evaluate("window.answered"))
        assert visit(pages[0], "/none/last")["reads"] == 9


class TestForEveryone:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("placement", list(Placement))
    def test_nothing_stands_in_the_way(self, chromium: Browser, site: Site, placement: Placement, scheme: Any) -> None:
        context = chromium.new_context(
            base_url=site.url, color_scheme=scheme, viewport={"width": 320, "height": 640}, reduced_motion="reduce"
        )
        page = context.new_page()
        visit(page, f"/{placement}/1")
        appeal = page.locator(".mh-appeal")
        appeal.scroll_into_view_if_needed()
        expect(appeal).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        found = Axe().run(page, ".mh-appeal", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, found.generate_report()
        context.close()
