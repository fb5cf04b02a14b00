"""Settings of appeals that are refused at start."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist

from masthead.appeals import conf


@register()
def check_vocabulary(**_facts: Any) -> list[CheckMessage]:
    """Refuse a model of sections, topics or publication that is not there or has no slug or name."""
    found: list[CheckMessage] = []
    for setting, label, field in (
        ("MASTHEAD_SECTION_MODEL", conf.section_model(), "slug"),
        ("MASTHEAD_TOPIC_MODEL", conf.topic_model(), "slug"),
        ("MASTHEAD_PUBLICATION_MODEL", conf.publication_model(), "name"),
    ):
        if not label:
            continue
        try:
            apps.get_model(label)._meta.get_field(field)  # noqa: SLF001  Django's documented way to a field
        except (LookupError, ValueError, FieldDoesNotExist):
            found.append(Error(f"{setting} is “{label}”, which is no model with a {field}.", id="appeals.E001"))
    return found
