"""A small paper for tests: sections, authors, pictures and articles, made in one line each."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.utils.text import slugify
from PIL import Image as Drawing
from wagtail.images import get_image_model

from masthead.newsroom.models import Access, ArticleByline, ArticlePage, Author, HomePage, SectionPage, Topic

_numbers = count(1)


def get_home() -> HomePage:
    """Return the front page, which is there after every migration."""
    home: HomePage = HomePage.objects.get()
    return home


def make_section(title: str = "Harbour", **fields: Any) -> SectionPage:
    """Publish a section."""
    fields = {"slug": slugify(title, allow_unicode=True), "show_in_menus": True, **fields}
    section: SectionPage = get_home().add_child(instance=SectionPage(title=title, **fields))
    return section


def make_author(name: str = "Wren Halloway", **fields: Any) -> Author:
    """Add an author."""
    return Author.objects.create(name=name, slug=slugify(name, allow_unicode=True), **fields)


def make_topic(name: str = "Breakwater", **fields: Any) -> Topic:
    """Add a topic."""
    return Topic.objects.create(name=name, slug=slugify(name, allow_unicode=True), **fields)


def make_picture(title: str = "The harbour at dusk", *, width: int = 60, height: int = 40) -> Any:
    """Add a plain picture."""
    number = next(_numbers)
    drawn = io.BytesIO()
    # No two are the same: what is kept of one by its hash may not stand for another.
    Drawing.new("RGB", (width, height), (20, number // 256 % 256, number % 256)).save(drawn, "PNG")
    file = ContentFile(drawn.getvalue(), name=f"picture-{number}.png")
    picture = get_image_model().objects.create(title=title, file=file)
    picture.get_file_hash()
    return picture


def make_article(
    section: SectionPage | None = None,
    title: str = "Dredger back in the outer basin",
    *,
    body: Sequence[tuple[str, Any]] = (("paragraph", "<p>The dredger came round the mole a little after six.</p>"),),
    authors: Sequence[Author] = (),
    topics: Sequence[Topic] = (),
    community: bool = False,
    published_at: datetime | None = None,
    **fields: Any,
) -> ArticlePage:
    """Publish an article; in the section "Harbour" where no section is given."""
    section = section or SectionPage.objects.filter(slug="harbour").first() or make_section()
    article = ArticlePage(
        title=title,
        body=list(body),
        access=Access.COMMUNITY if community else Access.EVERYONE,
        published_at=published_at,
        **{"slug": f"{slugify(title, allow_unicode=True)[:40]}-{next(_numbers)}", **fields},
    )
    section.add_child(instance=article)
    for order, author in enumerate(authors):
        ArticleByline.objects.create(page=article, author=author, sort_order=order)
    if topics:
        article.topics.set(topics)
        article.save()
    return article


def build_search_index() -> None:
    """Index everything that is published now.

    Where the tables were made without migrations, SQLite's full-text table is put in the place of the plain one.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'wagtailsearch_indexentry_fts'")
            (made_by,) = cursor.fetchone()
            if "fts5" not in made_by.lower():
                cursor.execute("DROP TABLE wagtailsearch_indexentry_fts")
                cursor.execute(
                    "CREATE VIRTUAL TABLE wagtailsearch_indexentry_fts USING fts5(autocomplete, body, title)"
                )
                cursor.execute(
                    "CREATE TRIGGER insert_wagtailsearch_indexentry_fts AFTER INSERT ON wagtailsearch_indexentry BEGIN "
                    "INSERT INTO wagtailsearch_indexentry_fts(title, body, autocomplete, rowid) "
                    "VALUES (NEW.title, NEW.body, NEW.autocomplete, NEW.id); END"
                )
    call_command("update_index", verbosity=0)
