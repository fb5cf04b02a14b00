"""Settings of appeals that are refused at start."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist

from masthead.appeals import conf


@register()
def check_vocabulary(**_facts: Any) -> list[CheckMessage]:
    """Refuse a model of sections or topics that is not there or has no slug."""
    found: list[CheckMessage] = []
    for setting, label in (
        ("MASTHEAD_SECTION_MODEL", conf.section_model()),
        ("MASTHEAD_TOPIC_MODEL", conf.topic_model()),
    ):
        if not label:
            continue
        try:
            apps.get_model(label)._meta.get_field("slug")
        except (LookupError, ValueError, FieldDoesNotExist):
            found.append(Error(f"{setting} is “{label}”, which is no model with a slug.", id="appeals.E001"))
    return found
