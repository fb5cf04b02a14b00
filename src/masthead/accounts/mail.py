"""The letters that signing in sends. They are rendered and sent by whatever mail backend stands above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SIGN_IN_CODE: Final = "sign_in_code"
CONFIRM_ADDRESS: Final = "confirm_address"
UNKNOWN_ADDRESS: Final = "unknown_address"
KNOWN_ADDRESS: Final = "known_address"
PASSKEY_ADDED: Final = "passkey_added"
PASSKEY_REMOVED: Final = "passkey_removed"

# What allauth calls them.
KIND_BY_PREFIX: Final[Mapping[str, str]] = {
    "account/email/login_code": SIGN_IN_CODE,
    "account/email/email_confirmation": CONFIRM_ADDRESS,
    "account/email/email_confirmation_signup": CONFIRM_ADDRESS,
    "account/email/unknown_account": UNKNOWN_ADDRESS,
    "account/email/account_already_exists": KNOWN_ADDRESS,
    "mfa/email/webauthn_added": PASSKEY_ADDED,
    "mfa/email/webauthn_removed": PASSKEY_REMOVED,
}

_SAMPLE: Final[Mapping[str, str]] = {
    "email": "reader@example.org",
    "code": "BXKR-TWQP",
    "minutes": "10",
    "login_url": "http://localhost:8000/accounts/login/?email=reader%40example.org",
    "signup_url": "http://localhost:8000/accounts/signup/?email=reader%40example.org",
    "passkeys_url": "http://localhost:8000/accounts/passkeys/",
}
# A context that shows each letter whole.
SAMPLES: Final[Mapping[str, Mapping[str, str]]] = dict.fromkeys(KIND_BY_PREFIX.values(), _SAMPLE)


@dataclass(frozen=True, slots=True)
class _PlainWords:
    subject: Promise
    text: Promise


_PLAIN: Final[Mapping[str, _PlainWords]] = {
    SIGN_IN_CODE: _PlainWords(_("Your sign-in code"), _("Your sign-in code is %(code)s.")),
    CONFIRM_ADDRESS: _PlainWords(_("Your code"), _("Your code to confirm this address is %(code)s.")),
    UNKNOWN_ADDRESS: _PlainWords(_("No account yet"), _("There is no account for %(email)s yet: %(signup_url)s")),
    KNOWN_ADDRESS: _PlainWords(_("You have an account"), _("There is an account for %(email)s: %(login_url)s")),
    PASSKEY_ADDED: _PlainWords(_("A passkey was added"), _("A passkey was added to your account: %(passkeys_url)s")),
    PASSKEY_REMOVED: _PlainWords(
        _("A passkey was removed"), _("A passkey was removed from your account: %(passkeys_url)s")
    ),
}


class AccountMessage(EmailMultiAlternatives):
    """A message that knows which letter it is: `kind`, its `context`, and the `language` to render it in.

    The outbox lays it out like every other letter. Any other backend sends its plain words.
    """

    kind: str
    context: dict[str, str]
    language: str


def compose(kind: str, *, to: str, language: str, context: Mapping[str, str]) -> AccountMessage:
    """Return the message of one kind."""
    with translation.override(language):
        message = AccountMessage(str(_PLAIN[kind].subject), str(_PLAIN[kind].text) % context, to=[to])
    message.kind, message.context, message.language = kind, dict(context), language
    return message
