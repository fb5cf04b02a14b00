"""Joining and belonging: from the appeal through the checkout to a site without ads, and out again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from playwright.sync_api import TimeoutError as TooSlow
from tests.browser.conftest import Reader, wait_for

pytestmark = pytest.mark.browser

SUCCEEDS, DECLINED, CONFIRMS = "4242", "0002", "3155"


def new_address(name: str) -> str:
    return f"{name}-{secrets.token_hex(4)}@reader.example"


def go_to_checkout(reader: Reader, address: str | None, *, interval: str = "", amount: str = "") -> Page:
    """Fill in the join page and continue to the payment."""
    page = reader.open("/join/")
    if interval:
        page.locator(f"#interval-{interval}").click()
    if address is not None:
        page.get_by_label("e-mail address").fill(address)
    if amount:
        name_amount(page, amount)
    page.locator("[data-go]").click()
    return page


def name_amount(page: Page, amount: str) -> None:
    """Choose "another amount" and name it."""
    page.locator("label[for=amount-other]").click()
    page.locator("input[name=other]").fill(amount)


def wait_for_checkout(page: Page) -> None:
    """Wait for the sandbox's hosted page; say what the site said where it does not come."""
    try:
        page.wait_for_url("**/sandbox/**")
    except TooSlow as error:
        said = page.locator("#errors, .field__error, .notice").all_inner_texts()
        raise AssertionError(f"no payment page, but {page.url}: {said}") from error


def pay(page: Page, card: str = SUCCEEDS) -> None:
    """Pay on the sandbox's hosted page with one of its cards."""
    wait_for_checkout(page)
    expect(page.locator(".banner")).to_contain_text("No real money")
    page.locator("a.card", has_text=card).click()
    page.get_by_label("Name on the card").fill("M. Reader")
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def join(reader: Reader, address: str, **choices: str) -> None:
    pay(go_to_checkout(reader, address, **choices))
    reader.page.wait_for_url("**/welcome/**")


def sign_out(reader: Reader) -> None:
    reader.open("/accounts/logout/").locator("main form button").click()
    reader.page.wait_for_load_state()


def sign_in(reader: Reader, address: str) -> None:
    page = reader.open("/accounts/login/")
    page.get_by_label("e-mail").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/code/**")
    letter = reader.latest_letter(address, "code")
    code = re.search(r"\b([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\b(?=\s)", letter)
    assert code, letter
    page.locator("input[name=code]").fill(code.group(1))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


class TestJoining:
    def test_leads_to_a_signed_welcome_and_two_letters(self, reader: Reader) -> None:
        address = new_address("mara")
        join(reader, address)
        expect(reader.page.locator("main")).to_contain_text("Ines Caldbeck")
        expect(reader.page.locator("main")).to_contain_text(re.compile("welcome|thank", re.IGNORECASE))
        assert "Ines Caldbeck" in reader.latest_letter(address, "Welcome to The Merrowport Lantern")
        assert "$" in reader.latest_letter(address, "receipt")

    def test_comes_from_the_appeal_with_its_mark(self, reader: Reader, free_articles: list[str]) -> None:
        for path in free_articles[:5]:
            reader.read(path)
        link = reader.page.locator(".mh-appeal [data-masthead-action=join]").first
        link.click()
        reader.page.wait_for_url("**/join/**")
        assert "from=" in reader.page.url

    def test_a_declined_card_can_be_followed_by_a_good_one(self, reader: Reader) -> None:
        page = go_to_checkout(reader, new_address("ben"))
        pay(page, DECLINED)
        expect(page.locator("main")).to_contain_text(re.compile("declined", re.IGNORECASE))
        pay(page, SUCCEEDS)
        page.wait_for_url("**/welcome/**")
        reader.complaints.clear()  # the browser notes the refusal's status

    def test_a_card_may_need_a_confirmation(self, reader: Reader) -> None:
        page = go_to_checkout(reader, new_address("ola"))
        pay(page, CONFIRMS)
        page.get_by_role("button", name=re.compile("confirm the payment")).click()
        page.wait_for_url("**/welcome/**")

    def test_refuses_an_amount_below_the_floor_and_keeps_what_was_typed(self, reader: Reader) -> None:
        page = go_to_checkout(reader, "nia@reader.example", amount="1")
        expect(page.locator(".field__error").first).to_contain_text("$6")
        expect(page.get_by_label("e-mail address")).to_have_value("nia@reader.example")
        reader.complaints.clear()

    def test_once_thanks_without_a_membership(self, reader: Reader) -> None:
        address = new_address("uri")
        join(reader, address, interval="once")
        expect(reader.page.locator("main")).to_contain_text(re.compile("thank", re.IGNORECASE))
        assert reader.latest_letter(address, "receipt")
        expect(reader.open("/membership/").locator("main")).to_contain_text("not a member")


class TestBelonging:
    def test_members_see_no_ad_from_the_first_paint(self, reader: Reader, free_articles: list[str]) -> None:
        reader.read(free_articles[1])
        pictures = wait_for(lambda: ad_pictures(reader), what="an ad, for readers see them")
        join(reader, new_address("ida"))
        reader.requests.clear()
        reader.context.add_init_script(
            "window.sawAd = false; const look = () => {"
            " for (const slot of document.querySelectorAll('[data-masthead-ad]'))"
            " if (slot.getBoundingClientRect().height > 0) window.sawAd = true; requestAnimationFrame(look) }; look()"
        )
        answer = reader.read(free_articles[1])
        assert answer["ads"] is False
        assert answer["appeals"] == {}
        reader.page.wait_for_timeout(500)
        assert reader.page.evaluate("window.sawAd") is False
        assert ad_pictures(reader) == []
        assert not {request.url for request in reader.requests} & set(pictures)

    def test_community_articles_open_whole(
        self, reader: Reader, community_articles: list[str], someone: Callable[..., Reader]
    ) -> None:
        stranger = someone()
        assert stranger.read(community_articles[0])["access"] == "teaser"
        cut = len(stranger.page.locator("article.article").inner_text())
        join(reader, new_address("leo"))
        assert reader.read(community_articles[0])["access"] == "full"
        wait_for(
            lambda: len(reader.page.locator("article.article").inner_text()) > cut + 400,
            what="the whole article to be there",
        )

    def test_a_badge_says_since_when(self, reader: Reader, free_articles: list[str]) -> None:
        join(reader, new_address("noa"))
        reader.read(free_articles[0])
        expect(reader.page.locator("[data-masthead-badge]").first).to_contain_text("Member since")

    def test_my_membership_changes_the_amount_and_ends(self, reader: Reader) -> None:
        join(reader, new_address("tal"))
        page = reader.open("/membership/")
        expect(page.locator("main")).to_contain_text("Community")
        expect(page.locator(".receipts")).to_contain_text("$")
        page.locator("details:has(form[action$='/amount/']) summary").click()
        name_amount(page, "15")
        page.locator("form[action$='/amount/'] [data-go]").click()
        expect(page.locator("main")).to_contain_text("$15")
        page.locator("[data-go]").click()
        expect(page.locator("main")).to_contain_text("From today on you pay $15 a month")
        page.get_by_role("link", name="End my membership").click()
        page.get_by_text("I read too little of it").click()
        page.locator("main form button").first.click()
        expect(page.locator("main")).to_contain_text(re.compile("ends|until", re.IGNORECASE))
        answer = reader.open("/membership/")
        answer.locator("form[action$='/keep/'] button").click()
        expect(page.locator("a[href$='/membership/end/']")).to_be_visible()

    def test_a_renewal_by_the_turned_clock_brings_one_more_receipt(self, reader: Reader) -> None:
        join(reader, new_address("gil"))
        page = reader.open("/membership/")
        before = page.locator(".receipts tbody tr").count()
        page.goto(reader.newsroom.url + "/sandbox/")
        page.get_by_role("button", name="Turn forward a month").click()
        page.wait_for_load_state()

        def rows() -> bool:
            return reader.open("/membership/").locator(".receipts tbody tr").count() == before + 1

        wait_for(rows, seconds=20, what="the second receipt")


class TestAChoiceOnItsWay:
    """The join page fetches what a choice changes; who is quicker than the answer loses nothing."""

    def test_is_waited_for_by_paying(self, reader: Reader) -> None:
        page = reader.open("/join/")
        held: list[Route] = []
        page.route("**/join/?*interval=once*", lambda route: held.append(route))
        page.locator("#interval-once").click()
        page.get_by_label("e-mail address").fill(new_address("quick"))
        page.locator("[data-go]").click(no_wait_after=True)
        page.wait_for_timeout(200)
        held[0].continue_()
        wait_for_checkout(page)
        expect(page.locator("main")).to_contain_text("nothing renews")

    def test_swallows_no_press_of_the_button(self, reader: Reader) -> None:
        page = reader.open("/join/")
        page.get_by_label("e-mail address").fill(new_address("slow"))
        button = page.locator("[data-go]")
        button.scroll_into_view_if_needed()
        place = button.bounding_box()
        assert place is not None
        page.locator("#interval-year").evaluate("button => setTimeout(() => button.click(), 50)")
        page.mouse.move(place["x"] + 20, place["y"] + place["height"] / 2)
        page.mouse.down()
        page.wait_for_timeout(800)
        page.mouse.up()
        wait_for_checkout(page)


class TestSigningIn:
    def test_by_a_code_on_another_browser(self, someone: Callable[..., Reader], free_articles: list[str]) -> None:
        here, address = someone(), new_address("eva")
        join(here, address)
        sign_out(here)
        assert here.read(free_articles[0])["ads"] is True
        there = someone()
        sign_in(there, address)
        assert there.read(free_articles[0])["ads"] is False
        expect(there.open("/membership/").locator("main")).to_contain_text("Community")

    def test_is_not_done_by_paying_with_an_address_that_exists(self, someone: Callable[..., Reader]) -> None:
        owner, address = someone(), new_address("ann")
        join(owner, address, interval="once")
        stranger = someone()
        join(stranger, address, interval="once")
        page = stranger.open("/membership/")
        expect(page).to_have_url(re.compile("/accounts/login/"))


def ad_pictures(reader: Reader) -> list[str]:
    """Return the addresses of the pictures that stand in ad slots."""
    found: list[str] = reader.page.eval_on_selector_all(
        "[data-masthead-ad] img", "all => all.map(one => one.currentSrc || one.src)"
    )
    return found
