"""Settings that appeals read: which rows name the publication, its sections and its topics."""

from __future__ import annotations

from django.conf import settings


def section_model() -> str:
    """Return the model whose `slug` names a section, as `app.Model`; empty where the site has none."""
    return str(getattr(settings, "MASTHEAD_SECTION_MODEL", ""))


def topic_model() -> str:
    """Return the model whose `slug` names a topic, as `app.Model`; empty where the site has none."""
    return str(getattr(settings, "MASTHEAD_TOPIC_MODEL", ""))


def publication_model() -> str:
    """Return the site setting whose `name` is the publication's, as `app.Model`; empty: Wagtail's name of the site."""
    return str(getattr(settings, "MASTHEAD_PUBLICATION_MODEL", ""))
