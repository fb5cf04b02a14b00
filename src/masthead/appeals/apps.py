"""The app of appeals."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AppealsConfig(AppConfig):
    """Asking: appeals, their variants and audiences, and the snapshot for edge."""

    name = "masthead.appeals"
    label = "appeals"
    verbose_name = _("Appeals")

    def ready(self) -> None:
        """Listen for every change that edge has to hear of; give the groups their permissions, once all are there."""
        from masthead.appeals import checks, permissions, receivers  # noqa: F401  checks register themselves

        receivers.connect()
        post_migrate.connect(permissions.grant_to_groups, sender=permissions.last_app(), dispatch_uid="appeals.grants")
