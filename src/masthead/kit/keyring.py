"""The site's own sealers and signer, from its settings."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from masthead.kit.sealing import PassSigner, Sealer


def get_sealer(purpose: str) -> Sealer:
    """Return the sealer of a purpose: "read-log" or "showing"."""
    return _make_sealer(_secrets(), purpose, settings.MASTHEAD_SITE_URL)


def get_pass_signer() -> PassSigner:
    """Return the signer of passes."""
    return _make_pass_signer(_secrets(), settings.MASTHEAD_SITE_URL)


def _secrets() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.MASTHEAD_PREVIOUS_SECRET_KEYS)


@lru_cache(maxsize=16)
def _make_sealer(secrets: tuple[str, ...], purpose: str, site: str) -> Sealer:
    return Sealer(secrets, purpose=purpose, site=site)


@lru_cache(maxsize=4)
def _make_pass_signer(secrets: tuple[str, ...], site: str) -> PassSigner:
    return PassSigner(secrets, site=site)
