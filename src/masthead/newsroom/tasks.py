"""Jobs of the newsroom."""

from __future__ import annotations

from django_tasks import task

from masthead.newsroom import operations


@task(priority=-10, max_attempts=3)
def prepare_pictures(article_id: int) -> None:
    """Make the pictures of an article in every shape, so that its first reader does not wait for them."""
    operations.prepare_pictures(article_id)
