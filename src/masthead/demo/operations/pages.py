"""Sections and articles: published, dated as the content says, and linked to one another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import partial
from typing import TypeVar

from django.db import transaction
from wagtail.models import Page

from masthead.accounts.models import User
from masthead.demo import content
from masthead.demo.content import Newspaper
from masthead.demo.dates import get_moment
from masthead.demo.operations.linking import find_href
from masthead.demo.operations.pictures import find_picture
from masthead.demo.prose import Block, Heading, Items, Paragraph, Picture, Quote, render_line
from masthead.demo.traces import Traces, name_uuid
from masthead.newsroom.models import ArticleByline, ArticlePage, Author, FeaturedArticle, HomePage, SectionPage, Topic

HELD_ON_FRONT = "sea-wall-paid-twice"

Tick = Callable[[], None]
Named = TypeVar("Named", Author, Topic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What all articles of one build share."""

    day: date
    zone: tzinfo
    credit: str
    owner: User | None


def add_sections(paper: Newspaper, home: HomePage, traces: Traces) -> None:
    """Add the sections in the order of the front page, unless that was done before. Safe to repeat."""
    for section in paper.sections:
        traces.once("section", section.slug, partial(_add_section, section, home))


def _add_section(told: content.Section, home: HomePage) -> SectionPage:
    section: SectionPage | None = SectionPage.objects.child_of(home).filter(slug=told.slug).first()
    if section is None:
        section = SectionPage(  # type: ignore[no-untyped-call]  # Wagtail has no types
            title=told.name,
            slug=told.slug,
            description=told.description,
            hue=told.hue,
            strip_style=told.strip,
            show_in_menus=True,
            translation_key=name_uuid("section", told.slug),
        )
        HomePage.objects.get(pk=home.pk).add_child(instance=section)
    return section


def add_articles(paper: Newspaper, edition: Edition, traces: Traces, *, tick: Tick) -> None:
    """Publish the articles, oldest first, in one transaction, unless that was done before. Safe to repeat.

    All pages are made before any body is written, so that articles can point at later ones. `tick` is called for each.
    """
    missing = [article for article in reversed(paper.articles) if not traces.has("article", article.slug)]
    with transaction.atomic():
        pages = [(article, _add_page(article, edition, traces)) for article in missing]
        for article, page in pages:
            traces.note("article", article.slug, page)
        for article, page in pages:
            if page is not None:
                _publish(page, article, edition, traces)
            tick()


def hold_on_front(home: HomePage, traces: Traces) -> None:
    """Keep the paper's largest story beside the leading article, unless that was done before. Safe to repeat."""
    traces.once("front", HELD_ON_FRONT, partial(_hold_on_front, home, traces))


def _hold_on_front(home: HomePage, traces: Traces) -> FeaturedArticle | None:
    article = ArticlePage.objects.filter(pk=traces.find("article", HELD_ON_FRONT) or 0).first()
    return FeaturedArticle.objects.create(page=home, article=article, sort_order=0) if article else None


def _add_page(told: content.Article, edition: Edition, traces: Traces) -> ArticlePage | None:
    section = SectionPage.objects.filter(pk=traces.find("section", told.section) or 0).first()
    if section is None:
        return None
    published_at = get_moment(edition.day, days_ago=told.days_ago, at=told.at, zone=edition.zone)
    page = ArticlePage(  # type: ignore[no-untyped-call]  # Wagtail has no types
        title=told.title,
        slug=told.slug,
        kicker=told.kicker,
        standfirst=told.standfirst,
        dateline=told.dateline,
        access=told.access,
        lead_image=find_picture(told.picture.drawing, traces),
        lead_image_alt=told.picture.alt,
        lead_image_caption=told.picture.caption,
        lead_image_credit=edition.credit,
        published_at=published_at,
        updated_at=_get_updated_at(told, edition),
        first_published_at=published_at,
        owner=edition.owner,
        translation_key=name_uuid("article", told.slug),
        live=False,
    )
    authors = _find_all(Author, "author", told.authors, traces)
    page.bylines.add(*(ArticleByline(author=author, sort_order=order) for order, author in enumerate(authors)))
    page.topics = _find_all(Topic, "topic", told.topics, traces)
    section.add_child(instance=page)
    return page


def _get_updated_at(told: content.Article, edition: Edition) -> datetime | None:
    if told.updated_days_ago is None or told.updated_at is None:
        return None
    return get_moment(edition.day, days_ago=told.updated_days_ago, at=told.updated_at, zone=edition.zone)


def _find_all(model: type[Named], kind: str, slugs: Iterable[str], traces: Traces) -> list[Named]:
    """Return the authors or topics of these slugs in their order, without those that staff have deleted."""
    wanted = [pk for slug in slugs if (pk := traces.find(kind, slug))]
    rows = model._default_manager.in_bulk(wanted)  # noqa: SLF001  Django's documented way to a model's manager
    return [rows[pk] for pk in wanted if pk in rows]


def _publish(page: ArticlePage, told: content.Article, edition: Edition, traces: Traces) -> None:
    page.body = json.dumps(list(_to_stream(told, edition, traces)))
    revision = page.save_revision(log_action=False)  # type: ignore[no-untyped-call]  # Wagtail has no types
    revision.publish(log_action=False)
    # Published now, but dated as the paper would have been.
    Page.objects.filter(pk=page.pk).update(
        first_published_at=page.first_published_at,
        last_published_at=page.first_published_at,
        latest_revision_created_at=page.first_published_at,
    )


def _to_stream(told: content.Article, edition: Edition, traces: Traces) -> Iterable[dict[str, object]]:
    """Yield a body's blocks as the StreamField keeps them; their ids follow from the article."""
    for number, block in enumerate(told.blocks):
        seed = f"{told.slug}/{number}"
        kind, value = _to_value(block, seed, edition, traces)
        if value is not None:
            yield {"type": kind, "value": value, "id": str(name_uuid("block", seed))}


def _to_value(block: Block, seed: str, edition: Edition, traces: Traces) -> tuple[str, object]:
    match block:
        case Paragraph(text):
            return "paragraph", f"<p>{_render(text, traces)}</p>"
        case Heading(text):
            return "heading", text
        case Quote(text, attribution):
            return "quote", {"text": text, "attribution": attribution}
        case Items(items, is_ordered):
            values = [
                {
                    "type": "item",
                    "value": f"<p>{_render(item, traces)}</p>",
                    "id": str(name_uuid("item", seed, str(order))),
                }
                for order, item in enumerate(items)
            ]
            return "list", {"ordered": is_ordered, "items": values}
        case Picture(drawing, caption, alt):
            image = find_picture(drawing, traces)
            shown = {"alt": alt, "caption": caption, "credit": edition.credit}
            return "image", {"image": image.pk, **shown} if image else None


def _render(text: str, traces: Traces) -> str:
    return render_line(text, partial(find_href, traces=traces))
