"""The addresses of the mailbox and of stopping letters."""

from __future__ import annotations

from django.urls import path

from masthead.letters.views import mailbox, stopping

urlpatterns = [
    path("mailbox/", mailbox.show_mailbox, name="mailbox"),
    path("mailbox/<int:letter_id>/", mailbox.show_letter, name="mailbox_letter"),
    path("mailbox/<int:letter_id>/html/", mailbox.show_letter_html, name="mailbox_letter_html"),
    path("membership/letters/", stopping.preferences, name="letters_preferences"),
    path("membership/letters/stop/<str:token>/", stopping.stop, name="letters_stop"),
]
