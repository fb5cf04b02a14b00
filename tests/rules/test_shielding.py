"""Whom the shield lets through: laws over every tally."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.rules.shielding import (
    BURST,
    DOUBTFUL_OF_A_NETWORK,
    DOUBTFUL_OF_ONE,
    HELD_BACK,
    LEAST_BITS,
    LEFT_FOR_EACH_PAID,
    MOST_BITS,
    MOST_OF_A_NETWORK,
    MOST_OF_ONE,
    Door,
    Tally,
    Trust,
    Verdict,
    count_zeros,
    judge,
)

counts = st.integers(0, 200_000)
tallies = st.builds(Tally, own=counts, network=counts, site=counts, turned_away=counts, paid=counts)
trusts = st.sampled_from(Trust)
STRICT = [Door.OPEN, Door.PROOF, Door.HELD_BACK, Door.SHUT]


@given(
    own=st.integers(0, MOST_OF_ONE - 1),
    network=st.integers(0, MOST_OF_A_NETWORK - 1),
    site=st.integers(0, HELD_BACK - 1),
    turned_away=counts,
    trust=trusts,
)
def test_who_fails_fewer_than_ten_times_is_never_refused(
    own: int, network: int, site: int, turned_away: int, trust: Trust
) -> None:
    """However many of the others were turned away: the way is open, or opens for a sum."""
    tally = Tally(own=own, network=network, site=site, turned_away=turned_away)
    assert judge(tally, trust).door in {Door.OPEN, Door.PROOF}


@given(tally=tallies, trust=trusts)
def test_who_failed_ten_times_alone_is_always_refused(tally: Tally, trust: Trust) -> None:
    assert judge(replace(tally, own=tally.own + MOST_OF_ONE), trust) == Verdict(Door.SHUT)


@given(tally=tallies)
def test_a_supporter_is_kept_out_by_nobody_else(tally: Tally) -> None:
    assert judge(replace(tally, own=0), Trust.SUPPORTER) == Verdict(Door.OPEN)


@given(tally=tallies, trust=trusts)
def test_a_sum_is_asked_of_strangers_alone(tally: Tally, trust: Trust) -> None:
    verdict = judge(tally, trust)
    assert (verdict.bits > 0) is (verdict.door is Door.PROOF)
    if verdict.door is Door.PROOF:
        assert trust is Trust.STRANGER
        assert LEAST_BITS <= verdict.bits <= MOST_BITS


@given(tally=tallies, trust=trusts, name=st.sampled_from(["own", "network", "site", "turned_away"]), more=counts)
def test_more_failures_never_make_it_easier(tally: Tally, trust: Trust, name: str, more: int) -> None:
    before = judge(tally, trust)
    after = judge(replace(tally, **{name: getattr(tally, name) + more}), trust)
    assert (STRICT.index(after.door), after.bits) >= (STRICT.index(before.door), before.bits) or (
        STRICT.index(after.door) > STRICT.index(before.door)
    )


@given(paid=st.integers(0, 10_000), leave=st.integers(0, LEFT_FOR_EACH_PAID))
def test_a_campaign_is_no_burst(paid: int, leave: int) -> None:
    """Four of five may leave without paying, however many come."""
    tally = Tally(site=leave * paid, paid=paid)
    assert not tally.is_burst
    assert judge(tally, Trust.STRANGER).door is Door.OPEN


@given(tally=tallies)
def test_every_figure_is_at_least_nothing(tally: Tally) -> None:
    assert tally.reached >= 0
    assert tally.pressure >= tally.reached


@pytest.mark.parametrize(
    ("tally", "trust", "door"),
    [
        (Tally(), Trust.STRANGER, Door.OPEN),
        (Tally(own=DOUBTFUL_OF_ONE - 1), Trust.STRANGER, Door.OPEN),
        (Tally(own=DOUBTFUL_OF_ONE), Trust.STRANGER, Door.PROOF),
        (Tally(own=DOUBTFUL_OF_ONE), Trust.SIGNED_IN, Door.OPEN),
        (Tally(network=DOUBTFUL_OF_A_NETWORK), Trust.STRANGER, Door.PROOF),
        (Tally(network=MOST_OF_A_NETWORK), Trust.STRANGER, Door.SHUT),
        (Tally(network=MOST_OF_A_NETWORK), Trust.SIGNED_IN, Door.OPEN),
        (Tally(site=BURST - 1), Trust.STRANGER, Door.OPEN),
        (Tally(site=BURST), Trust.STRANGER, Door.PROOF),
        (Tally(site=BURST), Trust.SIGNED_IN, Door.OPEN),
        (Tally(turned_away=BURST), Trust.STRANGER, Door.PROOF),
        (Tally(turned_away=100_000), Trust.STRANGER, Door.PROOF),
        (Tally(site=HELD_BACK), Trust.STRANGER, Door.HELD_BACK),
        (Tally(site=HELD_BACK), Trust.SIGNED_IN, Door.HELD_BACK),
        (Tally(site=HELD_BACK), Trust.SUPPORTER, Door.OPEN),
        (Tally(site=HELD_BACK, paid=10), Trust.STRANGER, Door.OPEN),
    ],
)
def test_each_step(tally: Tally, trust: Trust, door: Door) -> None:
    assert judge(tally, trust).door is door


def test_it_becomes_harder_by_doublings() -> None:
    bits = [judge(Tally(turned_away=BURST - 1 + doubts), Trust.STRANGER).bits for doubts in (1, 2, 4, 8, 16, 120_000)]
    assert bits == [16, 17, 18, 19, 20, 20]


@given(st.binary(min_size=1, max_size=32))
def test_zeros_are_counted_bit_by_bit(digest: bytes) -> None:
    written = "".join(f"{byte:08b}" for byte in digest)
    assert count_zeros(digest) == len(written) - len(written.lstrip("0"))


def test_zeros_of_a_known_digest() -> None:
    assert count_zeros(sha256(b"masthead").digest()) == 256 - int(sha256(b"masthead").hexdigest(), 16).bit_length()
