"""Who may help members: a group of its own, which writes no article and no appeal."""

from __future__ import annotations

from typing import Any, Final

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

MEMBER_CARE: Final = "Member care"
ACTS: Final = (
    "comp_person",
    "refund_payment",
    "resend_letter",
    "cancel_membership",
    "merge_people",
    "erase_person",
)
LOOK_UP: Final = "community.look_up_people"
_LOOKS: Final = (
    "look_up_people",
    "view_erasure",
    "view_membership",
    "view_contribution",
    "view_surplussubscription",
)


def last_app() -> AppConfig:
    """Return the app whose tables are made last: when it tells of it, the permissions of all others are there."""
    return [config for config in apps.get_app_configs() if config.models_module is not None][-1]


def grant_to_groups(*, using: str, **_facts: Any) -> None:
    """Give the group of member care its permissions. Safe to repeat; takes nothing away."""
    care, _created = Group.objects.using(using).get_or_create(name=MEMBER_CARE)
    permissions = Permission.objects.using(using)
    care.permissions.add(*permissions.filter(content_type__app_label="community", codename__in=(*ACTS, *_LOOKS)))
    kind, _created = ContentType.objects.using(using).get_or_create(app_label="wagtailadmin", model="admin")
    access, _created = permissions.get_or_create(
        content_type=kind, codename="access_admin", defaults={"name": "Can access Wagtail admin"}
    )
    care.permissions.add(access)
