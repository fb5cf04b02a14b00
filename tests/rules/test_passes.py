from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.rules.passes import AD_FREE, COMMUNITY_CONTENT, BadPass, Pass

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
passes = st.builds(Pass, st.lists(words, max_size=4).map(tuple), st.integers(0, 2**40), words, words, words)
PASS = Pass((AD_FREE, COMMUNITY_CONTENT), 1_763_900_000, "Mara", "2026-03-02", "community")


class TestPass:
    @given(passes)
    def test_comes_back_the_same(self, borne: Pass) -> None:
        assert Pass.decode(borne.encode()) == borne

    def test_holds_up_to_its_last_second_and_not_in_it(self) -> None:
        assert PASS.is_current(1_763_899_999.9)
        assert not PASS.is_current(1_763_900_000)

    def test_hint_names_the_benefits_and_when_to_renew(self) -> None:
        assert PASS.hint(1_763_800_000) == "ad_free.community_content~1763800000"

    def test_ignores_fields_of_a_later_version(self) -> None:
        fields = {**json.loads(PASS.encode()), "colour": "red"}
        assert Pass.decode(json.dumps(fields).encode()) == PASS

    @given(
        st.binary(max_size=80) | st.recursive(st.none() | st.integers(), st.lists).map(lambda x: json.dumps(x).encode())
    )
    def test_hostile_bytes_raise_one_error(self, data: bytes) -> None:
        with pytest.raises(BadPass):
            Pass.decode(data)

    @pytest.mark.parametrize(
        "fields",
        [
            {"benefits": "ad_free", "expires_at": 1},
            {"benefits": [1], "expires_at": 1},
            {"benefits": []},
            {"benefits": [], "expires_at": True},
            {"benefits": [], "expires_at": 1.5},
            {"benefits": [], "expires_at": 1, "name": None},
        ],
    )
    def test_refuses_fields_of_the_wrong_kind(self, fields: dict[str, object]) -> None:
        with pytest.raises(BadPass):
            Pass.decode(json.dumps(fields).encode())

    def test_refuses_json_that_is_too_deep(self) -> None:
        with pytest.raises(BadPass):
            Pass.decode(b"[" * 100_000)
