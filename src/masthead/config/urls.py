"""Which address belongs to which app; the newsroom's pages come last."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls


# TEMPORARY while the apps are being written
def built(prefix: str, app: str) -> list[URLResolver]:
    from pathlib import Path

    there = (Path(__file__).resolve().parent.parent / app / "urls.py").exists()
    return [path(prefix, include(f"masthead.{app}.urls"))] if there else []


handler404 = "masthead.newsroom.views.not_found"
handler500 = "masthead.newsroom.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("cms/", include(wagtailadmin_urls)),
    *built("accounts/", "accounts"),
    *built("payments/", "payments"),
    *built("mailbox/", "letters"),
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    *built("", "community"),
    *built("", "newsroom"),
    path("", include(wagtail_urls)),
]
