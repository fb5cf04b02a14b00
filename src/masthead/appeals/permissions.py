"""Who may ask: membership managers write and publish appeals and publish no article; editors the reverse."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from wagtail.models import Collection, GroupCollectionPermission

MEMBERSHIP_MANAGERS = "Membership managers"
EDITORS = "Editors"
_ACTIONS = ("add", "change", "delete", "view")
_APPEAL_ACTIONS = (*_ACTIONS, "publish", "lock", "unlock")
_GRANTS = (
    *(("appeals", f"{action}_appeal") for action in _APPEAL_ACTIONS),
    ("appeals", "change_askingsettings"),
    *(("community", f"{action}_tier") for action in _ACTIONS),
    ("community", "view_membership"),
    ("community", "view_contribution"),
    ("community", "view_surplussubscription"),
    ("community", "view_endreason"),
    *(("community", f"{action}_offer") for action in _ACTIONS),
    *(("community", f"{action}_paymentfee") for action in _ACTIONS),
    ("community", "change_communitysettings"),
    ("payments", "pause_new_cards"),
    ("letters", "change_letterwords"),
    ("letters", "change_letter"),
    ("letters", "view_letter"),
    ("letters", "view_unreachableaddress"),
    ("letters", "delete_unreachableaddress"),
    ("letters", "view_unsubscription"),
)


def last_app() -> AppConfig:
    """Return the app whose tables are made last: when it tells of it, the permissions of all others are there."""
    return [config for config in apps.get_app_configs() if config.models_module is not None][-1]


def grant_to_groups(*, using: str, **_facts: Any) -> None:
    """Give the group of membership managers its permissions. Safe to repeat; takes nothing away."""
    managers, _created = Group.objects.using(using).get_or_create(name=MEMBERSHIP_MANAGERS)
    Group.objects.using(using).get_or_create(name=EDITORS)
    for label, codename in _GRANTS:
        managers.permissions.add(
            *Permission.objects.using(using).filter(content_type__app_label=label, codename=codename)
        )
    managers.permissions.add(_console_access(using))
    _let_choose_pictures(managers, using)


def _console_access(using: str) -> Permission:
    app: AppConfig = apps.get_app_config("wagtailadmin")
    content_type, _created = ContentType.objects.using(using).get_or_create(app_label=app.label, model="admin")
    permission, _created = Permission.objects.using(using).get_or_create(
        content_type=content_type, codename="access_admin", defaults={"name": "Can access Wagtail admin"}
    )
    return permission


def _let_choose_pictures(managers: Group, using: str) -> None:
    root = Collection.objects.using(using).filter(depth=1).first()
    if root is None:
        return
    wanted = Permission.objects.using(using).filter(
        content_type__app_label="wagtailimages", codename__in=("add_image", "choose_image")
    )
    for permission in wanted:
        GroupCollectionPermission.objects.using(using).get_or_create(
            group=managers, collection=root, permission=permission
        )
