"""Django's entry to payments."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Money moving."""

    name = "masthead.payments"
    label = "payments"
    verbose_name = _("Payments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what registers itself: the recurring tasks, the system checks, the console's page of the shield."""
        from masthead.payments import checks, shield_console, tasks  # noqa: F401  importing them is what registers them
