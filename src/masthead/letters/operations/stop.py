"""Stop letters of a group to an address, and take that back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from masthead.accounts.models import normalize_email
from masthead.letters.kinds import Group
from masthead.letters.models import UnreachableAddress, Unsubscription


def stop_letters(address: str, group: Group, *, now: datetime) -> None:
    """Send the address no more letters of the group, not those either that wait already. Safe to repeat."""
    Unsubscription.objects.get_or_create(address=normalize_email(address), group=group, defaults={"since": now})


def resume_letters(address: str, group: Group) -> None:
    """Send the address letters of the group again. Those that were not sent meanwhile stay unsent. Safe to repeat."""
    Unsubscription.objects.filter(address=normalize_email(address), group=group).delete()


@transaction.atomic
def move_address(old: str, new: str) -> None:
    """Let what a person does not want follow them to their new address. Safe to repeat."""
    for stopped in Unsubscription.objects.filter(address=normalize_email(old)):
        stop_letters(new, Group(stopped.group), now=stopped.since)


def forget_address(address: str) -> None:
    """Forget what is noted of an address, for somebody who is erased. Safe to repeat."""
    Unsubscription.objects.filter(address=normalize_email(address)).delete()
    UnreachableAddress.objects.filter(address=normalize_email(address)).delete()
