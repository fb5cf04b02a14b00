"""The reader sees what their browser carries, and forgets it."""

from __future__ import annotations

import pytest
from tests.edge.paper import DAY, SITE, Browser, Paper

READS, FORGET, VISIT = "/_masthead/reads", "/_masthead/reads/forget", "/_masthead/visit"


class TestReads:
    def test_are_nothing_for_a_stranger(self, browser: Browser) -> None:
        said = browser.ask("GET", READS).json
        assert (said["remembered"], said["reads"], said["days"]) == (False, 0, [])

    def test_are_told_by_day_newest_first(self, paper: Paper, browser: Browser) -> None:
        browser.visit(article="1")
        paper.now += DAY
        browser.visit(article="2")
        browser.visit(article="3")
        browser.visit(article="3")
        said = browser.ask("GET", READS).json
        assert (said["reads"], said["window_days"], said["quiet_until"]) == (3, 30, None)
        assert said["days"] == [{"day": "2026-03-10", "reads": 2}, {"day": "2026-03-09", "reads": 1}]

    def test_that_left_the_window_are_not_told(self, paper: Paper, browser: Browser) -> None:
        browser.visit(article="1")
        paper.now += 30 * DAY
        assert browser.ask("GET", READS).json["reads"] == 0

    def test_are_nobody_elses_business(self, browser: Browser) -> None:
        answer = browser.ask("GET", READS, HTTP_SEC_FETCH_SITE="cross-site")
        assert answer.status == 403


class TestForgetting:
    def test_begins_at_zero(self, browser: Browser) -> None:
        browser.visit(article="1")
        answer = browser.ask("POST", FORGET, HTTP_REFERER=f"{SITE}/reads/?x=1")
        assert (answer.status, answer.header("Location")) == (303, "/reads/")
        assert not browser.ask("GET", READS).json["remembered"]
        assert browser.visit(article="2")["reads"] == 1

    @pytest.mark.parametrize(
        "referer",
        ["", "https://elsewhere.test/reads/", f"{SITE}//elsewhere.test/", f"{SITE}/\\elsewhere.test/", "http://[", "x"],
    )
    def test_leads_to_no_other_site(self, browser: Browser, referer: str) -> None:
        answer = browser.ask("POST", FORGET, HTTP_REFERER=referer)
        assert (answer.status, answer.header("Location")) == (303, "/")

    def test_cannot_be_asked_for_by_another_site(self, browser: Browser) -> None:
        assert browser.ask("POST", FORGET, HTTP_ORIGIN="https://elsewhere.test").status == 403


class TestGlobalPrivacyControl:
    def test_keeps_no_log(self, browser: Browser) -> None:
        answer = browser.post(VISIT, {"article": "1"}, HTTP_SEC_GPC="1")
        assert answer.status == 200
        assert answer.header("Set-Cookie") is None

    def test_takes_away_what_there_was(self, browser: Browser) -> None:
        browser.visit(article="1")
        answer = browser.post(VISIT, {"article": "1"}, HTTP_SEC_GPC="1")
        assert "Max-Age=0" in (answer.header("Set-Cookie") or "")
