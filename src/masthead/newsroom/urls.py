"""Addresses of the newsroom beside Wagtail's pages."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from masthead.newsroom import feeds, views
from masthead.newsroom.addresses import NameConverter

register_converter(NameConverter, "name")

app_name = "newsroom"
urlpatterns: list[URLPattern] = [
    path("_masthead/community/<int:pk>/", views.show_members_part, name="members_part"),
    path("authors/", views.list_writers, name="writers"),
    path("authors/<name:slug>/", views.show_author, name="author"),
    path("topics/<name:slug>/", views.show_topic, name="topic"),
    path("search/", views.search, name="search"),
    path("reads/", views.show_reads, name="reads"),
    path("feed/", feeds.show_feed, name="feed"),
    path("<name:section>/feed/", feeds.show_feed, name="section_feed"),
    path("sitemap.xml", views.show_sitemap_index, name="sitemap"),
    path("sitemap-pages.xml", views.show_sitemap, name="sitemap_pages"),
    path("sitemap-articles-<int:number>.xml", views.show_sitemap, name="sitemap_articles"),
    path("news-sitemap.xml", views.show_news_sitemap, name="news_sitemap"),
    path("robots.txt", views.show_robots, name="robots"),
]
