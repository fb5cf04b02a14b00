"""What staff did for somebody, in the console's own history: by the person's number, never by name or address."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log
from wagtail.models import ModelLogEntry

from masthead.accounts.models import User

ACTIONS: Final[dict[str, tuple[Promise, Promise]]] = {
    "community.comp": (_("Give a membership"), _("Gave a membership")),
    "community.revoke": (_("Take a given membership back"), _("Took a given membership back")),
    "community.refund": (_("Send a payment back"), _("Sent a payment back")),
    "community.resend": (_("Send a letter again"), _("Sent a letter again")),
    "community.cancel": (_("End a membership"), _("Ended a membership")),
    "community.merge": (_("Merge two people"), _("Merged two people")),
    "community.erase": (_("Erase a person"), _("Asked to erase a person")),
}


def register(actions: LogActionRegistry) -> None:
    """Make the actions known to Wagtail's history."""
    for name, (label, message) in ACTIONS.items():
        actions.register_action(name, label, message)


def note(person: User, action: str, *, by: User | None, **facts: Any) -> None:
    """Write down what was done for a person; `facts` are numbers and days, no words about them."""
    log(instance=person, action=f"community.{action}", user=by, title=f"#{person.pk}", data=facts)


def list_notes(person_key: int) -> QuerySet[ModelLogEntry]:
    """Return what was done for the person of this number, newest first."""
    kind = ContentType.objects.get_for_model(User)
    entries = ModelLogEntry.objects.filter(content_type=kind, object_id=str(person_key))
    return entries.select_related("user").order_by("-timestamp", "-pk")
