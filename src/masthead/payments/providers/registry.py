"""Which providers there are, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from django.conf import settings

from masthead.payments.providers.base import Provider, UnknownProvider


def _make_stripe() -> Provider:
    return _make_stripe_shaped(
        "stripe", settings.MASTHEAD_STRIPE_KEY, settings.MASTHEAD_STRIPE_WEBHOOK_SECRET, base_address=""
    )


def _make_sandbox() -> Provider:
    return _make_stripe_shaped(
        "sandbox",
        settings.MASTHEAD_SANDBOX_KEY,
        settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET,
        base_address=settings.MASTHEAD_SANDBOX_URL,
    )


@lru_cache(maxsize=8)
def _make_stripe_shaped(name: str, api_key: str, webhook_secret: str, *, base_address: str) -> Provider:
    # The SDK takes most of a second to import: no page needs it that moves no money.
    from masthead.payments.providers.stripe import StripeProvider

    return StripeProvider(name, api_key=api_key, webhook_secret=webhook_secret, base_address=base_address)


PROVIDERS: Final[dict[str, Callable[[], Provider]]] = {"stripe": _make_stripe, "sandbox": _make_sandbox}


def get_provider(name: str) -> Provider:
    """Return a provider; raises UnknownProvider."""
    try:
        make = PROVIDERS[name]
    except KeyError:
        raise UnknownProvider from None
    return make()


def get_current_provider() -> Provider:
    """Return the provider with which new payments are made."""
    return get_provider(settings.MASTHEAD_PAYMENTS)
