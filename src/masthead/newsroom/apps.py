"""The newsroom: what is published, and how it looks."""

from __future__ import annotations

from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    """Pages, blocks, feeds, search, ad slots and the site's chrome."""

    name = "masthead.newsroom"
    label = "newsroom"
    verbose_name = "Newsroom"
