"""The one process of a trial or a small newsroom: edge in front, the memory of pages, Django, the sandbox beside.

In production `/_masthead/*` may go to an edge process of its own, and the sandbox is not there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masthead.config.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def build_application() -> WSGIApp:
    """Wire the layers together and start the threads of edge."""
    django = get_wsgi_application()
    from masthead.appeals.queries import load_snapshot
    from masthead.config.pages import make_pages
    from masthead.edge.app import Edge
    from masthead.edge.countries import open_countries
    from masthead.edge.metrics import Metrics
    from masthead.insight.stores import get_store

    pages = make_pages(django)
    metrics = Metrics(token=settings.MASTHEAD_METRICS_TOKEN, folder=settings.MASTHEAD_DATA / "metrics" / "site")
    metrics.watch("masthead_pages_kept", pages.count)
    metrics.watch("masthead_pages_bytes", lambda: pages.size)
    metrics.watch("masthead_pages_asked_total", lambda: pages.hits, memory="hit")
    metrics.watch("masthead_pages_asked_total", lambda: pages.misses, memory="miss")
    edge = Edge(
        fallback=pages,
        snapshots=load_snapshot,
        counts=get_store(),
        secrets=settings.MASTHEAD_SECRETS,
        site=settings.MASTHEAD_SITE_URL,
        secure=settings.MASTHEAD_SECURE,
        trust_country_header=settings.MASTHEAD_COUNTRY_HEADER,
        serves_edges=True,
        metrics=metrics,
        countries=open_countries(
            settings.MASTHEAD_COUNTRY_FILE,
            trust_header=settings.MASTHEAD_COUNTRY_HEADER,
            trusted_proxies=settings.MASTHEAD_TRUSTED_PROXIES,
        ),
    )
    edge.start()
    edge.close_at_exit()
    pages.start()
    if settings.MASTHEAD_PAYMENTS != "sandbox":
        return edge
    return mount_sandbox(edge)


def mount_sandbox(site: WSGIApp) -> WSGIApp:
    """Answer `/sandbox/*` with the sandbox's hosted pages, everything else with `site`."""
    from masthead.payments.sandbox.wiring import make_configured_app

    sandbox = make_configured_app()

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if path != "/sandbox" and not path.startswith("/sandbox/"):
            return site(environ, start_response)
        inside = {**environ, "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + "/sandbox", "PATH_INFO": path[8:] or "/"}
        return sandbox(inside, start_response)

    return application


application = build_application()
