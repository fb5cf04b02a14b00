"""Sealing: bytes that travel through strangers' hands and come back unread and unchanged, or not at all.

Every key is derived from the site's secrets by HKDF, apart for each purpose and site. The first secret seals, all
open, so a secret is changed by putting a new one in front and dropping the old one when all it sealed has expired.
"""

from __future__ import annotations

import os
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAX_SEALED_CHARS = 16_384

_KEY_ID_BYTES = 3
_NONCE_BYTES = 12
_TAG_BYTES = 16
_CIPHER_AT = _KEY_ID_BYTES + 1
_DATA_AT = _CIPHER_AT + _NONCE_BYTES
_SMALLEST = _DATA_AT + _TAG_BYTES

_TO_URL = bytes.maketrans(b"+/", b"-_")
# What the last character may be, where one or two bytes are left over from the last three: 4 or 2 of its bits are 0.
_LAST = {1: b"AQgw", 2: b"AEIMQUYcgkosw048"}
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/\0\0\0")


class Sealer:
    """Seals bytes into text fit for a cookie or an address, with AES-256-GCM.

    A sealed text is `key id (3 bytes) | subkey (1) | nonce (12) | ciphertext | tag (16)` in base64url. The subkey, one
    of 256 of each secret, is drawn with the nonce, so that 2**40 random nonces a secret stay clear of a collision.
    """

    def __init__(self, secrets: Sequence[str], *, purpose: str, site: str) -> None:
        families = [_Family(secret, purpose, site) for secret in _distinct(secrets)]
        self._first = families[0]
        self._by_id = {family.id: family for family in reversed(families)}

    def seal(self, data: bytes) -> str:
        """Seal with the first secret."""
        family, drawn = self._first, os.urandom(1 + _NONCE_BYTES)
        sealed = family.get_cipher(drawn[0]).encrypt(drawn[1:], data, None)
        return to_base64url(family.id + drawn + sealed)

    def unseal(self, text: str) -> bytes | None:
        """Return what was sealed for this purpose and site with any of the secrets; None for anything else."""
        sealed = _from_text(text)
        if sealed is None or len(sealed) < _SMALLEST:
            return None
        family = self._by_id.get(sealed[:_KEY_ID_BYTES])
        if family is None:
            return None
        cipher = family.get_cipher(sealed[_KEY_ID_BYTES])
        try:
            return cipher.decrypt(sealed[_CIPHER_AT:_DATA_AT], sealed[_DATA_AT:], None)
        except InvalidTag:
            return None


class _Family:
    """The 256 keys of one secret, each derived when first used."""

    def __init__(self, secret: str, purpose: str, site: str) -> None:
        self._root = _derive(secret.encode(), f"seal\n{purpose}\n{_bare(site)}")
        self._ciphers: dict[int, AESGCM] = {}
        self.id = _derive(self._root, "id")[:_KEY_ID_BYTES]

    def get_cipher(self, subkey: int) -> AESGCM:
        cipher = self._ciphers.get(subkey)
        if cipher is None:
            cipher = self._ciphers[subkey] = AESGCM(_derive(self._root, f"subkey {subkey}"))
        return cipher


class PassSigner:
    """Signs and verifies passes with Ed25519, so that who holds only the public keys can read them too.

    A signed text is `key id.data.signature`, the last two in base64url; the signature is over all before it.
    """

    def __init__(self, secrets: Sequence[str], *, site: str) -> None:
        keys = [
            Ed25519PrivateKey.from_private_bytes(_derive(secret.encode(), f"sign\npass\n{_bare(site)}"))
            for secret in _distinct(secrets)
        ]
        self._key = keys[0]
        self._key_id = _key_id(keys[0].public_key())
        self._public = {_key_id(key.public_key()): key.public_key() for key in reversed(keys)}

    def sign(self, data: bytes) -> str:
        """Sign with the first secret's key."""
        signed = f"{self._key_id}.{to_base64url(data)}"
        return f"{signed}.{to_base64url(self._key.sign(signed.encode()))}"

    def verify(self, text: str) -> bytes | None:
        """Return the data that was signed with any of the keys; None for anything else."""
        signed, _, signature_text = text.rpartition(".")
        key_id, _, data_text = signed.partition(".")
        public = self._public.get(key_id)
        signature, data = _from_text(signature_text), _from_text(data_text)
        if public is None or signature is None or data is None:
            return None
        try:
            public.verify(signature, signed.encode())
        except InvalidSignature:
            return None
        return data

    def public_keys(self) -> Mapping[str, bytes]:
        """Return the raw public keys by key id."""
        return {key_id: key.public_bytes_raw() for key_id, key in self._public.items()}


def derive_token(secret: str, *, purpose: str, site: str) -> str:
    """Return a token by which two processes that hold the secret know each other."""
    return _derive(secret.encode(), f"token\n{purpose}\n{_bare(site)}").hex()


def _distinct(secrets: Sequence[str]) -> list[str]:
    distinct = list(dict.fromkeys(secret for secret in secrets if secret))
    if not distinct:
        raise ValueError("Sealing needs at least one secret.")
    return distinct


def _bare(site: str) -> str:
    """Leave the host of the site's address, so that going from http to https keeps what is sealed."""
    return site.rpartition("//")[2].rstrip("/").casefold()


def _derive(secret: bytes, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"masthead", info=info.encode()).derive(secret)


def _key_id(key: Ed25519PublicKey) -> str:
    return _derive(key.public_bytes_raw(), "id")[:4].hex()


def to_base64url(data: bytes) -> str:
    """Write bytes in base64url, without padding."""
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def _from_text(text: str) -> bytes | None:
    """Undo `to_base64url`; None for any text that it does not write, so that no two texts mean the same."""
    if not text or len(text) > MAX_SEALED_CHARS:
        return None
    try:
        encoded = text.encode("ascii").translate(_FROM_URL)
        data = a2b_base64(encoded + b"=" * (-len(encoded) % 4), strict_mode=True)
    except (UnicodeEncodeError, Base64Error):
        return None
    spare = len(data) % 3
    return None if spare and encoded[-1] not in _LAST[spare] else data
