from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.kit.keyring import get_pass_signer, get_showing_signer
from masthead.kit.sealing import PassSigner, Sealer, TokenSigner

SITE = "https://paper.test"


def make_sealer(*secrets: str, purpose: str = "read-log", site: str = SITE) -> Sealer:
    return Sealer(secrets or ("one",), purpose=purpose, site=site)


def make_token_signer(*secrets: str, purpose: str = "showing", site: str = SITE) -> TokenSigner:
    return TokenSigner(secrets or ("one",), purpose=purpose, site=site)


class TestSealer:
    @given(st.binary(max_size=700))
    def test_opens_what_it_sealed(self, data: bytes) -> None:
        assert make_sealer().unseal(make_sealer().seal(data)) == data

    def test_text_fits_cookies(self) -> None:
        text = make_sealer().seal(bytes(range(256)))
        assert set(text) <= set(string.ascii_letters + string.digits + "+/=")

    @given(st.binary(max_size=6), st.data())
    def test_any_change_closes_it(self, data: bytes, drawn: st.DataObject) -> None:
        text = make_sealer().seal(data)
        place = drawn.draw(st.integers(0, len(text) - 1))
        other = drawn.draw(st.characters().filter(lambda character: character != text[place]))
        assert make_sealer().unseal(text[:place] + other + text[place + 1 :]) is None
        assert make_sealer().unseal(text[:place]) is None
        assert make_sealer().unseal(text[:place] + other + text[place:]) is None

    @pytest.mark.parametrize("size", range(3))
    def test_no_two_texts_mean_the_same(self, size: int) -> None:
        """The last character of base64 has spare bits, which must be as they were written."""
        text = make_sealer().seal(bytes(size))
        others = set(string.ascii_letters + string.digits + "+/=")
        changed = {
            text[:place] + other + text[len(text) + place + 1 :] for place in range(-3, 0) for other in others
        } - {text}
        assert [other for other in changed if make_sealer().unseal(other) is not None] == []

    @given(st.text(max_size=120))
    def test_strange_text_is_none(self, text: str) -> None:
        assert make_sealer().unseal(text) is None

    def test_text_of_any_length_is_none(self) -> None:
        assert make_sealer().unseal("A" * 100_000) is None

    def test_is_of_one_purpose_and_one_site(self) -> None:
        text = make_sealer().seal(b"data")
        assert make_sealer(purpose="showing").unseal(text) is None
        assert make_sealer(site="https://other.test").unseal(text) is None

    def test_stays_open_when_the_site_goes_to_https(self) -> None:
        assert make_sealer(site="http://Paper.test/").unseal(make_sealer().seal(b"data")) == b"data"

    def test_the_first_secret_seals_and_all_open(self) -> None:
        old = make_sealer("old").seal(b"data")
        both = make_sealer("new", "old")
        assert both.unseal(old) == b"data"
        assert make_sealer("old").unseal(both.seal(b"data")) is None
        assert make_sealer("new").unseal(both.seal(b"data")) == b"data"

    def test_seals_the_same_differently_each_time(self) -> None:
        sealer = make_sealer()
        assert len({sealer.seal(b"data") for _ in range(500)}) == 500

    @pytest.mark.parametrize("secrets", [[], [""]])
    def test_needs_a_secret(self, secrets: list[str]) -> None:
        with pytest.raises(ValueError, match="at least one secret"):
            Sealer(secrets, purpose="read-log", site=SITE)


class TestTokenSigner:
    @given(st.binary(max_size=700))
    def test_verifies_what_it_signed(self, data: bytes) -> None:
        assert make_token_signer().verify(make_token_signer().sign(data)) == data

    def test_text_fits_addresses(self) -> None:
        text = make_token_signer().sign(bytes(range(256)))
        assert set(text) <= set(string.ascii_letters + string.digits + "-_")

    @given(st.binary(max_size=6), st.data())
    def test_any_change_breaks_it(self, data: bytes, drawn: st.DataObject) -> None:
        text = make_token_signer().sign(data)
        place = drawn.draw(st.integers(0, len(text) - 1))
        other = drawn.draw(st.characters().filter(lambda character: character != text[place]))
        assert make_token_signer().verify(text[:place] + other + text[place + 1 :]) is None
        assert make_token_signer().verify(text[:place]) is None
        assert make_token_signer().verify(text[:place] + other + text[place:]) is None

    @given(st.text(max_size=120))
    def test_strange_text_is_none(self, text: str) -> None:
        assert make_token_signer().verify(text) is None

    def test_is_of_one_purpose_and_one_site(self) -> None:
        text = make_token_signer().sign(b"data")
        assert make_token_signer(purpose="other").verify(text) is None
        assert make_token_signer(site="https://other.test").verify(text) is None
        assert make_token_signer(site="http://Paper.test/").verify(text) == b"data"

    def test_the_first_secret_signs_and_all_verify(self) -> None:
        old = make_token_signer("old").sign(b"data")
        both = make_token_signer("new", "old")
        assert both.verify(old) == b"data"
        assert make_token_signer("old").verify(both.sign(b"data")) is None
        assert make_token_signer("new").verify(both.sign(b"data")) == b"data"


class TestPassSigner:
    @given(st.binary(max_size=200))
    def test_verifies_what_it_signed(self, data: bytes) -> None:
        signer = PassSigner(["one"], site=SITE)
        assert signer.verify(signer.sign(data)) == data

    @given(st.data())
    def test_any_change_breaks_it(self, drawn: st.DataObject) -> None:
        signer = PassSigner(["one"], site=SITE)
        text = signer.sign(b"data")
        place = drawn.draw(st.integers(0, len(text) - 1))
        other = drawn.draw(st.characters().filter(lambda character: character != text[place]))
        assert signer.verify(text[:place] + other + text[place + 1 :]) is None
        assert signer.verify(text[:place]) is None

    @given(st.text(max_size=120))
    def test_strange_text_is_none(self, text: str) -> None:
        assert PassSigner(["one"], site=SITE).verify(text) is None

    def test_old_keys_verify(self) -> None:
        old = PassSigner(["old"], site=SITE).sign(b"data")
        both = PassSigner(["new", "old"], site=SITE)
        assert both.verify(old) == b"data"
        assert PassSigner(["old"], site=SITE).verify(both.sign(b"data")) is None
        assert len(both.public_keys()) == 2

    def test_is_of_one_site(self) -> None:
        signed = PassSigner(["one"], site=SITE).sign(b"data")
        assert PassSigner(["one"], site="https://other.test").verify(signed) is None


class TestKeyring:
    def test_verifies_what_edge_signed(self, settings: object) -> None:
        from django.conf import settings as current

        edge = TokenSigner([current.SECRET_KEY], purpose="showing", site=current.MASTHEAD_SITE_URL)
        assert get_showing_signer().verify(edge.sign(b"data")) == b"data"
        signer = PassSigner([current.SECRET_KEY], site=current.MASTHEAD_SITE_URL)
        assert signer.verify(get_pass_signer().sign(b"data")) == b"data"

    def test_follows_the_secrets(self, settings: object) -> None:
        text = get_showing_signer().sign(b"data")
        old = settings.SECRET_KEY  # type: ignore[attr-defined]
        settings.SECRET_KEY, settings.MASTHEAD_PREVIOUS_SECRET_KEYS = "newer", [old]  # type: ignore[attr-defined]
        assert get_showing_signer().verify(text) == b"data"
        settings.MASTHEAD_PREVIOUS_SECRET_KEYS = []  # type: ignore[attr-defined]
        assert get_showing_signer().verify(text) is None
