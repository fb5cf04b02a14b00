"""Django's entry to accounts."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

PEOPLE = "masthead.accounts.console.PeopleViewSet"


class AccountsConfig(AppConfig):
    """Who is signed in."""

    name = "masthead.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let Wagtail's pages of users use our forms, and listen."""
        from masthead.accounts import receivers  # noqa: F401  connects them

        apps.get_app_config("wagtailusers").user_viewset = PEOPLE  # type: ignore[attr-defined]  # Wagtail's own setting
