"""Appeals in the console: the list in its order, the form, moving an appeal up and down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, ReorderView, SnippetViewSet

from masthead.appeals.models import Appeal
from masthead.appeals.operations import move_appeal
from masthead.appeals.panels import make_edit_handler
from masthead.appeals.queries import Compiler, get_asking_settings, make_compiler, say_audience, say_places


class StatusColumn(LiveStatusTagColumn):
    """Whether an appeal is live, and if it does not reach readers all the same, why."""

    cell_template_name = "appeals/status_cell.html"

    def __init__(self, *, find_fault: Callable[[Appeal], str]) -> None:
        super().__init__(sort_key=None)
        self.find_fault = find_fault

    def get_cell_context_data(self, instance: Appeal, parent_context: Any) -> dict[str, Any]:
        """Add the fault."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return {**context, "fault": self.find_fault(instance)}


class AppealIndexView(IndexView):
    """The list of appeals, the first asked first, each with its audience and what is wrong with it."""

    @cached_property
    def compiler(self) -> Compiler:
        """Look up once what all rows have in common."""
        return make_compiler(now=timezone.now())

    @cached_property
    def list_display(self) -> list[Any]:
        """Name the columns."""
        return [
            "name",
            Column("where", label=_("Where"), accessor=say_places),
            Column("audience", label=_("Who is asked"), accessor=self.say_audience),
            StatusColumn(find_fault=self.find_fault),
            UpdatedAtColumn(sort_key=None),
        ]

    def say_audience(self, appeal: Appeal) -> str:
        """Say in plain words whom an appeal asks."""
        return say_audience(appeal, dedicated_reads=self.compiler.dedicated_reads)

    def find_fault(self, appeal: Appeal) -> str:
        """Say why a live appeal does not reach readers; empty where it does."""
        return self.compiler.find_fault(appeal) if appeal.live else ""

    def get_base_queryset(self) -> Any:
        """Read what each row needs to be checked at once."""
        return super().get_base_queryset().select_related("portrait", "signature_image").prefetch_related("variants")

    def get_reorder_url(self) -> str | None:
        """Let those move appeals who may publish them: the order is part of what readers see."""
        return super().get_reorder_url() if self.user_has_permission("publish") else None

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Say above the list when everything is stopped."""
        return {**super().get_context_data(*args, **kwargs), "asking": get_asking_settings()}


class AppealReorderView(ReorderView):
    """Moving one appeal in the order of priority."""

    permission_required = "publish"

    def post(self, request: HttpRequest, *_args: Any, **kwargs: Any) -> HttpResponse:
        """Move it to the position asked for."""
        appeal = get_object_or_404(Appeal, pk=kwargs["pk"])
        position = request.GET.get("position", "")
        move_appeal(appeal, position=int(position) if position.isdecimal() else -1, now=timezone.now())
        return JsonResponse({"success": True})


class AppealViewSet(SnippetViewSet):
    """Everything that staff do to appeals."""

    model = Appeal
    icon = "comment"
    menu_label = _("Appeals")
    menu_name = "appeals"
    menu_order = 210
    add_to_admin_menu = True
    edit_handler = make_edit_handler()
    index_view_class = AppealIndexView
    reorder_view_class = AppealReorderView
    sort_order_field = "sort_order"
    ordering = "sort_order"


register_snippet(AppealViewSet)


@hooks.register("insert_global_admin_css")
def link_console_style() -> SafeString:
    """Link the console's own small sheet."""
    return format_html('<link rel="stylesheet" href="{}">', static("appeals/console.css"))
