"""What the newsroom does when something is published."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published

from masthead.newsroom import tasks
from masthead.newsroom.models import ArticlePage


@receiver(page_published, sender=ArticlePage, dispatch_uid="newsroom.prepare_pictures")
def prepare_pictures(instance: ArticlePage, **_more: Any) -> None:
    """Have the pictures made in the background."""
    tasks.prepare_pictures.enqueue(instance.pk)
