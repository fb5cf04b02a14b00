"""Where counts are kept, read from one address."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from masthead.rules.errors import MastheadError

SCHEMES = ("clickhouse", "clickhouses")
_DATABASE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class BadCountsUrl(MastheadError):
    """MASTHEAD_COUNTS cannot be used; write it as clickhouse://user:password@host:8123/name (clickhouses: by TLS)."""

    code: ClassVar[str] = "bad_counts_url"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickHouseServer:
    """One ClickHouse server, reached by HTTP, and the database on it."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    database: str
    tls: bool


def parse_counts_url(url: str) -> ClickHouseServer:
    """Read clickhouse://user:password@host:port/database, or the same with clickhouses.

    User and password may be percent-encoded. Ports by default: 8123, with clickhouses 8443.
    Raises BadCountsUrl, which never repeats the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadCountsUrl from None
    database = parts.path.removeprefix("/")
    if parts.scheme not in SCHEMES or not parts.hostname or not _DATABASE.fullmatch(database):
        raise BadCountsUrl
    if parts.query or parts.fragment or port == 0:
        raise BadCountsUrl
    tls = parts.scheme == "clickhouses"
    return ClickHouseServer(
        host=parts.hostname,
        port=port or (8443 if tls else 8123),
        username=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        database=database,
        tls=tls,
    )
