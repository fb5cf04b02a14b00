"""The console's pages of money: reconciliation, and the inbox of the provider's messages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from masthead.payments import console


@hooks.register("register_admin_urls")
def register_addresses() -> list[URLPattern]:
    """Put the pages under the console's own address."""
    return [
        path("payments/reconciliation/", console.show_reconciliation, name="payments_reconciliation"),
        path("payments/reconciliation/start/", console.start_reconciliation, name="payments_start_reconciliation"),
        path("payments/inbox/", console.show_inbox, name="payments_inbox"),
        path("payments/inbox/replay/", console.replay, name="payments_replay"),
    ]


class _PermittedItem(MenuItem):
    """A way that is shown to whoever may go it."""

    def __init__(self, *args: Any, permission: str, **told: Any) -> None:
        super().__init__(*args, **told)
        self._permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        """Hide it from everybody else."""
        return bool(request.user.has_perm(self._permission))


@hooks.register("register_admin_menu_item")
def register_menu_item() -> SubmenuMenuItem:
    """Stand below the community; empty, it is not shown."""
    items = [
        _PermittedItem(
            _("Reconciliation"),
            reverse("payments_reconciliation"),
            name="reconciliation",
            icon_name="resubmit",
            order=10,
            permission=console.SEE_RUNS,
        ),
        _PermittedItem(
            _("Inbox"),
            reverse("payments_inbox"),
            name="payments-inbox",
            icon_name="mail",
            order=20,
            permission=console.SEE_EVENTS,
        ),
    ]
    return SubmenuMenuItem(_("Payments"), Menu(items=items), name="payments", icon_name="decimal", order=215)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission, Any]:
    """Let administrators give the permissions to other groups."""
    names = ["view_reconciliationrun", "run_reconciliation", "view_providerevent", "replay_event"]
    return Permission.objects.filter(content_type__app_label="payments", codename__in=names)
