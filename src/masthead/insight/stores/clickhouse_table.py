"""The one table in ClickHouse: made and brought up to date by Masthead itself, with its version in its comment.

Sums and the ids of written batches share the table because a block of rows becomes one part of one table,
whole or not at all: a batch's sums are there exactly when its id is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from masthead.insight.stores.rows import KEEP_BATCHES
from masthead.rules.errors import MastheadError

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

TABLE = "masthead_counts"
SHOWING, READ, BATCH = "showing", "read", "batch"

# Name and type of each column, in the order in which rows are sent. All but `n` are the key of a sum.
COLUMNS = {
    "kind": "LowCardinality(String)",
    "batch": "String",
    "hour_at": "DateTime('UTC')",
    "what": "LowCardinality(String)",
    "appeal": "LowCardinality(String)",
    "variant": "LowCardinality(String)",
    "placement": "LowCardinality(String)",
    "country": "LowCardinality(String)",
    "device": "LowCardinality(String)",
    "article": "String",
    "section": "LowCardinality(String)",
    "dedicated": "Bool",
    "member": "Bool",
    "n": "UInt64",
}
_VERSION_WORDS = "Masthead counts, version "

# No partitions: a batch that spans two would become two parts, and one of them might be lost. `n` alone is summed.
# A part is on the disk before its insert is answered. Tokens outlive any insert that may still be on its way.
_CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} ({", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())})
ENGINE = SummingMergeTree(n)
PRIMARY KEY (kind, batch, hour_at, what)
ORDER BY ({", ".join(name for name in COLUMNS if name != "n")})
TTL hour_at + INTERVAL {KEEP_BATCHES.days + 1} DAY DELETE WHERE kind = '{BATCH}'
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT '{_VERSION_WORDS}1'
"""
# One statement leads from each version to the next; each changes the table and its comment at a stroke.
STEPS = (_CREATE,)


class NotOurTable(MastheadError):
    """There is a table named masthead_counts that Masthead did not make; give Masthead a database of its own."""

    code: ClassVar[str] = "not_our_table"


class TableIsNewer(MastheadError):
    """The table of counts was made by a newer Masthead; upgrade this one."""

    code: ClassVar[str] = "table_is_newer"


def prepare_table(client: Client) -> None:
    """Make the table, or bring it up to date. Safe to repeat, also by several processes at once.

    A user who may only read and insert is enough once the table is there. Raises NotOurTable, TableIsNewer.
    """
    version = read_version(client)
    if version > len(STEPS):
        raise TableIsNewer
    for step in STEPS[version:]:
        client.command(step)


def read_version(client: Client) -> int:
    """Return the table's version, 0 where there is no table. Raises NotOurTable."""
    rows = client.query(
        "SELECT comment FROM system.tables WHERE database = currentDatabase() AND name = {name:String}",
        parameters={"name": TABLE},
    ).result_rows
    if not rows:
        return 0
    found = re.fullmatch(re.escape(_VERSION_WORDS) + r"([1-9][0-9]*)", str(rows[0][0]))
    if found is None:
        raise NotOurTable
    return int(found[1])
