"""Where counts are kept: in the site's own database, or in ClickHouse where the settings name one."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from masthead.insight.conf import parse_counts_url
from masthead.insight.stores.port import ArticleReads, CountsAway, CountStore, ReadsInHour, ShowingsInHour
from masthead.insight.stores.sql import SqlCounts

__all__ = ["ArticleReads", "CountStore", "CountsAway", "ReadsInHour", "ShowingsInHour", "get_store"]


def get_store() -> CountStore:
    """Return the store that the settings name; it connects when it is first asked. Raises BadCountsUrl."""
    return _open_store(settings.MASTHEAD_COUNTS)


@cache
def _open_store(address: str) -> CountStore:
    if not address:
        return SqlCounts()
    from masthead.insight.stores.clickhouse import ClickHouseCounts

    return ClickHouseCounts(parse_counts_url(address))
