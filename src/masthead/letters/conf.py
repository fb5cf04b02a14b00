"""The mail server, read from one address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from masthead.rules.errors import MastheadError

YES = frozenset({"1", "yes", "true", "on"})
NO = frozenset({"", "0", "no", "false", "off"})


class BadSmtpUrl(MastheadError):
    """MASTHEAD_SMTP_URL cannot be used; write it as smtp://user:password@host:587?tls=yes or smtps://host:465."""

    code: ClassVar[str] = "bad_smtp_url"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where letters are handed over, and how."""

    host: str
    port: int
    username: str
    password: str
    starttls: bool
    tls: bool


def parse_smtp_url(url: str) -> SmtpServer:
    """Read smtp://user:password@host:port?tls=yes or smtps://user:password@host:port.

    User and password may be percent-encoded. `tls=yes` asks for STARTTLS, `smtps` speaks TLS from the first byte.
    Ports by default: 25, with STARTTLS 587, with smtps 465. Raises BadSmtpUrl, which never repeats the password.
    """
    parts = urlsplit(url)
    asked = parse_qs(parts.query, keep_blank_values=True)
    wish = asked.get("tls", [""])[-1].lower()
    try:
        port = parts.port
    except ValueError:
        raise BadSmtpUrl from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or wish not in YES | NO:
        raise BadSmtpUrl
    if parts.path not in {"", "/"} or asked.keys() - {"tls"}:
        raise BadSmtpUrl
    implicit = parts.scheme == "smtps"
    starttls = wish in YES and not implicit
    return SmtpServer(
        host=parts.hostname,
        port=port or (465 if implicit else 587 if starttls else 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=starttls,
        tls=implicit,
    )
