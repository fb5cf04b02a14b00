"""Bad settings of counts, refused at the start."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from masthead.insight.conf import BadCountsUrl, parse_counts_url


@register()
def check_counts(**_facts: Any) -> list[CheckMessage]:
    """Refuse an address of ClickHouse that is none, and one without the client that speaks to it."""
    if not settings.MASTHEAD_COUNTS:
        return []
    try:
        parse_counts_url(settings.MASTHEAD_COUNTS)
    except BadCountsUrl as error:
        return [Error(str(error), hint="Unset it to keep counts in the site's own database.", id="insight.E001")]
    if find_spec("clickhouse_connect") is None:
        return [
            Error(
                "MASTHEAD_COUNTS names a ClickHouse, but clickhouse-connect is not installed.",
                hint="Install masthead[clickhouse], or unset MASTHEAD_COUNTS.",
                id="insight.E002",
            )
        ]
    return []
