"""Django's entry to the demonstration."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """The demonstration newsroom: its content, its pictures, and how it is made."""

    name = "masthead.demo"
    label = "demo"
    verbose_name = _("Demonstration")
