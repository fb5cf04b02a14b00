"""Ports and a mail server of our own, on loopback."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


def get_free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class MailSink:
    """A mail server that keeps what it is given, in `messages`; `senders` are those of the envelopes.

    `refusal` is answered to every message in place of a yes, as "550 no such mailbox" or "451 try later".
    """

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    refusal: str = ""

    @property
    def url(self) -> str:
        """The value of MASTHEAD_SMTP_URL that leads here."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802  the name that aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a message."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)  # noqa: S101  what the default policy makes
        self.messages.append(message)
        self.recipients.extend(envelope.rcpt_tos)
        self.senders.append(envelope.mail_from)
        return "250 kept"


@contextlib.contextmanager
def open_mail_sink() -> Iterator[MailSink]:
    """Run a mail server while the block runs."""
    from aiosmtpd.controller import Controller

    sink = MailSink(get_free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
