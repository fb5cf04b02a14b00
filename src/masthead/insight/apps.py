"""The app of numbers."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    """Knowing: hourly counts, and the page of numbers."""

    name = "masthead.insight"
    label = "insight"
    verbose_name = _("Numbers")

    def ready(self) -> None:
        """Give membership managers their permission, once all permissions are there."""
        from masthead.insight import permissions

        last = list(apps.get_app_configs())[-1]
        post_migrate.connect(permissions.grant_to_groups, sender=last, dispatch_uid="insight.grants")
