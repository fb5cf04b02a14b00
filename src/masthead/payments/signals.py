"""What payments announce upward, after commit, with ids.

An announcement may come again for the same news, so every receiver must be safe to repeat. A receiver that raises is
called again later: an announcement counts as made only when all its receivers returned.
"""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

checkout_completed: Final = Signal()
"""`checkout_id`: a checkout was paid in full, and its person is known."""

subscription_changed: Final = Signal()
"""`subscription_id`: a subscription began, renewed, failed, changed or ended. Read the row: it says all."""

payment_recorded: Final = Signal()
"""`payment_id`: money arrived, or some of it went back."""

payment_failed: Final = Signal()
"""`subscription_id`: the provider could not collect what is due, and will try again."""
