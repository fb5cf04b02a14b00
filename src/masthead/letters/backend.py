"""Django's own mail, and allauth's, through the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import ClassVar

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.translation import get_language

from masthead.accounts.mail import AccountMessage
from masthead.letters.models import Letter
from masthead.letters.operations import queue_letter, queue_written_letter
from masthead.rules.errors import MastheadError


class NoAttachments(MastheadError):
    """The outbox carries no attachments."""

    code: ClassVar[str] = "no_attachments"


class OutboxBackend(BaseEmailBackend):
    """Queues messages as letters: one for each recipient, in the caller's transaction, ahead of all others."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the messages; returns how many. Raises NoAttachments."""
        for message in email_messages:
            for address in message.recipients():
                self._queue(message, address)
        return len(email_messages)

    def _queue(self, message: EmailMessage, address: str) -> None:
        now = timezone.now()
        unique_key = f"mail:{uuid.uuid4()}"
        if isinstance(message, AccountMessage):
            queue_letter(
                kind=message.kind,
                to=address,
                context=message.context,
                language=message.language,
                unique_key=unique_key,
                now=now,
            )
            return
        if message.attachments:
            raise NoAttachments
        queue_written_letter(
            Letter(
                kind="mail",
                unique_key=unique_key,
                to=address,
                language=get_language() or "en",
                headers={str(name): str(value) for name, value in message.extra_headers.items()},
                from_email=message.from_email,
                subject=" ".join(str(message.subject).split()),
                text="" if message.content_subtype == "html" else str(message.body),
                html=str(message.body) if message.content_subtype == "html" else _get_html(message),
                created_at=now,
            )
        )


def _get_html(message: EmailMessage) -> str:
    alternatives = getattr(message, "alternatives", [])
    return next((str(content) for content, kind in alternatives if kind == "text/html"), "")
