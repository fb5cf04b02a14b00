"""Django's entry to letters."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    """Outgoing mail."""

    name = "masthead.letters"
    label = "letters"
    verbose_name = _("Letters")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the `letters` module of every app: it registers the kinds that the app sends."""
        from masthead.letters import checks  # noqa: F401  importing it registers it

        autodiscover_modules("letters")
