"""The doors of the newsroom's public pages."""

from __future__ import annotations

from masthead.newsroom.views.faults import not_found, server_error
from masthead.newsroom.views.machines import show_news_sitemap, show_robots, show_sitemap, show_sitemap_index
from masthead.newsroom.views.members import show_members_part
from masthead.newsroom.views.naming import list_writers, show_author, show_topic
from masthead.newsroom.views.pages import show_article, show_front, show_section
from masthead.newsroom.views.remembering import show_reads
from masthead.newsroom.views.searching import search
from masthead.newsroom.views.serving import serve_page

__all__ = [
    "list_writers",
    "not_found",
    "search",
    "serve_page",
    "server_error",
    "show_article",
    "show_author",
    "show_front",
    "show_members_part",
    "show_news_sitemap",
    "show_reads",
    "show_robots",
    "show_section",
    "show_sitemap",
    "show_sitemap_index",
    "show_topic",
]
