"""People in the console: one name instead of Wagtail's first and last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.account import NameEmailForm
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import IndexView, UserViewSet

from masthead.accounts.models import User, normalize_email

if TYPE_CHECKING:
    PersonForm = forms.ModelForm[User]
else:
    PersonForm = forms.ModelForm


class _OneName(PersonForm):
    """What both forms share. Whoever has a role in the console works for the newsroom."""

    def clean_email(self) -> str:
        """Spell the address as it is kept, so that one in other letters is found out as taken."""
        return normalize_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any] | None:
        """Note whether the person works for the newsroom."""
        cleaned: dict[str, Any] | None = super().clean()
        given = self.cleaned_data
        is_superuser = given.get("is_superuser", self.instance.is_superuser)
        self.instance.is_staff = bool(is_superuser or given.get("groups"))
        return cleaned


class PersonCreationForm(_OneName, UserCreationForm):
    """Adds a colleague."""

    first_name = last_name = None  # type: ignore[assignment]  # Django's way to leave a field out

    class Meta(UserCreationForm.Meta):
        fields = {"email", "name", "is_superuser", "groups"}


class PersonEditForm(_OneName, UserEditForm):
    """Changes a person."""

    first_name = last_name = None  # type: ignore[assignment]  # Django's way to leave a field out

    class Meta(UserEditForm.Meta):
        fields = {"email", "name", "is_active", "is_superuser", "groups"}


class PeopleIndexView(IndexView):
    """Lists people, found by name or address."""

    page_title = _("People")
    search_fields = {"name", "email"}


class PeopleViewSet(UserViewSet):
    """People in the console."""

    model = User
    menu_label = _("People")
    index_view_class = PeopleIndexView

    def get_form_class(self, for_update: bool = False) -> type[PersonForm]:
        """Return the form for a new or a known person."""
        return PersonEditForm if for_update else PersonCreationForm


class OwnNameForm(NameEmailForm):
    """Changes one's own name and address."""

    first_name = last_name = None  # type: ignore[assignment]  # Django's way to leave a field out

    class Meta:
        model = User
        fields = ["name", "email"]

    def clean_email(self) -> str:
        """Spell the address as it is kept."""
        return normalize_email(self.cleaned_data["email"])
