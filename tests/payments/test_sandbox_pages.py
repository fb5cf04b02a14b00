"""The hosted pages: forms that only their own page can send, plain sentences, nothing kept of a card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import stripe
from bs4 import BeautifulSoup

from masthead.payments.sandbox.app import make_app
from masthead.payments.sandbox.cards import CARDS
from masthead.payments.sandbox.serve import RunningSandbox

KEY = "sk_test_sandbox"
ENTRY = {
    "number": "4242424242424242",
    "expiry": "12/34",
    "cvc": "123",
    "name": "Noor <b>Example</b>",
    "country": "IE",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    path: Path = tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3"
    sandbox = RunningSandbox(make_app(path, public_url="", webhook_url="", webhook_secret="whsec_x", api_key=KEY))
    sandbox.start()
    yield sandbox
    sandbox.close()


@pytest.fixture
def api(running: RunningSandbox) -> stripe.V1Services:
    return stripe.StripeClient(KEY, base_addresses={"api": running.url}).v1


@pytest.fixture
def url(api: stripe.V1Services) -> str:
    return open_page(api)


def open_page(api: stripe.V1Services, *, mode: str = "subscription", name: str = "Community <i>") -> str:
    price: dict[str, object] = {"currency": "usd", "unit_amount": 1250, "product_data": {"name": name}}
    if mode == "subscription":
        price["recurring"] = {"interval": "month"}
    session = api.checkout.sessions.create(
        {  # type: ignore[misc]  # a mode that is not literal
            "mode": mode,
            "line_items": [{"quantity": 1, "price_data": price}],
            "customer_email": "noor@example.org",
            "success_url": "https://paper.example/thanks?of={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://paper.example/join",
        }
    )
    assert session.url
    return session.url


def get(url: str) -> BeautifulSoup:
    answer = requests.get(url, timeout=10)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def send(url: str, **fields: str) -> requests.Response:
    token = str(get(url).select_one("input[name=token]")["value"])  # type: ignore[index]
    return requests.post(url, {"token": token, **ENTRY, **fields}, allow_redirects=False, timeout=10)


def read(answer: requests.Response) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


class TestCardForm:
    def test_shows_what_is_paid_to_whom_and_how_often(self, url: str) -> None:
        page = get(url)
        text = page.get_text(" ", strip=True)
        assert "Community <i>" in text
        assert "$12.50 per month" in text
        assert "noor@example.org" in text
        assert page.find("a", href="https://paper.example/join")

    def test_says_that_no_real_money_moves(self, url: str, running: RunningSandbox) -> None:
        for address in (url, f"{running.url}/", f"{running.url}/pay/none"):
            assert "No real money moves here" in requests.get(address, timeout=10).text

    def test_of_one_payment_says_that_nothing_renews(self, api: stripe.V1Services) -> None:
        assert "nothing renews" in get(open_page(api, mode="payment")).get_text()

    @pytest.mark.parametrize("card", CARDS, ids=lambda card: card.about)
    def test_a_link_fills_each_test_card_in(self, url: str, running: RunningSandbox, card: object) -> None:
        link = get(url).find("a", string=None, href=re.compile(card.number))  # type: ignore[attr-defined]
        assert link is not None
        assert card.spaced in link.get_text()  # type: ignore[attr-defined]
        page = get(running.url + str(link["href"]))  # type: ignore[index]
        assert page.select_one("#number")["value"] == card.spaced  # type: ignore[attr-defined,index]
        assert page.select_one("#expiry")["value"] == "12 / 34"  # type: ignore[index]
        assert page.select_one("#cvc")["value"] == "123"  # type: ignore[index]

    def test_paid_leads_back_to_the_site(self, url: str) -> None:
        answer = send(url)
        assert answer.status_code == 303
        reference = url.rsplit("/", 1)[1]
        assert answer.headers["Location"] == f"https://paper.example/thanks?of={reference}"

    def test_paid_twice_is_paid_once(self, url: str, api: stripe.V1Services) -> None:
        token = str(get(url).select_one("input[name=token]")["value"])  # type: ignore[index]
        answers = [requests.post(url, {"token": token, **ENTRY}, allow_redirects=False, timeout=10) for _ in range(3)]
        assert {answer.headers["Location"] for answer in answers} == {answers[0].headers["Location"]}
        session = api.checkout.sessions.retrieve(url.rsplit("/", 1)[1])
        assert len(api.charges.list({"customer": str(session.customer)}).data) == 1

    @pytest.mark.parametrize(
        ("card", "sentence"), [("4000000000000002", "was declined"), ("4000000000009995", "insufficient funds")]
    )
    def test_a_declined_card_is_told_in_a_sentence(self, url: str, card: str, sentence: str) -> None:
        answer = send(url, number=card)
        assert answer.status_code == 402
        alert = read(answer).select_one("[role=alert]")
        assert alert is not None
        assert sentence in alert.get_text()
        assert "Nothing was charged" in alert.get_text()
        assert read(answer).select_one("#name")["value"] == ENTRY["name"]  # type: ignore[index]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("number", ""),
            ("number", "4242"),
            ("number", "4242424242424241"),
            ("expiry", "13/34"),
            ("expiry", "01/20"),
            ("expiry", "soon"),
            ("cvc", "12"),
            ("cvc", "abc"),
            ("name", "  "),
        ],
    )
    def test_names_what_is_wrong_beside_its_field(self, url: str, field: str, value: str) -> None:
        answer = send(url, **{field: value})
        assert answer.status_code == 422
        page = read(answer)
        wrong = page.select_one(f"#{field}")
        assert wrong is not None
        assert wrong["aria-invalid"] == "true"
        assert page.find(id=str(wrong["aria-describedby"])).get_text(strip=True)  # type: ignore[union-attr]

    def test_never_shows_or_keeps_another_number(self, url: str, running: RunningSandbox) -> None:
        real = "5105105105105100"
        answer = send(url, number=real)
        assert answer.status_code == 422
        assert real not in answer.text
        assert "never the number of a real card" in answer.text
        files = list(running.app.store.path.parent.iterdir())
        assert not any(real.encode() in file.read_bytes() for file in files)

    def test_keeps_of_a_test_card_the_last_digits(self, url: str, running: RunningSandbox) -> None:
        send(url, number="4000 0000 0000 0341", cvc="987")
        for file in running.app.store.path.parent.iterdir():
            assert b"4000000000000341" not in file.read_bytes()


class TestSafety:
    def test_a_form_from_elsewhere_is_refused(self, url: str) -> None:
        for token in ({}, {"token": ""}, {"token": "0" * 64}, {"token": "é"}):
            answer = requests.post(url, {**ENTRY, **token}, allow_redirects=False, timeout=10)
            assert answer.status_code == 403

    def test_a_token_of_another_page_is_refused(self, url: str, api: stripe.V1Services) -> None:
        token = str(get(open_page(api)).select_one("input[name=token]")["value"])  # type: ignore[index]
        assert requests.post(url, {**ENTRY, "token": token}, timeout=10).status_code == 403

    def test_a_form_sent_by_another_site_is_refused(self, url: str) -> None:
        token = str(get(url).select_one("input[name=token]")["value"])  # type: ignore[index]
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert requests.post(url, {**ENTRY, "token": token}, headers=headers, timeout=10).status_code == 403

    @pytest.mark.parametrize("path", ["", "/pay/none", "/sandbox.css"])
    def test_nothing_is_inline(self, running: RunningSandbox, path: str) -> None:
        answer = requests.get(f"{running.url}{path or '/'}", timeout=10)
        if "html" in answer.headers["Content-Type"]:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert not re.search(r"<script|<style|\sstyle=|\son\w+=", answer.text)

    def test_what_a_reader_typed_is_escaped(self, url: str) -> None:
        answer = send(url, number="4000000000000002", name='"><script>alert(1)</script>')
        assert "<script>" not in answer.text
        assert "Community &lt;i&gt;" in answer.text

    @pytest.mark.parametrize("path", ["/nothing", "/pay/", "/pay/%00", "/pay/cus_1/confirm", "/clock", "/pay/a/b/c"])
    def test_what_is_not_there_is_told(self, running: RunningSandbox, path: str) -> None:
        answer = requests.get(running.url + path, timeout=10)
        assert answer.status_code == 404
        assert "There is no such" in answer.text

    def test_other_methods_are_refused(self, url: str) -> None:
        assert requests.put(url, timeout=10).status_code == 405

    def test_an_object_that_is_no_session_is_no_page(self, running: RunningSandbox, api: stripe.V1Services) -> None:
        customer = api.customers.create({"email": "a@example.org"})
        assert requests.get(f"{running.url}/pay/{customer.id}", timeout=10).status_code == 404


class TestClosedPage:
    def test_says_so_and_leads_back(self, url: str, api: stripe.V1Services) -> None:
        api.checkout.sessions.expire(url.rsplit("/", 1)[1])
        answer = requests.get(url, timeout=10)
        assert answer.status_code == 410
        assert read(answer).find("a", href="https://paper.example/join")


class TestDesk:
    def test_shows_what_happened_without_whole_addresses(self, url: str, running: RunningSandbox) -> None:
        send(url)
        text = get(f"{running.url}/").get_text(" ", strip=True)
        assert "no…@example.org" in text
        assert "noor@example.org" not in text
        assert "checkout.session.completed" in text
        assert "$12.50 a month" in text

    @pytest.mark.parametrize(("by", "days"), [("day", 1), ("month", 28), ("nonsense", 0)])
    def test_turns_the_clock(self, running: RunningSandbox, api: stripe.V1Services, by: str, days: int) -> None:
        before = api.test_helpers.test_clocks.retrieve("clock_sandbox").frozen_time
        token = str(get(f"{running.url}/").select_one("input[name=token]")["value"])  # type: ignore[index]
        answer = requests.post(f"{running.url}/clock", {"token": token, "by": by}, timeout=30)
        assert answer.status_code == 200
        turned = api.test_helpers.test_clocks.retrieve("clock_sandbox").frozen_time - before
        assert days * 86_400 <= turned < (days + 5) * 86_400

    def test_is_turned_from_its_own_page_only(self, running: RunningSandbox) -> None:
        assert requests.post(f"{running.url}/clock", {"by": "day"}, timeout=10).status_code == 403
