"""Helping members in the console: addresses, menu, log, permissions."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from masthead.community.care import operations, views

PERMISSIONS = ("look_up_people", "comp_person", "refund_payment", "resend_letter", "cancel_membership")


@hooks.register("register_admin_urls")
def register_addresses() -> list[URLPattern]:
    """Put the pages under the console's own address."""
    return [
        path("people/", views.people, name="care_people"),
        path("people/<int:pk>/", views.person, name="care_person"),
        path("people/<int:pk>/letters/<int:letter_id>/again/", views.resend, name="care_resend"),
        path("people/<int:pk>/<slug:action>/", views.act, name="care_act"),
    ]


class PeopleMenuItem(MenuItem):
    """The way to the people, for those who may look them up."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Hide it from everybody else."""
        return bool(request.user.has_perm(views.LOOK_UP))


@hooks.register("register_admin_menu_item")
def register_menu_item() -> PeopleMenuItem:
    """Stand above the community's lists."""
    return PeopleMenuItem(_("People"), reverse("care_people"), name="people", icon_name="user", order=205)


@hooks.register("register_log_actions")
def register_actions(actions: LogActionRegistry) -> None:
    """Name what staff do, for the site's history and the person's story."""
    actions.register_action(operations.COMP, _("Gave a membership"), _("Gave a membership"))
    actions.register_action(operations.REFUND, _("Sent a payment back"), _("Sent a payment back"))
    actions.register_action(operations.RESEND, _("Sent a letter again"), _("Sent a letter again"))
    actions.register_action(operations.END, _("Ended a membership"), _("Ended a membership"))


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Let administrators give the permissions to other groups."""
    return Permission.objects.filter(content_type__app_label="community", codename__in=PERMISSIONS)
