"""Reports that a letter could not be delivered, as mail servers write them (RFC 3464), read with suspicion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any, ClassVar, Final

from masthead.letters.marks import find_returned
from masthead.rules.errors import MastheadError

MOST_BYTES: Final = 1_000_000
# Where the mail server that took the report in may have noted to whom it came.
_ADDRESSED: Final = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Original-Recipient")
_REPORT: Final = "message/delivery-status"
_RETURNED: Final = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")
_STATUS: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# RFC 3463: the mailbox or its host does not exist, has moved, or is disabled.
_GONE: Final = re.compile(r"\b5\.(?:1\.(?:0|1|2|3|6|10)|2\.1)\b")


class NotAReport(MastheadError):
    """This is no report on a letter of ours."""

    code: ClassVar[str] = "not_a_report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a mail server says of one letter.

    `is_final`: it gives up. `is_permanent`: trying again is no use (5.x.x). `is_gone`: there is no such mailbox.
    """

    letter_id: int
    is_final: bool
    is_permanent: bool
    is_gone: bool
    reason: str


def read_report(source: bytes) -> Report:
    """Read one message. Raises NotAReport for anything but a delivery status notification on a letter of ours."""
    message = message_from_bytes(source[:MOST_BYTES])
    recipients = list(_list_recipients(message))
    letter_id = _find_letter(message)
    if letter_id is None or not recipients:
        raise NotAReport
    failed = [one for one in recipients if _get(one, "Action").lower() == "failed"]
    told = (failed or recipients)[0]
    status = _STATUS.search(_get(told, "Status"))
    words = " ".join(f"{_get(told, 'Status')} {_get(told, 'Diagnostic-Code')}".split())
    return Report(
        letter_id=letter_id,
        is_final=bool(failed),
        is_permanent=bool(failed) and status is not None and status[1] == "5",
        is_gone=bool(failed) and is_gone(words),
        reason=words[:500],
    )


def is_gone(words: str) -> bool:
    """Return whether a mail server's words say that there is no such mailbox."""
    return _GONE.search(words) is not None


def _list_recipients(message: Message) -> Iterator[Message]:
    """List the groups of fields that speak of a recipient; the first group speaks of the message."""
    for part in _walk(message):
        if part.get_content_type() == _REPORT and isinstance(part.get_payload(), list):
            yield from (group for group in _walk(part) if group is not part and "Action" in group)


def _find_letter(message: Message) -> int | None:
    """Find our sign on the report's own address, else on the letter that it returns or answers."""
    said = [_get(message, name) for name in (*_ADDRESSED, "In-Reply-To", "References")]
    for part in _walk(message):
        if part is not message and part.get_content_type() in _RETURNED:
            inner = part.get_payload()
            if isinstance(inner, list):
                said += [_get(one, "Message-ID") for one in inner if isinstance(one, Message)]
            else:
                said += re.findall(r"(?im)^message-id:\s*(<[^>\s]+>)", str(inner))
    return find_returned(" ".join(said))


def _walk(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if isinstance(part, Message))


def _get(part: Message, name: str) -> str:
    """Return all values of a header as text, whatever bytes it holds."""
    values: list[Any] = part.get_all(name) or []
    return " ".join(str(value) for value in values).strip()
