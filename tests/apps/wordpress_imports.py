"""Importing in tests: an old site with a few pictures, nobody watching, and a dump of every table."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from django.db import connection
from PIL import Image
from tests.apps.wordpress_exports import SITE

from masthead.newsroom.importers.wordpress.fetching import Fetched, PictureMissing
from masthead.newsroom.importers.wordpress.importing import Options, import_wordpress
from masthead.newsroom.importers.wordpress.report import Report
from masthead.newsroom.models import ArticlePage, ImportedItem

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
UPLOADS = f"{SITE}/wp-content/uploads"


class Unwatched:
    """Watches without a word."""

    def begin(self, title: str, total: int) -> None:
        pass

    def reach(self, done: int) -> None:
        pass

    def end(self) -> None:
        pass


class OldSite:
    """Has the pictures that are named, and remembers what it was asked for; gone if `pictures` is None."""

    def __init__(self, *pictures: str) -> None:
        self.pictures = set(pictures)
        self.asked: list[str] = []

    def fetch(self, address: str) -> Fetched:
        self.asked.append(address)
        if address not in self.pictures:
            raise PictureMissing("old.example does not answer")
        out = BytesIO()
        Image.new("RGB", (8, 6), f"#{len(address):02x}6699").save(out, "PNG")
        return Fetched(out.getvalue(), "png")


def bring(path: Path, *, source: Any = None, now: datetime = NOW, **options: Any) -> Report:
    return import_wordpress(path, Options(**options), now=now, watcher=Unwatched(), source=source or OldSite())


def dump() -> dict[str, list[str]]:
    """Every row of every table, as the database has it."""
    with connection.cursor() as cursor:
        tables = {}
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            tables[name] = sorted(map(repr, cursor.fetchall()))
        return tables


def article(number: int) -> ArticlePage:
    return ArticlePage.objects.get(pk=ImportedItem.objects.get(kind="article", key=str(number)).target_id)


def kinds(page: ArticlePage) -> list[str]:
    return [block.block_type for block in page.body]
