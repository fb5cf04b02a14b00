"""What accounts does when something has happened in allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.dispatch import receiver

from masthead.accounts import operations


@receiver(email_confirmed, dispatch_uid="accounts.put_others_out")
def put_others_out(email_address: EmailAddress, **_more: Any) -> None:
    """Leave an account to whoever has just shown that its address is theirs."""
    operations.put_others_out(email_address.user)
