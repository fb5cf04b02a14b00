from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from tests.edge.paper import DAY, EVERYBODY, NOON, SECRET, SITE, Browser, Paper, make_appeal, make_snapshot

from masthead.edge.beacons import TOKEN_SECONDS
from masthead.kit.sealing import TokenSigner
from masthead.rules.audience import Placement
from masthead.rules.showings import Showing


def get_token(browser: Browser, placement: str = "banner", article: str = "7") -> str:
    token: str = browser.visit(article)["appeals"][placement]["token"]
    return token


class TestBeacon:
    def test_is_answered_when_it_is_written(self, paper: Paper, browser: Browser) -> None:
        assert browser.tell("seen", get_token(browser)) == 204
        assert paper.sink.showings()["seen", "everybody"] == 1

    @pytest.mark.parametrize("what", ["seen", "clicked", "dismissed", "declined"])
    def test_counts_with_all_that_is_asked_of_it(self, what: str) -> None:
        paper = Paper(trust_country_header="CF-IPCountry")
        paper.edge.start()
        browser = Browser(paper, HTTP_CF_IPCOUNTRY="GB", HTTP_SEC_CH_UA_MOBILE="?1")
        browser.tell(what, get_token(browser))
        paper.edge.close()
        [key] = [key for batch in paper.sink.batches.values() for key in batch.showings if key.what == what]
        assert (key.appeal, key.variant, key.placement, key.country, key.device, key.hour) == (
            "everybody",
            "a",
            "banner",
            "GB",
            "mobile",
            int(NOON),
        )

    def test_told_twice_it_counts_once(self, paper: Paper, browser: Browser) -> None:
        token = get_token(browser)
        assert [browser.tell("seen", token) for _ in range(3)] == [204, 204, 204]
        assert paper.sink.showings()["seen", "everybody"] == 1

    def test_a_replay_without_the_cookie_counts_nothing(self, paper: Paper, browser: Browser) -> None:
        token = get_token(browser)
        browser.tell("seen", token)
        browser.cookies.clear()
        assert [browser.tell("seen", token) for _ in range(3)] == [204, 204, 204]
        assert paper.sink.showings()["seen", "everybody"] == 1

    def test_a_replay_to_a_process_that_forgot_counts_nothing(self, paper: Paper, browser: Browser) -> None:
        token = get_token(browser)
        browser.tell("dismissed", token)
        browser.paper = Paper()
        browser.paper.edge.start()
        assert browser.tell("dismissed", token) == 204
        browser.paper.edge.close()
        assert browser.paper.sink.showings()["dismissed", "everybody"] == 0

    def test_many_at_once_count_each_once(self, paper: Paper) -> None:
        browsers = [Browser(paper) for _ in range(40)]
        tokens = [get_token(browser) for browser in browsers]
        wishes = [(browser, token) for browser, token in zip(browsers, tokens, strict=True) for _ in range(3)]
        Random(3).shuffle(wishes)
        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda wish: wish[0].tell("clicked", wish[1]), wishes))
        assert set(statuses) == {204}
        assert paper.sink.showings()["clicked", "everybody"] == 40

    def test_a_click_leaves_the_cookie_alone(self, browser: Browser) -> None:
        token = get_token(browser)
        answer = browser.post("/_masthead/beacon", {"token": token, "what": "clicked"})
        assert answer.status == 204
        assert answer.header("Set-Cookie") is None
        assert answer.body == b""

    def test_gives_no_cookie_to_a_reader_without_one(self, browser: Browser) -> None:
        token = browser.visit(storage=False)["appeals"]["banner"]["token"]
        answer = browser.post("/_masthead/beacon", {"token": token, "what": "seen"})
        assert answer.status == 204
        assert answer.header("Set-Cookie") is None


class TestCapsAndQuiet:
    def test_an_appeal_rests_after_its_showings(self, paper: Paper, browser: Browser) -> None:
        for _ in range(3):
            browser.tell("seen", get_token(browser))
        assert not browser.visit()["appeals"]
        paper.now += 29 * DAY
        assert not browser.visit()["appeals"]
        paper.now += DAY
        assert browser.visit()["appeals"]

    def test_what_was_never_seen_counts_against_no_cap(self, browser: Browser) -> None:
        for _ in range(10):
            assert browser.visit()["appeals"]

    def test_closed_it_stays_quiet_alone(self, paper: Paper, browser: Browser) -> None:
        browser.read_many(5)
        browser.tell("dismissed", get_token(browser))
        assert list(browser.visit()["appeals"]) == ["end-of-article"]
        paper.now += 7 * DAY
        assert sorted(browser.visit()["appeals"]) == ["banner", "end-of-article"]

    def test_not_now_is_respected_everywhere(self, paper: Paper, browser: Browser) -> None:
        browser.read_many(5)
        browser.tell("declined", get_token(browser))
        paper.publish(make_snapshot(*(make_appeal(f"new {place}", place) for place in Placement), version="2"))
        paper.now += 59 * DAY
        assert not browser.visit()["appeals"]
        paper.now += DAY
        assert len(browser.visit()["appeals"]) == 3

    def test_the_reads_stay_as_they_were(self, browser: Browser) -> None:
        browser.read_many(5)
        token = get_token(browser, article="article 0")
        for what in ("seen", "dismissed", "declined", "clicked"):
            browser.tell(what, token)
        assert browser.visit("article 4")["reads"] == 5

    def test_an_appeal_that_is_gone_rests_for_a_month(self, paper: Paper, browser: Browser) -> None:
        token = get_token(browser)
        paper.publish(make_snapshot(version="2"))
        assert browser.tell("dismissed", token) == 204
        paper.publish(make_snapshot(EVERYBODY, version="3"))
        paper.now += 29 * DAY
        assert not browser.visit()["appeals"]
        paper.now += DAY
        assert browser.visit()["appeals"]


class TestTokens:
    def seal(self, data: bytes, secret: str = SECRET, purpose: str = "showing", site: str = SITE) -> str:
        return TokenSigner([secret], purpose=purpose, site=site).sign(data)

    def test_forged_and_foreign_ones_are_refused_and_count_nothing(self, paper: Paper, browser: Browser) -> None:
        data = Showing("everybody", "a", "banner", "7", int(NOON), b"12345678").encode()
        token = self.seal(data)
        forged = [
            "x",
            token[:-1],
            token + "A",
            token[:20] + ("A" if token[20] != "A" else "B") + token[21:],
            self.seal(data, secret="another paper's"),
            self.seal(data, purpose="read-log"),
            self.seal(data, site="http://other.test"),
            self.seal(b""),
            self.seal(data[:10]),
            browser.visit()["reads"] and browser.cookies["mh_reads"],
        ]
        assert [browser.tell("seen", each) for each in forged] == [403] * len(forged)
        assert browser.tell("seen", token) == 204
        assert paper.sink.showings()["seen", "everybody"] == 1

    def test_old_and_future_ones_are_gone(self, paper: Paper, browser: Browser) -> None:
        token = get_token(browser)
        paper.now += TOKEN_SECONDS - 1
        assert browser.tell("seen", token) == 204
        paper.now += 1
        assert browser.tell("clicked", token) == 410
        paper.now = NOON - 61
        assert browser.tell("clicked", token) == 410

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"token": "x"},
            {"token": 7, "what": "seen"},
            {"token": "", "what": "seen"},
            {"token": "x" * 2049, "what": "seen"},
            {"token": "x", "what": "shown"},
            {"token": "x", "what": None},
            [],
            None,
        ],
    )
    def test_what_is_no_beacon_is_refused(self, browser: Browser, fields: object) -> None:
        assert browser.post("/_masthead/beacon", fields).status == 400


class TestSinkInTrouble:
    def test_the_reader_is_asked_to_try_again_and_counts_once(self, paper: Paper, browser: Browser) -> None:
        token = get_token(browser)
        paper.sink.fault = OSError("the disk is full")
        answer = browser.post("/_masthead/beacon", {"token": token, "what": "seen"})
        assert (answer.status, answer.header("Retry-After")) == (503, "5")
        assert answer.header("Set-Cookie") is None
        assert browser.tell("seen", token) == 503
        paper.sink.fault = None
        paper.edge.counts.flush()
        assert browser.tell("seen", token) == 204
        assert browser.tell("seen", token) == 204
        assert paper.sink.showings()["seen", "everybody"] == 1

    def test_after_a_while_nobody_waits(self, paper: Paper, browser: Browser) -> None:
        tokens = [get_token(browser, article=str(n)) for n in range(5)]
        paper.sink.fault = OSError("the disk is full")
        assert browser.tell("seen", tokens[0]) == 503
        waiting = paper.edge.counts.count_waiting()
        for token in tokens[1:]:
            assert browser.tell("seen", token) == 503
        assert paper.edge.counts.count_waiting() == waiting
        paper.sink.fault = None
        paper.edge.counts.flush()
        assert paper.sink.showings()["seen", "everybody"] == 1

    def test_a_commit_whose_answer_was_lost_counts_once(self, paper: Paper, browser: Browser) -> None:
        token = get_token(browser)
        paper.sink.fault, paper.sink.is_lost_after_writing = OSError("the line broke"), True
        assert browser.tell("seen", token) == 503
        paper.sink.fault = None
        paper.edge.counts.flush()
        assert browser.tell("seen", token) == 204
        assert paper.sink.showings()["seen", "everybody"] == 1
        assert len(set(paper.sink.attempts)) < len(paper.sink.attempts)

    def test_visits_do_not_notice(self, paper: Paper, browser: Browser) -> None:
        paper.sink.fault = OSError("the disk is full")
        assert browser.read_many(5)["reads"] == 5
        paper.sink.fault = None

    def test_one_commit_holds_all_that_came_while_the_last_was_written(self, paper: Paper) -> None:
        browsers = [Browser(paper) for _ in range(12)]
        tokens = [get_token(browser) for browser in browsers]
        paper.edge.counts.flush()
        gate = threading.Semaphore(1)
        paper.sink.before_writing = lambda: gate.acquire(timeout=5) and None
        before = len(paper.sink.attempts)
        paper.edge.counts._patience_seconds = 5
        with ThreadPoolExecutor(12) as pool:
            told = [pool.submit(browser.tell, "seen", token) for browser, token in zip(browsers, tokens, strict=True)]
            for _ in range(12):
                gate.release()
                threading.Event().wait(0.02)
            assert {each.result() for each in told} == {204}
        paper.sink.before_writing = lambda: None
        assert paper.sink.showings()["seen", "everybody"] == 12
        assert len(paper.sink.attempts) - before < 12
