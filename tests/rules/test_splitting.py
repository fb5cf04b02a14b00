from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from masthead.rules.splitting import draw, is_held_out

READERS = 60_000
seeds = st.binary(min_size=8, max_size=8)
weights = st.lists(st.integers(0, 100), max_size=6)


def readers(count: int = READERS) -> list[bytes]:
    random = Random(5)
    return [random.randbytes(8) for _ in range(count)]


def chi_square(counts: Counter[object], expected: dict[object, float]) -> float:
    return sum((counts[key] - want) ** 2 / want for key, want in expected.items())


class TestDrawing:
    @given(seeds, st.text(max_size=20), weights)
    def test_is_sticky(self, seed: bytes, experiment: str, weights: list[int]) -> None:
        assert draw(seed, experiment, weights) == draw(seed, experiment, list(weights))

    @given(seeds, st.text(max_size=20), weights)
    def test_never_draws_a_weight_of_zero(self, seed: bytes, experiment: str, weights: list[int]) -> None:
        place = draw(seed, experiment, weights)
        assert (place is None) == (sum(weights) == 0)
        assert place is None or weights[place] > 0

    @given(seeds, st.text(max_size=20), weights, st.integers(2, 50))
    def test_only_the_proportions_matter(self, seed: bytes, experiment: str, weights: list[int], times: int) -> None:
        assert draw(seed, experiment, weights) == draw(seed, experiment, [weight * times for weight in weights])

    def test_is_uniform(self) -> None:
        counts = Counter[object](draw(seed, "spring", [1] * 100) for seed in readers())
        # 99 degrees of freedom: 173 is passed by one fair draw in 200,000.
        assert chi_square(counts, dict.fromkeys(range(100), READERS / 100)) < 173

    def test_keeps_the_proportions(self) -> None:
        counts = Counter[object](draw(seed, "spring", [70, 0, 20, 10]) for seed in readers())
        # 2 degrees of freedom: 24.5 is passed by one fair draw in 200,000.
        assert chi_square(counts, {0: READERS * 0.7, 2: READERS * 0.2, 3: READERS * 0.1}) < 24.5

    def test_two_experiments_are_independent(self) -> None:
        pairs = Counter[object]((draw(seed, "spring", [1] * 4), draw(seed, "spring2", [1] * 4)) for seed in readers())
        # 15 degrees of freedom: 53 is passed by one fair draw in 200,000.
        assert chi_square(pairs, {(a, b): READERS / 16 for a in range(4) for b in range(4)}) < 53

    def test_readers_that_differ_in_one_bit_are_independent(self) -> None:
        same = sum(
            draw(seed, "spring", [1, 1]) == draw(bytes([seed[0] ^ 1]) + seed[1:], "spring", [1, 1])
            for seed in readers()
        )
        assert abs(same / READERS - 0.5) < 0.01


class TestHoldout:
    def test_is_nobody_at_zero_and_everybody_at_a_hundred(self) -> None:
        some = readers(200)
        assert not any(is_held_out(seed, 0) for seed in some)
        assert all(is_held_out(seed, 100) for seed in some)

    def test_is_of_the_size_asked_for(self) -> None:
        held = sum(is_held_out(seed, 5) for seed in readers())
        assert abs(held / READERS - 0.05) < 0.005

    def test_says_nothing_about_the_variant(self) -> None:
        held = [seed for seed in readers() if is_held_out(seed, 20)]
        first = sum(draw(seed, "spring", [1, 1]) == 0 for seed in held)
        assert abs(first / len(held) - 0.5) < 0.03
