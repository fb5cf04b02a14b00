"""Who may see the numbers."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission

from masthead.appeals.permissions import MEMBERSHIP_MANAGERS


def grant_to_groups(*, using: str, **_facts: Any) -> None:
    """Let membership managers see the numbers. Safe to repeat; takes nothing away."""
    managers, _created = Group.objects.using(using).get_or_create(name=MEMBERSHIP_MANAGERS)
    managers.permissions.add(
        *Permission.objects.using(using).filter(content_type__app_label="insight", codename="view_numbers")
    )
