"""Absolute addresses, always on the site's own host, whatever host was asked."""

from __future__ import annotations

from django.conf import settings


def absolute(path: str) -> str:
    """Return the address that readers and machines may keep for a path of the site."""
    if path.startswith(("http://", "https://")):
        return path
    return f"{settings.MASTHEAD_SITE_URL}{path if path.startswith('/') else '/' + path}"


class NameConverter:
    """A name in an address, as slugs are made: letters of any script, digits, `-` and `_`."""

    regex = r"[-\w]+"

    def to_python(self, value: str) -> str:
        """Return the name as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Return the name as it stands."""
        return value
