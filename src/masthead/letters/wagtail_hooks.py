"""Letters in the console: the outbox to look at, addresses that cannot be reached, and the words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail import hooks
from wagtail.admin.auth import permission_required
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import InspectView, SnippetViewSet, SnippetViewSetGroup

from masthead.letters.kinds import get_kind, is_known
from masthead.letters.models import Letter, UnreachableAddress, Unsubscription
from masthead.letters.operations import NOT_ARRIVED, send_again
from masthead.letters.queries import list_letters
from masthead.letters.views import wording

RETRY: Final = "letters.change_letter"


def holds_secret(letter: Letter) -> bool:
    """Return whether a letter may hold a code, by which whoever reads it signs in as its addressee."""
    return not is_known(letter.kind) or get_kind(letter.kind).urgent


class LookPolicy(ModelPermissionPolicy):
    """What letters became is looked at; `also` is what may be done besides."""

    also: tuple[str, ...] = ()

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Allow to look, to whoever may; nothing else, to nobody."""
        return action in {"view", *self.also} and bool(super().user_has_permission(user, action))


class LookAndDeletePolicy(LookPolicy):
    """What may be taken off a list."""

    also = ("delete",)


class LetterInspectView(InspectView):
    """One letter: what became of it, and its plain text unless that may hold a code."""

    template_name = "letters/console/letter.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer to try again where it did not arrive."""
        may = self.object.state in NOT_ARRIVED and self.request.user.has_perm(RETRY)
        return {**super().get_context_data(**kwargs), "is_secret": holds_secret(self.object), "may_try_again": may}

    def get_fields_context(self) -> list[Any]:
        """Leave out the words of letters that may hold a code."""
        hidden = {"subject", "text"} if holds_secret(self.object) else set()
        return [self.get_context_for_field(name) for name in self.get_fields() if name not in hidden]

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        """Say the state in words."""
        if field_name == "state":
            return self.object.get_state_display()
        return super().get_field_display_value(field_name, field)


def _say_subject(letter: Letter) -> str:
    return "" if holds_secret(letter) else letter.subject


class LetterViewSet(SnippetViewSet):
    """The outbox: to whom what was sent, what came back, and why."""

    model = Letter
    icon = "mail"
    menu_label = _("Letters sent")
    inspect_view_enabled = True
    inspect_view_class = LetterInspectView
    inspect_view_fields = [
        "to", "kind", "language", "state", "error", "attempts", "created_at", "sent_at", "subject", "text",
    ]  # fmt: skip
    copy_view_enabled = False
    search_backend_name = None
    search_fields = ["to"]
    list_filter = ["state", "kind", "language"]
    list_per_page = 50
    add_to_reference_index = False
    ordering = ("-created_at", "-id")
    list_display = [
        TitleColumn("to", label=_("To"), url_name="wagtailsnippets_letters_letter:inspect"),
        Column("kind", label=_("Kind"), sort_key="kind"),
        Column("subject", label=_("Subject"), accessor=_say_subject),
        StatusTagColumn(
            "state",
            label=_("State"),
            accessor="get_state_display",
            primary=lambda letter: letter.state in {"failed", "bounced"},
            sort_key="state",
        ),
        Column("error", label=_("Error"), accessor=lambda letter: letter.error[:120]),
        DateColumn("created_at", label=_("Written"), sort_key="created_at"),
    ]

    @property
    def permission_policy(self) -> LookPolicy:
        """Nobody adds, changes or deletes."""
        return LookPolicy(self.model)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:  # noqa: ARG002  Wagtail's signature
        """Leave the bodies out of the list."""
        return list_letters()


class UnreachableViewSet(SnippetViewSet):
    """Addresses whence letters come back. Taking one off the list lets us write to it again."""

    model = UnreachableAddress
    icon = "warning"
    menu_label = _("Unreachable addresses")
    inspect_view_enabled = True
    copy_view_enabled = False
    search_backend_name = None
    search_fields = ["address"]
    add_to_reference_index = False
    list_display = [
        TitleColumn("address", label=_("E-mail"), url_name="wagtailsnippets_letters_unreachableaddress:inspect"),
        Column("reason", label=_("Reason")),
        DateColumn("since", label=_("Since"), sort_key="since"),
    ]

    @property
    def permission_policy(self) -> LookPolicy:
        """They come from mail servers; staff take them away."""
        return LookAndDeletePolicy(self.model)


class UnsubscriptionViewSet(SnippetViewSet):
    """Who wants no letters of which kind. Only they themselves change it."""

    model = Unsubscription
    icon = "cross"
    menu_label = _("Unsubscribed")
    inspect_view_enabled = True
    copy_view_enabled = False
    search_backend_name = None
    search_fields = ["address"]
    list_filter = ["group"]
    add_to_reference_index = False
    list_display = [
        TitleColumn("address", label=_("E-mail"), url_name="wagtailsnippets_letters_unsubscription:inspect"),
        Column("group", label=_("Kind"), accessor="get_group_display"),
        DateColumn("since", label=_("Since"), sort_key="since"),
    ]

    @property
    def permission_policy(self) -> LookPolicy:
        """Nobody adds, changes or deletes."""
        return LookPolicy(self.model)


class WordsMenuItem(MenuItem):
    """The way to the words, for those who may change them."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Hide it from everybody else."""
        return bool(request.user.has_perm(wording.PERMISSION))


class LettersViewSetGroup(SnippetViewSetGroup):
    """Letters in the console's menu."""

    items = (LetterViewSet, UnreachableViewSet, UnsubscriptionViewSet)  # type: ignore[assignment]
    menu_icon = "mail"
    menu_label = _("Letters")  # type: ignore[assignment]  # said in the reader's language
    menu_name = "letters"
    menu_order = 215

    def get_submenu_items(self) -> list[MenuItem]:
        """Put the words beside what was sent in them."""
        words = WordsMenuItem(_("Words of letters"), reverse("letters_words"), icon_name="edit", order=0)
        return [*super().get_submenu_items(), words]


register_snippet(LettersViewSetGroup)


@require_POST
@permission_required(RETRY)
def try_again(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Send a letter that did not arrive once more."""
    letter = get_object_or_404(Letter, pk=letter_id)
    send_again(letter.pk)
    messages.success(request, _now("The letter to {address} is tried again.").format(address=letter.to))
    return redirect("wagtailsnippets_letters_letter:inspect", letter.pk)


@hooks.register("register_admin_urls")
def register_addresses() -> list[URLPattern]:
    """Put the pages under the console's own address."""
    return [
        path("letters/words/", wording.list_words, name="letters_words"),
        path("letters/words/<slug:kind>/<str:language>/", wording.edit_words, name="letters_words_edit"),
        path("letters/words/<slug:kind>/<str:language>/preview/", wording.preview_words, name="letters_words_preview"),
        path("letters/<int:letter_id>/again/", try_again, name="letters_try_again"),
    ]


@hooks.register("before_delete_snippet")
def keep_the_outbox(_request: HttpRequest, snippets: Sequence[Model]) -> None:
    """Keep letters and unsubscriptions: Wagtail's action on many rows asks past the policy of the list."""
    if any(isinstance(snippet, Letter | Unsubscription) for snippet in snippets):
        raise PermissionDenied


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission, Any]:
    """Let administrators give the permissions to word letters, and to send them again, to other groups."""
    return Permission.objects.filter(
        content_type__app_label="letters", codename__in=("change_letterwords", "change_letter")
    )
