"""The proof of work: found by trying, checked by two hashes, good once and for five minutes."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.payments.card_testers import CountingProvider
from tests.payments.world import make_order

from masthead.payments import operations, proofs
from masthead.payments.models import FailedAttempt, SpentProof
from masthead.payments.proofs import LENIENCE, MOST_CHARS, VALID_FOR, BadProof, check_proof, make_challenge, solve
from masthead.rules import shielding
from masthead.rules.shielding import BURST

AT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
WORKER = Path(proofs.__file__).parents[1] / "community/static/community/prove_worker.js"


class TestCheckProof:
    def test_takes_a_solution(self) -> None:
        solution = solve(make_challenge(bits=8, now=AT), bits=8)
        proof = check_proof(solution, bits=8, now=AT + timedelta(minutes=2))
        assert proof.bits == 8
        assert proof.expires_at == AT + VALID_FOR
        assert sha256(solution.encode()).digest()[0] == 0

    def test_refuses_a_number_that_is_no_solution(self) -> None:
        challenge, _, number = solve(make_challenge(bits=8, now=AT), bits=8).partition(":")
        for other in range(int(number)):
            with pytest.raises(BadProof):
                check_proof(f"{challenge}:{other}", bits=8, now=AT)

    @pytest.mark.parametrize("age", [timedelta(minutes=5, seconds=1), timedelta(days=1), timedelta(seconds=-2)])
    def test_refuses_one_that_is_too_old_or_not_made_yet(self, age: timedelta) -> None:
        solution = solve(make_challenge(bits=4, now=AT), bits=4)
        with pytest.raises(BadProof):
            check_proof(solution, bits=4, now=AT + age)

    def test_refuses_one_that_was_far_too_easy(self) -> None:
        solution = solve(make_challenge(bits=4, now=AT), bits=4)
        assert check_proof(solution, bits=4 + LENIENCE, now=AT).bits == 4
        with pytest.raises(BadProof):
            check_proof(solution, bits=5 + LENIENCE, now=AT)

    @given(st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9_-]{43}:[0-9]{1,12}", fullmatch=True))
    def test_refuses_what_we_did_not_sign(self, solution: str) -> None:
        with pytest.raises(BadProof):
            check_proof(solution, bits=0, now=AT)

    def test_costs_no_hash_for_what_we_did_not_sign(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(proofs, "sha256", Mock(side_effect=AssertionError("hashed")))
        with pytest.raises(BadProof):
            check_proof("A" * 43 + ":1", bits=4, now=AT)

    def test_a_challenge_fits_into_one_block(self) -> None:
        assert len(make_challenge(bits=20, now=AT)) + len(":") + 10 <= MOST_CHARS


@pytest.mark.django_db
class TestSpending:
    @pytest.fixture(autouse=True)
    def _doubt(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shielding, "LEAST_BITS", 4)
        monkeypatch.setattr(shielding, "MOST_BITS", 4)
        monkeypatch.setattr("masthead.payments.operations.start.get_current_provider", CountingProvider)
        FailedAttempt.objects.create(subject="site", hour=AT.replace(minute=0), failures=BURST)

    def ask(self, **told: str) -> operations.ProofWanted:
        with pytest.raises(operations.ProofWanted) as raised:
            operations.start_checkout(make_order(**told), now=AT)
        return raised.value

    def test_opens_the_way_once(self) -> None:
        asked = self.ask()
        solution = solve(asked.challenge, bits=asked.bits)
        assert operations.start_checkout(make_order(proof=solution), now=AT).url
        again = self.ask(proof=solution)
        assert again.challenge != asked.challenge
        assert self.ask(proof=solution, email="noor@example.org", network="203.0.113.9")

    def test_spends_nothing_where_none_is_asked(self) -> None:
        FailedAttempt.objects.all().delete()
        operations.start_checkout(make_order(proof="anything"), now=AT)
        assert not SpentProof.objects.exists()

    def test_what_is_wrong_costs_no_row(self) -> None:
        self.ask(proof="A" * 43 + ":12")
        assert not SpentProof.objects.exists()

    def test_every_challenge_is_another(self) -> None:
        assert len({self.ask().challenge for _ in range(20)}) == 20


@pytest.mark.skipif(not shutil.which("node"), reason="the worker is also run in a browser, in tests/browser")
def test_what_the_browser_finds_is_what_we_check() -> None:
    challenge = make_challenge(bits=12, now=AT)
    shim = (
        "globalThis.self = { addEventListener: (_, hear) => (globalThis.hear = hear),"
        " postMessage: (solution) => console.log(solution) };"
    )
    call = f"hear({{ data: {json.dumps({'challenge': challenge, 'bits': 12})} }});"
    run = subprocess.run(
        ["node", "-e", f"{shim}\n{WORKER.read_text()}\n{call}"], capture_output=True, text=True, check=True
    )
    solution = run.stdout.strip()
    assert check_proof(solution, bits=12, now=AT)
    assert solution == solve(challenge, bits=12)
