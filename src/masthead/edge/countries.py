"""The country a request comes from: what a trusted proxy says, else what the operator's own file says, else unknown."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import maxminddb

from masthead.edge.http import Answer, Environ, get_country, to_environ_key
from masthead.rules.errors import MastheadError

# Where an answer's country is left for the doors; no header of a request can end up under this name.
COUNTRY_KEY = "masthead.country"
LOOK_SECONDS = 10.0

logger = logging.getLogger(__name__)

_Stamp = tuple[int, int, int]


class BadCountryFile(MastheadError):
    """The file of countries cannot be used."""

    code = "bad_country_file"


def find_address(environ: Environ, trusted_proxies: int) -> str:
    """Return the address a request comes from, "" where that cannot be known.

    Without trusted proxies it is whoever holds the other end of the connection. With some, it is what the outermost of
    them wrote at the end of `X-Forwarded-For`; what stands before that the reader may have made up, so it is not read.
    """
    if not trusted_proxies:
        address: str = environ.get("REMOTE_ADDR", "")
        return address.strip()
    hops = environ.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", trusted_proxies)
    return hops[-trusted_proxies].strip() if len(hops) >= trusted_proxies else ""


class CountryFile:
    """An operator's `.mmdb` file. A newer one at its place is taken up within seconds; a bad one leaves the old."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Open the file. Raises BadCountryFile."""
        self._path = path
        self._clock = clock
        self._look_at = clock() + LOOK_SECONDS
        self._stamp, self._reader = _open(path)

    def find(self, address: str) -> str:
        """Return the country of an address as two capital letters, "" where it is not known."""
        now = self._clock()
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            self._look()
        try:
            return _read_country(self._reader.get(address))
        except (TypeError, ValueError, maxminddb.InvalidDatabaseError):  # no address, or a file broken further in
            return ""

    def _look(self) -> None:
        try:
            if _stamp(self._path) == self._stamp:
                return
            # Other threads may be reading from the old one: it closes when the last of them lets go.
            self._stamp, self._reader = _open(self._path)
        except (OSError, BadCountryFile) as error:
            logger.warning("The file of countries cannot be read anew, the one before stays: %s", error)


class Countries:
    """Finds a request's country: `header` (as an environ key) first, then `file`."""

    def __init__(self, file: CountryFile, *, header: str = "", trusted_proxies: int = 0) -> None:
        self._file = file
        self._header = header
        self._trusted_proxies = trusted_proxies

    def find(self, environ: Environ) -> str:
        """Return the country, "" where it is unknown. The address is used here and kept nowhere."""
        country = get_country(environ, self._header)
        return country or self._file.find(find_address(environ, self._trusted_proxies))

    def before(self, answer: Callable[[Environ], Answer]) -> Callable[[Environ], Answer]:
        """Return a door that leaves the country under COUNTRY_KEY, then answers."""

        def located(environ: Environ) -> Answer:
            environ[COUNTRY_KEY] = self.find(environ)
            return answer(environ)

        return located


def open_countries(path: str, *, trust_header: str, trusted_proxies: int) -> Countries | None:
    """Open the file that a setting names, None where it names none. Raises BadCountryFile."""
    if not path:
        return None
    return Countries(CountryFile(Path(path)), header=to_environ_key(trust_header), trusted_proxies=trusted_proxies)


def _open(path: Path) -> tuple[_Stamp, maxminddb.Reader]:
    try:
        stamp = _stamp(path)
        reader = maxminddb.open_database(path, maxminddb.MODE_AUTO)
    except OSError as error:
        raise BadCountryFile(f"The file of countries {path} cannot be read: {error.strerror or error}.") from error
    except (maxminddb.InvalidDatabaseError, ValueError) as error:
        raise BadCountryFile(f"The file of countries {path} is no .mmdb file, or a broken one.") from error
    return stamp, reader


def _stamp(path: Path) -> _Stamp:
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _read_country(record: Any) -> str:
    """Read the country in the forms that the known makers of such files give it."""
    if not isinstance(record, dict):
        return ""
    country = record.get("country") or record.get("country_code") or ""
    code = country.get("iso_code", "") if isinstance(country, dict) else country
    if not isinstance(code, str) or len(code) != 2:
        code = record.get("country_code", "")
    is_code = isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha()
    return code.upper() if is_code else ""
