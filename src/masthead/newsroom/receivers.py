"""What the newsroom does when something is published, or anything else changes that stands on public pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from masthead.newsroom import queries, tasks
from masthead.newsroom.models import (
    AdSlot,
    ArticleByline,
    ArticlePage,
    Author,
    FeaturedArticle,
    HomePage,
    HouseAd,
    PublicationSettings,
    RelatedArticle,
    SectionPage,
    Topic,
)
from masthead.newsroom.operations import announce_change
from masthead.newsroom.signals import pages_changed

_PAGES: tuple[type[Model], ...] = (Page, HomePage, SectionPage, ArticlePage)
_ROWS: tuple[type[Model], ...] = (
    *(ArticleByline, RelatedArticle, FeaturedArticle, Author, Topic),
    *(PublicationSettings, AdSlot, HouseAd),
    *(Site, Locale, PageViewRestriction, get_image_model()),
)
# A draft is saved beside the live page and changes only these of its columns; so does a lock.
_DRAFT_FIELDS = frozenset(
    {
        *("latest_revision", "latest_revision_created_at", "draft_title", "has_unpublished_changes"),
        *("wagtail_admin_comments", "locked", "locked_by", "locked_at"),
    }
)


@receiver(page_published, sender=ArticlePage, dispatch_uid="newsroom.prepare_pictures")
def prepare_pictures(instance: ArticlePage, **_more: Any) -> None:
    """Have the pictures made in the background."""
    tasks.prepare_pictures.enqueue(instance.pk)


def connect() -> None:
    """Listen to everything that public pages are made of. What is changed past signals is seen a minute later."""
    for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
        signal.connect(_changed, dispatch_uid="newsroom.changed")
    for model in _PAGES:
        post_save.connect(_page_saved, sender=model, dispatch_uid="newsroom.changed")
        post_delete.connect(_changed, sender=model, dispatch_uid="newsroom.changed")
    for model in _ROWS:
        for change in (post_save, post_delete):
            change.connect(_changed, sender=model, dispatch_uid="newsroom.changed")
    m2m_changed.connect(_changed, sender=ArticlePage.topics.through, dispatch_uid="newsroom.changed")


@receiver(pages_changed, dispatch_uid="newsroom.drop_frames")
def drop_frames(**_facts: Any) -> None:
    """Forget what is remembered of the pages' frame; other processes see by the number that it changed."""
    queries.drop_frames()


def _changed(**_facts: Any) -> None:
    announce_change()


def _page_saved(*, update_fields: frozenset[str] | None, **_facts: Any) -> None:
    if not update_fields or not update_fields <= _DRAFT_FIELDS:
        announce_change()
