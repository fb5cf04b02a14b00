"""The app of numbers."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    """Knowing: hourly counts, and the page of numbers."""

    name = "masthead.insight"
    label = "insight"
    verbose_name = _("Numbers")

    def ready(self) -> None:
        """Register the system checks, and give membership managers their permission once all permissions are there."""
        from masthead.appeals.permissions import last_app
        from masthead.insight import checks, permissions  # noqa: F401  importing the checks registers them

        post_migrate.connect(permissions.grant_to_groups, sender=last_app(), dispatch_uid="insight.grants")
