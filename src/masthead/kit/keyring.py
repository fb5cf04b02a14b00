"""The site's own signers, from its settings."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from masthead.kit.sealing import PassSigner, TokenSigner


def get_showing_signer() -> TokenSigner:
    """Return the signer of showings' tokens."""
    return _make_showing_signer(_secrets(), settings.MASTHEAD_SITE_URL)


def get_proof_signer() -> TokenSigner:
    """Return the signer of the challenges of a proof of work."""
    return _make_proof_signer(_secrets(), settings.MASTHEAD_SITE_URL)


def get_pass_signer() -> PassSigner:
    """Return the signer of passes."""
    return _make_pass_signer(_secrets(), settings.MASTHEAD_SITE_URL)


def get_letter_signer(purpose: str) -> TokenSigner:
    """Return the signer of what is known again on letters: "stop" for their links, "return" for what comes back."""
    return _make_letter_signer(_secrets(), settings.MASTHEAD_SITE_URL, purpose)


def _secrets() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.MASTHEAD_PREVIOUS_SECRET_KEYS)


@lru_cache(maxsize=4)
def _make_pass_signer(secrets: tuple[str, ...], site: str) -> PassSigner:
    return PassSigner(secrets, site=site)


@lru_cache(maxsize=4)
def _make_showing_signer(secrets: tuple[str, ...], site: str) -> TokenSigner:
    return TokenSigner(secrets, purpose="showing", site=site)


@lru_cache(maxsize=4)
def _make_proof_signer(secrets: tuple[str, ...], site: str) -> TokenSigner:
    return TokenSigner(secrets, purpose="proof", site=site)


@lru_cache(maxsize=8)
def _make_letter_signer(secrets: tuple[str, ...], site: str, purpose: str) -> TokenSigner:
    return TokenSigner(secrets, purpose=f"letter-{purpose}", site=site)
