"""The letters that signing in sends. They are rendered and sent by whatever mail backend stands above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.core.mail import EmailMultiAlternatives

SIGN_IN_CODE: Final = "sign_in_code"
CONFIRM_ADDRESS: Final = "confirm_address"
UNKNOWN_ADDRESS: Final = "unknown_address"
KNOWN_ADDRESS: Final = "known_address"

# A context that shows each letter whole.
SAMPLES: Final[Mapping[str, Mapping[str, str]]] = {
    SIGN_IN_CODE: {"code": "4F7K-2QRW", "minutes": "10", "email": "reader@example.org"},
    CONFIRM_ADDRESS: {"code": "4F7K-2QRW", "minutes": "10", "email": "reader@example.org"},
    UNKNOWN_ADDRESS: {"email": "reader@example.org", "url": "http://localhost:8000/accounts/signup/"},
    KNOWN_ADDRESS: {"email": "reader@example.org", "url": "http://localhost:8000/accounts/login/"},
}

# What allauth calls them.
KIND_BY_PREFIX: Final[Mapping[str, str]] = {
    "account/email/login_code": SIGN_IN_CODE,
    "account/email/email_confirmation": CONFIRM_ADDRESS,
    "account/email/email_confirmation_signup": CONFIRM_ADDRESS,
    "account/email/unknown_account": UNKNOWN_ADDRESS,
    "account/email/account_already_exists": KNOWN_ADDRESS,
}


class AccountMessage(EmailMultiAlternatives):
    """A message that knows which letter it is: `kind`, its `context`, and the `language` to render it in.

    The outbox lays it out like every other letter. Any other backend sends its plain words.
    """

    def __init__(self, *, kind: str, context: Mapping[str, str], language: str, to: str, subject: str, text: str):
        super().__init__(subject, text, to=[to])
        self.kind = kind
        self.context = dict(context)
        self.language = language
