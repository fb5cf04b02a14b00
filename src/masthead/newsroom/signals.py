"""What the newsroom tells of itself."""

from __future__ import annotations

from django.dispatch import Signal

# Sent after commit: something changed that stands on public pages.
pages_changed = Signal()
