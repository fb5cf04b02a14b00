"""Handing a letter over to the mail server."""

from __future__ import annotations

import smtplib
from email.utils import formataddr, parseaddr
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from masthead.letters.conf import parse_smtp_url
from masthead.letters.marks import get_return_path, get_stop_url, make_message_id
from masthead.letters.models import Letter
from masthead.letters.publication import get_publication
from masthead.rules.errors import MastheadError

TIMEOUT_SECONDS = 20


class LetterRefused(MastheadError):
    """The mail server refuses the letter for good."""

    code: ClassVar[str] = "letter_refused"


class DeliveryPostponed(MastheadError):
    """The mail server could not take the letter now."""

    code: ClassVar[str] = "delivery_postponed"
    status: ClassVar[int] = 503
    retriable: ClassVar[bool] = True


def hand_over(letter: Letter) -> None:
    """Give a rendered letter to the mail server; without one, it is kept for the mailbox and that is all.

    Raises LetterRefused when trying again is no use, DeliveryPostponed when it is. After a kill in the moment between
    the server's yes and our note of it, the letter goes out again: SMTP knows no way around that. Its Message-ID is
    the same both times, so most mail programs show it once.
    """
    if not settings.MASTHEAD_SMTP_URL:
        return
    server = parse_smtp_url(settings.MASTHEAD_SMTP_URL)
    mail_server = EmailBackend(
        host=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.starttls,
        use_ssl=server.tls,
        timeout=TIMEOUT_SECONDS,
    )
    try:
        mail_server.send_messages([compose(letter)])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        _give_up_or_wait(min(codes, default=400), error)
    except smtplib.SMTPResponseException as error:
        # A wrong password is mended by the newsroom, not by giving letters up.
        is_ours = isinstance(error, smtplib.SMTPAuthenticationError)
        _give_up_or_wait(400 if is_ours else error.smtp_code, error)
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryPostponed(f"The mail server could not take the letter: {error}") from error


def _give_up_or_wait(code: int, error: smtplib.SMTPException) -> None:
    # RFC 5321: 4xx may pass, 5xx is for good.
    if code >= 500:
        raise LetterRefused(f"The mail server refuses the letter: {error}") from error
    raise DeliveryPostponed(f"The mail server could not take the letter: {error}") from error


def compose(letter: Letter) -> EmailMultiAlternatives:
    """Build the message of a rendered letter, with the headers that mail from a machine should have."""
    headers = {
        "Message-ID": make_message_id(letter),
        "Auto-Submitted": "auto-generated",
        "Content-Language": letter.language,
        **letter.headers,
    }
    if stop_url := get_stop_url(letter):
        # RFC 8058: mail programs show a button of their own, and press it by a POST.
        headers["List-Unsubscribe"] = f"<{stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    sender = letter.from_email or get_sender(letter.language)
    # The header says who writes; the envelope, where to report that it could not be delivered.
    headers["From"] = sender
    message = EmailMultiAlternatives(
        letter.subject, letter.text, get_return_path(letter) or sender, [letter.to], headers=headers
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def get_sender(language: str) -> str:
    """Return the From header: the publication's name with MASTHEAD_FROM_EMAIL, unless that brings its own name."""
    name, address = parseaddr(settings.MASTHEAD_FROM_EMAIL)
    return formataddr((name or get_publication(language).name, address))
