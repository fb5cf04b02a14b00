"""From what a text points at to where that is on this site."""

from __future__ import annotations

from wagtail.models import Page

from masthead.demo.prose import Target
from masthead.demo.traces import Traces
from masthead.newsroom.models import Author, Topic

FRONT = "/"


def find_href(target: Target, traces: Traces) -> str:
    """Return the attributes of a rich-text link to the target, so that a page that moves is still found.

    What staff have deleted leads to the front page.
    """
    pk = traces.find(target.kind, target.slug) or 0
    if target.kind in {"article", "section"}:
        return f'linktype="page" id="{pk}"' if Page.objects.filter(pk=pk).exists() else f'href="{FRONT}"'
    return f'href="{find_address(target, traces)}"'


def find_address(target: Target, traces: Traces) -> str:
    """Return the target's path on the site; the front page for what staff have deleted."""
    pk = traces.find(target.kind, target.slug) or 0
    if target.kind in {"article", "section"}:
        page = Page.objects.filter(pk=pk).first()
        return (page.get_url() if page else None) or FRONT
    named = (Author if target.kind == "author" else Topic).objects.filter(pk=pk).first()
    return named.get_absolute_url() if named else FRONT
