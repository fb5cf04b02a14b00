"""Settings of mail that are refused at the start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from masthead.letters.conf import BadSmtpUrl, parse_smtp_url


@register()
def check_smtp_url(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse an address of the mail server that cannot be read."""
    if not settings.MASTHEAD_SMTP_URL:
        return []
    try:
        parse_smtp_url(settings.MASTHEAD_SMTP_URL)
    except BadSmtpUrl as error:
        return [Error(str(error), id="letters.E001")]
    return []
