"""The numbers in the console: address, menu, icon, permission."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from masthead.insight import views


@hooks.register("register_admin_urls")
def register_addresses() -> list[URLPattern]:
    """Put the page under the console's own address."""
    return [
        path("numbers/", views.show_numbers, name="insight_numbers"),
        path("numbers/csv/", views.download_numbers, name="insight_numbers_csv"),
    ]


class NumbersMenuItem(MenuItem):
    """The way to the numbers, for those who may see them."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Hide it from everybody else."""
        return bool(request.user.has_perm("insight.view_numbers"))


@hooks.register("register_admin_menu_item")
def register_menu_item() -> NumbersMenuItem:
    """Stand below the appeals."""
    return NumbersMenuItem(_("Numbers"), reverse("insight_numbers"), name="numbers", icon_name="mh-numbers", order=220)


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    """Add the icon of the numbers."""
    return [*icons, "insight/icons/numbers.svg"]


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission, Any]:
    """Let administrators give the permission to other groups."""
    return Permission.objects.filter(content_type__app_label="insight", codename="view_numbers")
