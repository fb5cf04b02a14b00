"""Settings that appeals read: which rows name the site's sections and topics."""

from __future__ import annotations

from django.conf import settings


def section_model() -> str:
    """Return the model whose `slug` names a section, as `app.Model`; empty where the site has none."""
    return str(getattr(settings, "MASTHEAD_SECTION_MODEL", ""))


def topic_model() -> str:
    """Return the model whose `slug` names a topic, as `app.Model`; empty where the site has none."""
    return str(getattr(settings, "MASTHEAD_TOPIC_MODEL", ""))
