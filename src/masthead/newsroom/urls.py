"""Addresses of the newsroom beside Wagtail's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from masthead.newsroom import views

app_name = "newsroom"
urlpatterns: list[URLPattern] = [
    path("authors/<slug:slug>/", views.not_found, name="author"),
    path("topics/<slug:slug>/", views.not_found, name="topic"),
]
