"""The publication's name, and the sections and topics that its articles can have, read from the rows that hold them.

Which rows those are is a setting, so that appeals work beside any CMS; without one, the sections and
topics of an audience are typed.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from wagtail.models import Site

from masthead.appeals import conf


@dataclass(frozen=True, slots=True)
class Name:
    """One section or topic: its slug on the wire, and what people call it."""

    slug: str
    label: str


def get_publication_name() -> str:
    """Return the name of the publication of the default site; empty where it has none yet."""
    site = Site.objects.filter(is_default_site=True).first()
    if site is None:
        return ""
    row = None
    if label := conf.publication_model():
        row = apps.get_model(label).objects.filter(site=site).first()
    return str(getattr(row, "name", "") or site.site_name)


def list_sections() -> tuple[Name, ...]:
    """List the site's live sections by their labels."""
    return _list_names(conf.section_model())


def list_topics() -> tuple[Name, ...]:
    """List the site's topics by their labels."""
    return _list_names(conf.topic_model())


def _list_names(model_label: str) -> tuple[Name, ...]:
    if not model_label:
        return ()
    model = apps.get_model(model_label)
    rows = model.objects.all()
    if any(field.name == "live" for field in model._meta.get_fields()):  # noqa: SLF001  Django's documented way to a model's fields
        rows = rows.filter(live=True)
    return tuple(sorted((Name(str(row.slug), str(row)) for row in rows), key=lambda name: name.label.casefold()))
