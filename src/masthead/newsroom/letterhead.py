"""In whose name letters are sent: the publication's own settings."""

from __future__ import annotations

from wagtail.models import Site

from masthead.letters.publication import Publication
from masthead.newsroom.models import PublicationSettings


def get_letterhead(_language: str) -> Publication:
    """Return the sender of letters: what staff wrote in the console, else the site's name."""
    site = Site.objects.filter(is_default_site=True).first()
    said = PublicationSettings.objects.filter(site=site).first() if site else None
    name = (said.name if said else "") or (site.site_name if site else "") or "Masthead"
    if said is None:
        return Publication(name=name)
    return Publication(name=name, tagline=said.tagline, place=said.town, editor_name=said.founding_editor_name)
