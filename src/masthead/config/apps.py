"""The app that wires all others and holds the commands that run them."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Settings, addresses, servers, `masthead serve` and `masthead doctor`."""

    name = "masthead.config"
    label = "config"
