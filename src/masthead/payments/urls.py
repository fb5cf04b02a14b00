"""The addresses of payments."""

from __future__ import annotations

from django.urls import path

from masthead.payments import views

urlpatterns = [
    path("webhook/<slug:provider>/", views.webhook, name="payments_webhook"),
]
