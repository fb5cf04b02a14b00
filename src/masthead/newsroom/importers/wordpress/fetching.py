"""Fetching pictures from the old site, and from nowhere that a stranger's export should not make us ask."""

from __future__ import annotations

import ipaddress
import socket
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

import requests
from django.utils.translation import gettext as _
from PIL import Image
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from masthead.rules.errors import MastheadError

LARGEST_BYTES = 25_000_000
LARGEST_PIXELS = 60_000_000
_TIMES = (5.0, 15.0)
_DEADLINE_SECONDS = 60.0
_KINDS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
# A camera's JPEG with a second picture inside says that it is an MPO.
_ENDINGS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}
# After so many failures in a row a host is not asked again: a site that is gone must not cost hours.
_PATIENCE = 2
# A network that translates carries IPv4 addresses in these.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class PictureMissing(MastheadError):
    """The picture could not be had."""

    code: ClassVar[str] = "picture-missing"
    status: ClassVar[int] = 502
    retriable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture's bytes, proved to be one, and the ending that its kind is known by."""

    content: bytes
    ending: str


class PictureSource(Protocol):
    """Where pictures come from; the importer's only way to the network."""

    def fetch(self, address: str) -> Fetched:
        """Return the picture at an http(s) address; raises PictureMissing with the reason."""
        ...


class Web:
    """Fetches over http(s) from public addresses only.

    Every connection, a redirect's too, is opened only to an address that is public; the check is made on
    the very address that is then connected to, so a name that changes in between gains nothing.
    With `allow_private`, addresses of the own network are asked too.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        largest_bytes: int = LARGEST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._largest_bytes = largest_bytes
        self._clock = clock
        self._failures: Counter[str] = Counter()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.max_redirects = 5
        self._session.headers.update({"User-Agent": "Masthead importer", "Accept-Encoding": "identity"})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _GuardedAdapter(allow_private=allow_private))

    def fetch(self, address: str) -> Fetched:
        """Return the picture at an address; raises PictureMissing with the reason."""
        host = urlsplit(address).netloc
        if self._failures[host] >= _PATIENCE:
            raise PictureMissing(_("%(host)s does not answer") % {"host": host})
        try:
            content = self._read(address)
        except (requests.ConnectionError, requests.Timeout) as error:
            self._failures[host] += 1
            raise PictureMissing(_("%(host)s does not answer") % {"host": host}) from error
        except (requests.RequestException, OSError, ValueError) as error:
            raise PictureMissing(_("its address cannot be asked")) from error
        self._failures[host] = 0
        return Fetched(content, check_picture(content))

    def close(self) -> None:
        """Close the connections that are kept."""
        self._session.close()

    def _read(self, address: str) -> bytes:
        started = self._clock()
        with self._session.get(address, stream=True, timeout=_TIMES) as answer:
            if answer.status_code != requests.codes.ok:
                raise PictureMissing(_("the server answered %(status)d") % {"status": answer.status_code})
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if not kind.startswith("image/"):
                raise PictureMissing(_("it is %(kind)s, not a picture") % {"kind": kind[:60] or _("of no kind")})
            if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise PictureMissing(_("it came packed, which was not asked for"))
            pieces: list[bytes] = []
            size = 0
            for piece in answer.iter_content(65_536):
                size += len(piece)
                pieces.append(piece)
                if size > self._largest_bytes:
                    raise PictureMissing(
                        _("it is larger than %(limit)d MB") % {"limit": self._largest_bytes // 1_000_000}
                    )
                if self._clock() - started > _DEADLINE_SECONDS:
                    raise PictureMissing(_("it took longer than a minute"))
            return b"".join(pieces)


def check_picture(content: bytes) -> str:
    """Return the file ending of a picture's kind; raises PictureMissing for what is none, or is far too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(content), formats=_KINDS) as image:
                width, height, kind = image.width, image.height, str(image.format)
                image.verify()
    except (OSError, ValueError, SyntaxError, ArithmeticError, Warning, Image.DecompressionBombError) as error:
        raise PictureMissing(_("it is no JPEG, PNG, GIF, WebP or AVIF picture that can be read")) from error
    if width * height > LARGEST_PIXELS:
        raise PictureMissing(_("it has more than %(limit)d million pixels") % {"limit": LARGEST_PIXELS // 1_000_000})
    return _ENDINGS[kind]


def is_public(address: IPAddress) -> bool:
    """Whether an address is one of the public internet, and not one that leads back inside in disguise."""
    if isinstance(address, ipaddress.IPv6Address):
        if inside := address.ipv4_mapped or address.sixtofour:
            return is_public(inside)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.teredo or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def open_socket(host: str, port: int, timeout: float | None, *, allow_private: bool) -> socket.socket:
    """Connect to the first address of a host that answers.

    Raises PictureMissing where one of its addresses is private, OSError where none answers.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for _family, _kind, _protocol, _name, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if not allow_private and not is_public(address):
            raise PictureMissing(_("%(host)s is an address of a private network") % {"host": host})
    failure: OSError = OSError("no address")
    for family, kind, protocol, _name, place in found:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(timeout)
            connection.connect(place)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


class _GuardedAdapter(HTTPAdapter):
    """Opens its connections by `open_socket`."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _guarded_pools(allow_private=self._allow_private)


def _guarded_pools(*, allow_private: bool) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return open_socket(self.host, self.port or 80, _seconds(self.timeout), allow_private=allow_private)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return open_socket(self.host, self.port or 443, _seconds(self.timeout), allow_private=allow_private)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _seconds(timeout: object) -> float | None:
    return float(timeout) if isinstance(timeout, int | float) else None
