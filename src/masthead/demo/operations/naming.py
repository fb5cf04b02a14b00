"""Authors, topics, and what the paper says about itself."""

from __future__ import annotations

from functools import partial

from wagtail.models import Site

from masthead.demo import content
from masthead.demo.content import Newspaper
from masthead.demo.operations.pictures import find_picture
from masthead.demo.traces import Traces
from masthead.newsroom.models import Author, HomePage, PublicationSettings, Topic


def add_names(paper: Newspaper, traces: Traces) -> None:
    """Add the authors and topics, unless that was done before. Safe to repeat."""
    for author in paper.authors:
        traces.once("author", author.slug, partial(_add_author, author, traces))
    for topic in paper.topics:
        traces.once("topic", topic.slug, partial(_add_topic, topic))


def name_publication(paper: Newspaper, home: HomePage, traces: Traces) -> None:
    """Give the site its name, its motto and its founding editor, unless that was done before. Safe to repeat."""
    traces.once("publication", "settings", partial(_name_publication, paper, home, traces))


def _add_author(told: content.Author, traces: Traces) -> Author:
    author: Author = Author.objects.get_or_create(
        slug=told.slug,
        defaults={
            "name": told.name,
            "role": told.role,
            "bio": "\n\n".join((told.line, *told.biography)),
            "portrait": find_picture(f"face-{told.face}", traces),
        },
    )[0]
    return author


def _add_topic(told: content.Topic) -> Topic:
    topic: Topic = Topic.objects.get_or_create(
        slug=told.slug, defaults={"name": told.name, "description": told.description, "hue": told.hue}
    )[0]
    return topic


def _name_publication(paper: Newspaper, home: HomePage, traces: Traces) -> PublicationSettings:
    told = paper.publication
    editor = next(author for author in paper.authors if author.slug == told.founding_editor)
    site = Site.objects.get(is_default_site=True)
    site.site_name = told.name
    site.save()
    home.title = told.name
    home.save()  # type: ignore[no-untyped-call]  # Wagtail has no types
    publication: PublicationSettings = PublicationSettings.for_site(site)  # type: ignore[no-untyped-call]  # Wagtail has no types
    publication.name = told.name
    publication.tagline = told.tagline
    publication.town = told.town
    publication.about = told.about
    publication.free_words = told.free_words
    publication.contact_email = told.contact_email
    publication.currency = told.currency
    publication.logo = find_picture(told.logo, traces)
    publication.founding_editor_name = editor.name
    publication.founding_editor_role = editor.role
    publication.founding_editor_portrait = find_picture(f"face-{editor.face}", traces)
    publication.founding_editor_signature = find_picture("signature", traces)
    publication.save()
    return publication
