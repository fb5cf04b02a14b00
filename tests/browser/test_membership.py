"""What a member changes by themselves, in a browser, up to the provider's pages and back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Reader
from tests.browser.test_joining import join, new_address


@pytest.fixture
def member(reader: Reader) -> Reader:
    join(reader, new_address("ida"))
    return reader


def test_goes_up_and_pays_the_difference_after_a_page_that_says_so(member: Reader) -> None:
    page = member.open("/membership/")
    page.get_by_role("link", name="Change tier, or how often I give").click()
    page.locator("section.tier").nth(1).locator("button").click()
    expect(page.locator(".join__chosen")).to_contain_text(re.compile("Patron|Founder|Circle|Membership"))
    page.locator("[data-go]").click()
    expect(page.locator("main")).to_contain_text("Today about")
    page.locator("[data-go]").click()
    expect(page.locator("main")).to_contain_text("From today on you pay")
    expect(page.locator(".receipts tbody tr")).to_have_count(2)


def test_pauses_and_goes_on(member: Reader) -> None:
    page = member.open("/membership/")
    page.get_by_role("link", name="Pause for a while").click()
    page.get_by_text("2 months").click()
    page.get_by_role("button", name="Pause my membership").click()
    expect(page.locator("main")).to_contain_text("Nothing is charged before")
    page.get_by_role("button", name="Go on now").click()
    expect(page.locator("main")).to_contain_text("Your membership goes on")


def test_changes_the_card_on_the_provider_s_page_and_comes_back(member: Reader) -> None:
    page = member.open("/membership/")
    page.get_by_role("button", name="Use another card").click()
    page.wait_for_url("**/portal/**")
    page.locator("input[name=number]").fill("4000 0025 0000 3155")
    page.get_by_label("Name on the card").fill("Ida R.")
    page.locator("main form button").last.click()
    page.get_by_role("button", name=re.compile("Confirm|Yes|Approve", re.IGNORECASE)).first.click()
    page.wait_for_url("**/membership/")
    expect(page.locator("main")).to_contain_text("Visa 3155")


def test_changes_the_name(member: Reader) -> None:
    page = member.open("/membership/")
    page.locator("details:has(form[action$='/name/']) summary").click()
    page.locator("input[name=name]").fill("Ida Roth")
    page.get_by_role("button", name="Save my name").click()
    expect(page.locator("main")).to_contain_text("Your name is Ida Roth now")
