"""Who may close the way for new cards."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from masthead.accounts.models import User

PAUSE_NEW_CARDS: Final = "payments.pause_new_cards"


def list_keepers() -> QuerySet[User]:
    """Return the staff who may pause new cards, and so hear the alarm."""
    app, codename = PAUSE_NEW_CARDS.split(".")
    by_group = Q(groups__permissions__content_type__app_label=app, groups__permissions__codename=codename)
    by_hand = Q(user_permissions__content_type__app_label=app, user_permissions__codename=codename)
    keepers: QuerySet[User] = User.objects.filter(by_group | by_hand | Q(is_superuser=True), is_active=True).distinct()
    return keepers
