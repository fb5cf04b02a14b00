"""The sandbox as the settings of the site describe it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from masthead.payments.sandbox.app import Sandbox, make_app

FILE = "sandbox.sqlite3"


def make_configured_app(*, api: bool = False) -> Sandbox:
    """Make the sandbox of this site: its hosted pages, and with `api` what the SDK talks to.

    The pages are mounted at `/sandbox` of the site; the API answers on loopback in a process of its own. Both keep
    the same file.
    """
    return make_app(
        settings.MASTHEAD_DATA / FILE,
        public_url=settings.MASTHEAD_SANDBOX_PUBLIC_URL,
        webhook_url=get_webhook_url(),
        webhook_host=urlsplit(settings.MASTHEAD_SITE_URL).netloc,
        webhook_secret=settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET,
        api_key=settings.MASTHEAD_SANDBOX_KEY,
        api=api,
        chaos=settings.MASTHEAD_SANDBOX_CHAOS,
    )


def get_webhook_url() -> str:
    """Return where the site takes the sandbox's events: on loopback, past any proxy in front of it."""
    host = settings.MASTHEAD_BIND
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104  compared, not bound
        host = "127.0.0.1"
    if ":" in host:
        host = f"[{host}]"
    return f"http://{host}:{settings.PORT}/payments/webhook/sandbox/"
