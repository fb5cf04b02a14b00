"""Chaos: each trouble really happens, the same again with its seed, and no work is done twice for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from tests.payments.test_sandbox_delivery import Ear, Wall, happen

from masthead.kit.testing.network import get_free_port
from masthead.payments.sandbox.app import Sandbox, make_app
from masthead.payments.sandbox.chaos import BadChaos, Chaos, Trouble, parse_chaos, set_chaos
from masthead.payments.sandbox.delivery import Deliverer
from masthead.payments.sandbox.serve import RunningSandbox

KEY = "sk_test_sandbox"
HEADERS = {"Authorization": f"Bearer {KEY}"}
PROCESS = {**os.environ, "DJANGO_SETTINGS_MODULE": "masthead.config.settings", "PYTHONPATH": "src"}
CHANCES = st.integers(0, 100)


class TestWords:
    @given(st.builds(Chaos, repeat=CHANCES, drop=CHANCES, timeout=CHANCES, die=CHANCES, seed=st.integers(0, 2**32)))
    def test_come_back_as_they_were_said(self, chaos: Chaos) -> None:
        assert parse_chaos(str(chaos)) == chaos

    @pytest.mark.parametrize(
        "words", ["often", "drop", "drop=", "drop=101", "drop=-1", "drop=5,drop=5", "seed=x", "rain=5", "drop=٥"]
    )
    def test_that_are_nonsense_are_refused(self, words: str) -> None:
        with pytest.raises(BadChaos):
            parse_chaos(words)

    def test_in_the_environment_are_refused_at_the_start(self, tmp_path: Path) -> None:
        environ = {**PROCESS, "MASTHEAD_DATA": str(tmp_path), "MASTHEAD_SANDBOX_CHAOS": "drop=often"}
        command = [sys.executable, "-m", "masthead.config.cli", "sandbox"]
        run = subprocess.run(command, env=environ, capture_output=True, text=True)
        assert run.returncode != 0
        assert "MASTHEAD_SANDBOX_CHAOS" in run.stderr

    @given(st.integers(0, 2**32), st.integers(0, 10**6))
    def test_with_one_seed_mean_one_fate(self, seed: int, number: int) -> None:
        chaos = Chaos(timeout=30, fail=30, die=30, seed=seed)
        assert chaos.get_trouble(number) == parse_chaos(str(chaos)).get_trouble(number)

    def test_mean_about_so_many_of_a_hundred(self) -> None:
        chaos = Chaos(drop=30, seed=7)
        assert 2_800 < sum(chaos.strikes("drop", number) for number in range(10_000)) < 3_200


@pytest.fixture
def ear() -> Iterator[Ear]:
    one = Ear()
    yield one
    one.close()


@pytest.fixture
def wall() -> Wall:
    return Wall()


def make(path: Path, ear: Ear, wall: Wall, words: str, name: str = "a") -> Sandbox:
    return make_app(
        path / f"{name}.sqlite3",
        public_url="",
        webhook_url=ear.url,
        webhook_secret="whsec_x",
        api_key=KEY,
        chaos=parse_chaos(words),
        wall=wall,
    )


def listen(app: Sandbox, ear: Ear, wall: Wall, events: int) -> list[int]:
    """Let events happen one after another and a minute pass; return their numbers in the order of their arrival."""
    for _ in range(events):
        happen(app)
    with app.store.transaction(writes=False) as book:
        order = [event["id"] for event in book.select("event")[::-1]]
    ear.heard.clear()
    deliverer = Deliverer(app.store)
    for _ in range(70):
        while deliverer.deliver_next():
            pass
        wall.now += 1
    app.store.close()
    return [next(n for n, name in enumerate(order) if name in body.decode()) for body, _, _ in ear.heard]


class TestMessages:
    def test_are_repeated(self, tmp_path: Path, ear: Ear, wall: Wall) -> None:
        assert listen(make(tmp_path, ear, wall, "repeat=100"), ear, wall, 3) == [0, 1, 2, 0, 1, 2]

    def test_are_dropped_for_good(self, tmp_path: Path, ear: Ear, wall: Wall) -> None:
        assert listen(make(tmp_path, ear, wall, "drop=100"), ear, wall, 3) == []

    def test_come_in_another_order_but_all(self, tmp_path: Path, ear: Ear, wall: Wall) -> None:
        order = listen(make(tmp_path, ear, wall, "reorder=50,seed=1"), ear, wall, 8)
        assert order != sorted(order)
        assert sorted(order) == list(range(8))

    def test_come_late_but_come(self, tmp_path: Path, ear: Ear, wall: Wall) -> None:
        app = make(tmp_path, ear, wall, "delay=100")
        happen(app)
        assert not Deliverer(app.store).deliver_next()
        assert sorted(listen(app, ear, wall, 2)) == [0, 1, 2]

    def test_meet_the_same_trouble_with_the_same_seed(self, tmp_path: Path, ear: Ear, wall: Wall) -> None:
        words = "repeat=30,drop=20,delay=30,reorder=50,seed={}"
        heard = [
            listen(make(tmp_path, ear, wall, words.format(seed), f"{number}"), ear, wall, 12)
            for number, seed in enumerate([7, 7, 8])
        ]
        assert heard[0] == heard[1] != heard[2]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningSandbox]:
    app = make_app(tmp_path / "s.sqlite3", public_url="", webhook_url="", webhook_secret="whsec_x", api_key=KEY)
    sandbox = RunningSandbox(app)
    sandbox.start()
    yield sandbox
    sandbox.close()


@pytest.fixture
def choose(running: RunningSandbox) -> Callable[[str], Any]:
    def set_words(words: str) -> Any:
        url = f"{running.url}/sandbox/chaos"
        answer = requests.post(url, {"words": words}, headers=HEADERS, timeout=10)
        return answer.json()

    return set_words


def make_client(running: RunningSandbox, *, retries: int) -> stripe.V1Services:
    return stripe.StripeClient(
        KEY,
        base_addresses={"api": running.url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=0.5),
    ).v1


def count_customers(running: RunningSandbox) -> int:
    with running.app.store.transaction(writes=False) as book:
        return len(book.select("customer"))


def seed_for(words: str, *wanted: Trouble | None) -> str:
    """Return the words with the first seed by which the first calls meet what is wanted."""
    for seed in range(10_000):
        chaos = parse_chaos(f"{words},seed={seed}")
        if tuple(map(chaos.get_trouble, range(len(wanted)))) == wanted:
            return str(chaos)
    raise AssertionError(words)


class TestCalls:
    @pytest.mark.parametrize(
        ("words", "trouble", "error", "done"),
        [
            ("fail=50", Trouble.FAIL, stripe.APIError, 1),
            ("timeout=50", Trouble.TIMEOUT, stripe.APIConnectionError, 1),
            ("die=50", Trouble.DIE_DONE, stripe.APIConnectionError, 1),
            ("die=50", Trouble.DIE_UNDONE, stripe.APIConnectionError, 0),
        ],
    )
    def test_fail_and_the_sdks_retry_does_the_work_once(
        self,
        running: RunningSandbox,
        choose: Callable[[str], Any],
        words: str,
        trouble: Trouble,
        error: type[Exception],
        done: int,
    ) -> None:
        choose(seed_for(words, trouble))
        with pytest.raises(error):
            make_client(running, retries=0).customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})
        assert count_customers(running) == done
        choose(seed_for(words, trouble, trouble, None))
        made = make_client(running, retries=2).customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})
        assert count_customers(running) == 1
        choose("")
        assert make_client(running, retries=0).customers.retrieve(made.id).email == "a@example.org"

    def test_say_and_change_which_chaos_holds(self, running: RunningSandbox, choose: Callable[[str], Any]) -> None:
        assert choose("seed=3 drop=5")["words"] == "drop=5,seed=3"
        assert choose("drop=500")["error"]["param"] == "words"
        url = f"{running.url}/sandbox/chaos"
        assert requests.get(url, headers=HEADERS, timeout=10).json()["words"] == "drop=5,seed=3"
        assert requests.get(url, timeout=10).status_code == 401
        assert requests.put(url, headers=HEADERS, timeout=10).status_code == 404


class TestRestart:
    def test_keeps_what_was_chosen_until_the_setting_is_another(self, tmp_path: Path, ear: Ear, wall: Wall) -> None:
        app = make(tmp_path, ear, wall, "drop=5")
        with app.store.transaction() as book:
            set_chaos(book, Chaos(drop=9))
        app.store.close()
        for words, holds in [("drop=5", "drop=9"), ("drop=6", "drop=6"), ("", "")]:
            app = make(tmp_path, ear, wall, words)
            with app.store.transaction(writes=False) as book:
                assert book.get_meta("chaos") == holds
            app.store.close()

    def test_follows_a_real_death_in_the_middle(self, tmp_path: Path) -> None:
        port = get_free_port()
        environ = {
            **PROCESS,
            "MASTHEAD_DATA": str(tmp_path),
            "MASTHEAD_SANDBOX_PORT": str(port),
            "MASTHEAD_SANDBOX_CHAOS": seed_for("die=50", Trouble.DIE_UNDONE, Trouble.DIE_DONE, None, None),
        }
        command = [sys.executable, "-m", "masthead.config.cli", "sandbox"]
        headers = {"Authorization": "Bearer sk_test_masthead_sandbox", "Idempotency-Key": "k"}
        customers = f"http://127.0.0.1:{port}/v1/customers"
        for _ in range(2):
            with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as process:
                wait_for(port)
                with pytest.raises(requests.ConnectionError):
                    requests.post(customers, {"email": "a@example.org"}, headers=headers, timeout=20)
                assert process.wait(timeout=20) == 70
        with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as process:
            wait_for(port)
            made = requests.post(customers, {"email": "a@example.org"}, headers=headers, timeout=20)
            listed = requests.get(customers, headers=headers, timeout=20).json()["data"]
            process.send_signal(signal.SIGTERM)
        assert made.headers["Idempotent-Replayed"] == "true"
        assert [customer["id"] for customer in listed] == [made.json()["id"]]


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
        except requests.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


class TestDesk:
    def test_lets_another_chaos_hold(self, running: RunningSandbox) -> None:
        def send(words: str) -> requests.Response:
            page = BeautifulSoup(requests.get(running.url, timeout=10).text, "html.parser")
            token = str(page.select_one("form[action$=chaos] input[name=token]")["value"])  # type: ignore[index]
            return requests.post(f"{running.url}/chaos", {"token": token, "words": words}, timeout=10)

        page = BeautifulSoup(send("repeat=20, seed=7").text, "html.parser")
        assert page.select_one("#words")["value"] == "repeat=20,seed=7"  # type: ignore[index]
        refused = send("repeat=<b>")
        assert refused.status_code == 422
        assert "Nothing was changed" in refused.text
        assert "<b>" not in refused.text
        assert requests.post(f"{running.url}/chaos", {"words": "die=100"}, timeout=10).status_code == 403
