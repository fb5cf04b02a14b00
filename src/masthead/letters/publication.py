"""In whose name letters are sent. The newsroom knows, and stands above: it provides it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from wagtail.models.sites import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The sender as a letter names it: the publication's name, its line below, where it is made, and who signs."""

    name: str
    tagline: str = ""
    place: str = ""
    editor_name: str = ""


Source = Callable[[str], Publication]
_source: Source | None = None


def provide(source: Source) -> None:
    """Let `source(language)` say in whose name letters in this language are sent."""
    global _source  # noqa: PLW0603  one process, one publication
    _source = source


def get_publication(language: str) -> Publication:
    """Return who sends letters in this language; without a source, the name of the default site."""
    if _source is not None:
        return _source(language)
    site = Site.objects.filter(is_default_site=True).first()
    return Publication(name=(site.site_name if site else "") or settings.WAGTAIL_SITE_NAME)
