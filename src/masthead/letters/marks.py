"""Signs on letters by which we know them again: in the link that stops them, and in what comes back."""

from __future__ import annotations

import re
from base64 import b32decode, b32encode, urlsafe_b64decode
from binascii import Error
from email.utils import parseaddr
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from masthead.kit.keyring import get_letter_signer
from masthead.kit.sealing import to_base64url
from masthead.letters.kinds import get_kind, is_known
from masthead.letters.models import Letter

_MARK: Final = re.compile(r"(?:^|[+<])mh-([a-z2-7]{32,56})@", re.IGNORECASE)
_BYTES_OF_PK: Final = 8


def get_stop_url(letter: Letter) -> str:
    """Return the address at which the addressee stops letters like this one; "" for a kind that cannot be stopped."""
    if not is_known(letter.kind) or get_kind(letter.kind).group is None:
        return ""
    token = get_letter_signer("stop").sign(str(letter.pk).encode())
    return settings.MASTHEAD_SITE_URL + reverse("letters_stop", args=[token])


def read_stop_token(token: str) -> int | None:
    """Return the letter whose link it is; None for what we did not sign."""
    signed = get_letter_signer("stop").verify(token)
    return int(signed) if signed is not None else None


def make_message_id(letter: Letter) -> str:
    """Return the Message-ID of a letter: the same at each attempt, and nobody else could have made it."""
    host = urlsplit(settings.MASTHEAD_SITE_URL).hostname or "localhost"
    return f"<mh-{_sign_for_return(letter.pk)}@{host}>"


def get_return_path(letter: Letter) -> str:
    """Return the address to which the mail servers report that this letter came back; "" where no such is set."""
    name, _, host = parseaddr(settings.MASTHEAD_BOUNCE_ADDRESS)[1].partition("@")
    return f"{name}+mh-{_sign_for_return(letter.pk)}@{host}" if host else ""


def find_returned(text: str) -> int | None:
    """Return the letter whose return path or Message-ID stands in a text; None where none of ours does."""
    for mark in _MARK.findall(text):
        try:
            signed = b32decode(mark.upper() + "=" * (-len(mark) % 8))
        except Error:
            continue
        letter_id = get_letter_signer("return").verify(to_base64url(signed))
        if letter_id is not None:
            return int.from_bytes(letter_id)
    return None


def _sign_for_return(letter_id: int) -> str:
    """Sign in letters and digits of one case: mail servers may change the case of an address."""
    token = get_letter_signer("return").sign(letter_id.to_bytes(_BYTES_OF_PK).lstrip(b"\0"))
    return b32encode(urlsafe_b64decode(token + "=" * (-len(token) % 4))).decode().rstrip("=").lower()
