"""The memory of pages, wired to the newsroom that knows when they change."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from masthead.appeals.connections import fresh_connection
from masthead.edge.pages import Pages, WSGIApp
from masthead.newsroom.queries import get_pages_version
from masthead.newsroom.signals import pages_changed


def make_pages(site: WSGIApp) -> Pages:
    """Put a memory in front of `site` that is told of changes in this process, and looks for those of others."""
    pages = Pages(site, host=urlsplit(settings.MASTHEAD_SITE_URL).netloc, version=_load_version)

    def drop(**_facts: Any) -> None:
        pages.drop()

    # One process has one memory; weak, it would be gone when this function returns.
    pages_changed.disconnect(dispatch_uid="config.pages")
    pages_changed.connect(drop, weak=False, dispatch_uid="config.pages")
    return pages


def _load_version() -> int:
    with fresh_connection():
        return get_pages_version()
