"""The addresses of the mailbox."""

from __future__ import annotations

from django.urls import path

from masthead.letters import views

urlpatterns = [
    path("", views.show_mailbox, name="mailbox"),
    path("<int:letter_id>/", views.show_letter, name="mailbox_letter"),
    path("<int:letter_id>/html/", views.show_letter_html, name="mailbox_letter_html"),
]
