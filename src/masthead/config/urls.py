"""Which address belongs to which app; the newsroom's pages come last."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from masthead.newsroom.views import serve_page

handler404 = "masthead.newsroom.views.not_found"
handler500 = "masthead.newsroom.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("cms/", include(wagtailadmin_urls)),
    path("accounts/", include("masthead.accounts.urls")),
    path("payments/", include("masthead.payments.urls")),
    path("", include("masthead.letters.urls")),
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    path("", include("masthead.community.urls")),
    path("", include("masthead.newsroom.urls")),
    # In the place of Wagtail's own of this name.
    re_path(wagtail_urls.serve_pattern, serve_page, name="wagtail_serve"),
    path("", include(wagtail_urls)),
]
