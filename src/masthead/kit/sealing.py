"""Sealing: bytes that travel through strangers' hands and come back unread and unchanged, or not at all.

Every key is derived from the site's secrets by HKDF, apart for each purpose and site. The first secret seals, all
open, so a secret is changed by putting a new one in front and dropping the old one when all it sealed has expired.
"""

from __future__ import annotations

import os
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAX_SEALED_CHARS = 16_384

_KEY_ID_BYTES = 3
_CIPHER_ID_BYTES = _KEY_ID_BYTES + 1
_NONCE_BYTES = 12
_DATA_AT = _CIPHER_ID_BYTES + _NONCE_BYTES
_SMALLEST = _DATA_AT + 16  # the tag
_MAC_BYTES = 16
_SIGNED_AT = _KEY_ID_BYTES + _MAC_BYTES

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = str.maketrans("-_+/=", "+/\0\0\0")
# What the last character may be, where one or two bytes are left over from the last three: 4 or 2 of its bits are 0.
_LAST = {"==": "AQgw", "=": "AEIMQUYcgkosw048"}


class Sealer:
    """Seals bytes into text fit for a cookie, with AES-256-GCM, so that nobody else can read or change them.

    A sealed text is `key id (3 bytes) | subkey (1) | nonce (12) | ciphertext | tag (16)` in base64. The subkey is one
    of 256 of each secret, drawn by each process for itself: random nonces stay clear of a collision for 2**32 texts of
    one subkey.
    """

    def __init__(self, secrets: Sequence[str], *, purpose: str, site: str) -> None:
        roots = [_derive(secret.encode(), f"seal\n{purpose}\n{_bare(site)}") for secret in _distinct(secrets)]
        self._roots = {_derive(root, "id")[:_KEY_ID_BYTES]: root for root in reversed(roots)}
        self._ciphers: dict[bytes, AESGCM] = {}
        self._seal_id = _derive(roots[0], "id")[:_KEY_ID_BYTES] + os.urandom(1)
        self._encrypt = AESGCM(_derive(roots[0], f"subkey {self._seal_id[-1]}")).encrypt

    def seal(self, data: bytes) -> str:
        """Seal with the first secret."""
        nonce = os.urandom(_NONCE_BYTES)
        return b2a_base64(self._seal_id + nonce + self._encrypt(nonce, data, None), newline=False).decode()

    def unseal(self, text: str) -> bytes | None:
        """Return what was sealed for this purpose and site with any of the secrets; None for anything else."""
        sealed = _from_base64(text)
        if sealed is None or len(sealed) < _SMALLEST:
            return None
        cipher = self._ciphers.get(sealed[:_CIPHER_ID_BYTES]) or self._find_cipher(sealed)
        if cipher is None:
            return None
        try:
            return cipher.decrypt(sealed[_CIPHER_ID_BYTES:_DATA_AT], sealed[_DATA_AT:], None)
        except InvalidTag:
            return None

    def _find_cipher(self, sealed: bytes) -> AESGCM | None:
        """Derive a cipher when it is first used; None where no secret of ours has that key id."""
        root = self._roots.get(sealed[:_KEY_ID_BYTES])
        if root is None:
            return None
        cipher = AESGCM(_derive(root, f"subkey {sealed[_KEY_ID_BYTES]}"))
        return self._ciphers.setdefault(sealed[:_CIPHER_ID_BYTES], cipher)


class TokenSigner:
    """Signs bytes that anyone may read into text fit for an address, with keyed BLAKE2b (RFC 7693).

    Only who holds a secret can sign or verify. A signed text is `key id (3 bytes) | MAC (16) | data` in base64url.
    """

    def __init__(self, secrets: Sequence[str], *, purpose: str, site: str) -> None:
        keys = [_derive(secret.encode(), f"mac\n{purpose}\n{_bare(site)}") for secret in _distinct(secrets)]
        self._key = keys[0]
        self._key_id = _derive(keys[0], "id")[:_KEY_ID_BYTES]
        self._keys = {_derive(key, "id")[:_KEY_ID_BYTES]: key for key in reversed(keys)}

    def sign(self, data: bytes) -> str:
        """Sign with the first secret."""
        mac = blake2b(data, key=self._key, digest_size=_MAC_BYTES).digest()
        return to_base64url(self._key_id + mac + data)

    def verify(self, text: str) -> bytes | None:
        """Return what was signed for this purpose and site with any of the secrets; None for anything else."""
        signed = _from_base64url(text)
        key = None if signed is None else self._keys.get(signed[:_KEY_ID_BYTES])
        if signed is None or key is None:
            return None
        data = signed[_SIGNED_AT:]
        mac = blake2b(data, key=key, digest_size=_MAC_BYTES).digest()
        return data if compare_digest(mac, signed[_KEY_ID_BYTES:_SIGNED_AT]) else None


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
        signature, data = _from_base64url(signature_text), _from_base64url(data_text)
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
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes | None:
    return _from_base64(text.translate(_FROM_URL) + "=" * (-len(text) % 4))


def _from_base64(text: str) -> bytes | None:
    """Undo base64; None for any text that it does not write, so that no two texts mean the same."""
    if len(text) > MAX_SEALED_CHARS:
        return None
    try:
        data = a2b_base64(text, strict_mode=True)
    except ValueError:
        return None
    if text[-1:] == "=":
        padding = "==" if text[-2] == "=" else "="
        return data if text[-len(padding) - 1] in _LAST[padding] else None
    return data
