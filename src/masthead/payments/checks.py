"""Bad settings of payments, refused at the start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def check_stripe(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001  Django's signature
    """Refuse payments by Stripe without its key or its webhook's secret."""
    if settings.MASTHEAD_PAYMENTS != "stripe":
        return []
    wanted = {
        "MASTHEAD_STRIPE_KEY": ("sk_", "rk_"),
        "MASTHEAD_STRIPE_WEBHOOK_SECRET": ("whsec_",),
    }
    return [
        Error(
            f"Payments go by Stripe, but {name} is not set to a value that begins with {' or '.join(prefixes)}.",
            hint="Take it from Stripe's dashboard, or set MASTHEAD_PAYMENTS=sandbox to try without money.",
            id=f"payments.E00{number}",
        )
        for number, (name, prefixes) in enumerate(wanted.items(), start=1)
        if not getattr(settings, name).startswith(prefixes)
    ]
