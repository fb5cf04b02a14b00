"""The shield in the console: how it stands, a notice on the home page, and one button to pause new cards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import Context
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.log_actions import LogActionRegistry

from masthead.accounts.models import User
from masthead.payments import operations
from masthead.payments.operations.burst import PAUSED, RESUMED
from masthead.payments.operations.tally import read_situation
from masthead.payments.permissions import PAUSE_NEW_CARDS
from masthead.payments.queries import get_card_pause, get_open_burst, list_bursts
from masthead.rules.shielding import HELD_BACK


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PAUSE_NEW_CARDS, raise_exception=True)
def show_shield(request: HttpRequest) -> HttpResponse:
    """Show how the shield stands; on POST, pause new cards or take them again."""
    now = timezone.now()
    if request.method == "POST" and isinstance(request.user, User):
        if request.POST.get("pause") == "yes":
            operations.pause_new_cards(request.user, now=now)
            messages.success(request, _("New cards are paused. Members and their changes go on."))
        else:
            operations.take_new_cards(request.user, now=now)
            messages.success(request, _("New cards are taken again."))
        return redirect("payments_shield")
    tally = read_situation(now=now).tally
    context: dict[str, Any] = {
        "tally": tally,
        "is_held_back": tally.reached >= HELD_BACK,
        "burst": get_open_burst(),
        "pause": get_card_pause(),
        "bursts": list_bursts(),
        "page_title": _("Shield"),
        "header_title": _("Shield against trying out cards"),
        "header_icon": "lock",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": _("Shield")},
        ],
    }
    return TemplateResponse(request, "payments/shield.html", context)


class ShieldMenuItem(MenuItem):
    """The way to the shield, for those who may pause new cards."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Hide it from everybody else."""
        return bool(request.user.has_perm(PAUSE_NEW_CARDS))


class ShieldNotice(Component):
    """What stands on the console's home page while somebody tries out cards, or while new cards are paused."""

    name = "shield"
    order = 10
    template_name = "payments/shield_notice.html"

    def get_context_data(self, parent_context: Context | dict[str, Any] | None = None) -> dict[str, Any]:  # noqa: ARG002  Wagtail's signature
        """Say which of both it is."""
        return {"burst": get_open_burst(), "pause": get_card_pause(), "shield_url": reverse("payments_shield")}


@hooks.register("construct_homepage_panels")
def add_notice(request: HttpRequest, panels: list[Component]) -> None:
    """Put the notice above everything else, where there is something to say to somebody who can do something."""
    if request.user.has_perm(PAUSE_NEW_CARDS) and (get_open_burst() or get_card_pause()):
        panels.insert(0, ShieldNotice())


@hooks.register("register_admin_urls")
def register_addresses() -> list[URLPattern]:
    """Put the page under the console's own address."""
    return [path("shield/", show_shield, name="payments_shield")]


@hooks.register("register_settings_menu_item")
def register_menu_item() -> ShieldMenuItem:
    """Stand among the settings."""
    return ShieldMenuItem(
        gettext_lazy("Shield"), reverse("payments_shield"), name="shield", icon_name="lock", order=900
    )


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission, Any]:
    """Let administrators give the permission to other groups."""
    app, codename = PAUSE_NEW_CARDS.split(".")
    return Permission.objects.filter(content_type__app_label=app, codename=codename)


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """Name the two presses of the button in the audit log."""
    actions.register_action(PAUSED, gettext_lazy("Pause new cards"), gettext_lazy("Paused new cards"))
    actions.register_action(RESUMED, gettext_lazy("Take new cards"), gettext_lazy("Took new cards again"))
