"""Writing articles: each in one transaction, so that an import that was stopped is completed by running it again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from wagtail.models import Site

from masthead.newsroom.importers.wordpress.addresses import redirect_from
from masthead.newsroom.importers.wordpress.blocks import Block, Embed, Heading, Items, Paragraph, Picture, Quote
from masthead.newsroom.importers.wordpress.ledger import Ledger
from masthead.newsroom.importers.wordpress.naming import Names
from masthead.newsroom.importers.wordpress.pictures import key_of
from masthead.newsroom.importers.wordpress.planning import ArticlePlan, State
from masthead.newsroom.importers.wordpress.texts import free_slug
from masthead.newsroom.models import ArticleByline, ArticlePage

ARTICLE, GAP = "article", "missing-picture"
_NAMESPACE = uuid.UUID("5d0f3b1e-6a53-4f0e-9b0c-3a4b4f1f7c21")
# A path below a section that its feed answers at.
_RESERVED = frozenset({"feed"})

Shown = Mapping[str, int]


class Standing(StrEnum):
    """What the site already has of a post."""

    NEW = "new"
    HERE = "here"
    DELETED = "deleted"


class Articles:
    """Writes planned articles, and knows which are there."""

    def __init__(self, ledger: Ledger, names: Names, *, site: Site | None, now: datetime) -> None:
        self._ledger = ledger
        self._names = names
        self._site = site
        self._now = now

    def find(self, plan: ArticlePlan) -> tuple[Standing, ArticlePage | None]:
        """Return whether a post is here; an article that editors deleted stays deleted."""
        row = self._ledger.find(ARTICLE, plan.key)
        if row is None:
            return Standing.NEW, None
        page = ArticlePage.objects.filter(pk=row.target_id).first()
        return (Standing.HERE, page) if page else (Standing.DELETED, None)

    def has_changed_there(self, plan: ArticlePlan) -> bool:
        """Whether the post was changed on the old site after it came in."""
        row = self._ledger.find(ARTICLE, plan.key)
        return row is not None and row.digest != plan.digest

    @transaction.atomic
    def create(self, plan: ArticlePlan, shown: Shown) -> ArticlePage:
        """Write a new article; `shown` has the pictures that could be had, by their old address.

        Only a post that was public becomes public. The section, topics and authors are made where they are
        not there yet; the old addresses of a public article lead to it.
        """
        section = self._names.get_section(plan.section)
        is_live = plan.state is State.LIVE
        page = ArticlePage(
            title=plan.title,
            draft_title=plan.title,
            slug=free_slug(
                plan.slug, lambda slug: slug in _RESERVED or section.get_children().filter(slug=slug).exists()
            ),
            translation_key=uuid.uuid5(_NAMESPACE, f"{self._ledger.source} {plan.key}"),
            standfirst=plan.standfirst,
            live=is_live,
            has_unpublished_changes=not is_live,
            published_at=plan.published_at,
            first_published_at=plan.published_at if is_live else None,
            last_published_at=(plan.changed_at or plan.published_at) if is_live else None,
            latest_revision_created_at=plan.changed_at or plan.published_at or self._now,
            go_live_at=plan.go_live_at,
        )
        self._place_pictures(page, plan, shown)
        page.bylines.add(
            *(
                ArticleByline(author=self._names.get_author(author), sort_order=order)
                for order, author in enumerate(plan.authors)
            )
        )
        page.topics = [self._names.get_topic(topic) for topic in plan.topics]
        section.add_child(instance=page)
        self._ledger.record(ARTICLE, plan.key, page.pk, digest=plan.digest)
        for picture in plan.pictures:
            if picture.address not in shown:
                self._ledger.record(GAP, _gap(plan, picture), page.pk)
        if is_live:
            self._redirect(plan, page)
        return page

    def list_gaps(self, plan: ArticlePlan, page: ArticlePage) -> list[Picture]:
        """Return the pictures that were missing when an article came in, where nobody has edited it since.

        Every saving in the console makes a revision; the import makes none.
        """
        if page.latest_revision_id is not None or self.has_changed_there(plan):
            return []
        return [picture for picture in plan.pictures if self._ledger.find(GAP, _gap(plan, picture))]

    @transaction.atomic
    def complete(self, plan: ArticlePlan, page: ArticlePage, shown: Shown) -> None:
        """Put pictures that can be had now into an article that nobody has edited since it came in."""
        self._place_pictures(page, plan, shown)
        page.save()
        for picture in plan.pictures:
            if picture.address in shown:
                self._ledger.forget(GAP, _gap(plan, picture))

    @transaction.atomic
    def redirect_published(self, plan: ArticlePlan, page: ArticlePage) -> None:
        """Make the old addresses lead to an article that came in as a draft and has been published since."""
        if page.live and plan.state is not State.LIVE:
            self._redirect(plan, page)

    def _redirect(self, plan: ArticlePlan, page: ArticlePage) -> None:
        self._names.made["redirect"] += redirect_from(plan.old_paths, site=self._site, page=page)

    def _place_pictures(self, page: ArticlePage, plan: ArticlePlan, shown: Shown) -> None:
        page.body = json.dumps(to_stream(plan, shown, source=self._ledger.source))
        if plan.lead is not None and plan.lead.address in shown:
            page.lead_image_id = shown[plan.lead.address]
            page.lead_image_alt = plan.lead.alt
            page.lead_image_caption = plan.lead.caption


def to_stream(plan: ArticlePlan, shown: Shown, *, source: str) -> list[dict[str, object]]:
    """Return a body as the StreamField keeps it, without the pictures that could not be had.

    The blocks' ids follow from the post, so the same post gives the same body.
    """
    stream: list[dict[str, object]] = []
    for order, block in enumerate(plan.blocks):
        if isinstance(block, Picture) and block.address not in shown:
            continue
        kind, value = _to_value(block, shown, seed=f"{source} {plan.key} {order}")
        stream.append({"type": kind, "value": value, "id": str(uuid.uuid5(_NAMESPACE, f"{source} {plan.key} {order}"))})
    return stream


def _to_value(block: Block, shown: Shown, *, seed: str) -> tuple[str, object]:
    match block:
        case Paragraph(markup):
            return "paragraph", f"<p>{markup}</p>"
        case Heading(text):
            return "heading", text
        case Quote(text, attribution):
            return "quote", {"text": text, "attribution": attribution}
        case Picture(address, _number, alt, caption):
            return "image", {"image": shown[address], "alt": alt, "caption": caption, "credit": ""}
        case Items(items, ordered):
            values = [
                {"type": "item", "value": f"<p>{item}</p>", "id": str(uuid.uuid5(_NAMESPACE, f"{seed} {order}"))}
                for order, item in enumerate(items)
            ]
            return "list", {"ordered": ordered, "items": values}
        case Embed(address, title):
            return "embed", {"url": address, "title": title}


def _gap(plan: ArticlePlan, picture: Picture) -> str:
    return f"{plan.key} {key_of(picture.address)}"
