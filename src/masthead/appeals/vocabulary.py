"""The sections and topics that articles of this site can have, read from the rows that name them.

Which rows those are is a setting, so that appeals work beside any CMS; without one, the sections and
topics of an audience are typed.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps

from masthead.appeals import conf


@dataclass(frozen=True, slots=True)
class Name:
    """One section or topic: its slug on the wire, and what people call it."""

    slug: str
    label: str


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
    rows = model._default_manager.all()
    if any(field.name == "live" for field in model._meta.get_fields()):
        rows = rows.filter(live=True)
    return tuple(sorted((Name(str(row.slug), str(row)) for row in rows), key=lambda name: name.label.casefold()))
