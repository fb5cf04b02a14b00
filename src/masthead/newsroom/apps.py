"""The newsroom: what is published, and how it looks."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.db.models.signals import post_migrate


class NewsroomConfig(AppConfig):
    """Pages, blocks, feeds, search, ad slots and the site's chrome."""

    name = "masthead.newsroom"
    label = "newsroom"
    verbose_name = "Newsroom"

    def ready(self) -> None:
        """Listen to what changes pages; make an empty front page and the groups once the tables are there."""
        from masthead.letters import publication
        from masthead.newsroom import receivers
        from masthead.newsroom.letterhead import get_letterhead

        publication.provide(get_letterhead)
        receivers.connect()
        post_migrate.connect(_prepare, sender=self, dispatch_uid="newsroom.prepare")


def _prepare(*, using: str, **_more: Any) -> None:
    from django.db import connections

    from masthead.newsroom import operations

    if using != "default" or "newsroom_homepage" not in connections[using].introspection.table_names():
        return
    for label in operations.GRANTED_APPS:
        create_permissions(apps.get_app_config(label), verbosity=0, using=using)
    operations.prepare_newsroom()
