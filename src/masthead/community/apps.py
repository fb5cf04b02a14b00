"""Django's entry to community."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CommunityConfig(AppConfig):
    """Belonging: tiers, memberships, benefits, passes."""

    name = "masthead.community"
    label = "community"
    verbose_name = _("Community")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to payments and accounts, and tell the post room which letters there are."""
        from masthead.community import letters, letters_by_calendar, receivers  # noqa: F401  importing them is what connects them
        from masthead.community.care import erasing, permissions  # noqa: F401  its letter is known when it is imported

        post_migrate.connect(permissions.grant_to_groups, sender=permissions.last_app(), dispatch_uid="community.care")
