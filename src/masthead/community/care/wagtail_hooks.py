"""Member care in the console: addresses, menu, permissions, history."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from masthead.community.care import console, log
from masthead.community.care.permissions import ACTS, LOOK_UP


@hooks.register("register_admin_urls")
def register_addresses() -> list[URLPattern]:
    """Put the pages under the console's own address."""
    return [
        path("people/", console.list_found, name="care_people"),
        path("people/erasures/", console.list_erasures, name="care_erasures"),
        path("people/<int:pk>/", console.show_person, name="care_person"),
        path("people/<int:pk>/comp/", console.comp, name="care_comp"),
        path("people/<int:pk>/revoke/", console.revoke, name="care_revoke"),
        path("people/<int:pk>/refund/<int:payment>/", console.refund, name="care_refund"),
        path("people/<int:pk>/resend/<int:letter>/", console.resend, name="care_resend"),
        path("people/<int:pk>/cancel/", console.cancel, name="care_cancel"),
        path("people/<int:pk>/merge/", console.merge, name="care_merge"),
        path("people/<int:pk>/erase/", console.erase, name="care_erase"),
    ]


class PeopleMenuItem(MenuItem):
    """The way to people, for those who may look them up."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Hide it from everybody else."""
        return bool(request.user.has_perm(LOOK_UP))


@hooks.register("register_admin_menu_item")
def register_menu_item() -> PeopleMenuItem:
    """Stand above belonging."""
    return PeopleMenuItem(_("People"), reverse("care_people"), name="people", icon_name="user", order=205)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission, Any]:
    """Let administrators give each permission to other groups."""
    codenames = (*ACTS, LOOK_UP.removeprefix("community."))
    return Permission.objects.filter(content_type__app_label="community", codename__in=codenames)


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """Say in the history what was done."""
    log.register(actions)
