"""What an export holds, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """One who writes: an account of the old site, or a guest author of the Co-Authors plugin."""

    login: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A category of the old site; `parent` is the slug of the one above it, or empty."""

    slug: str
    name: str
    number: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermUse:
    """A category, tag or co-author as one post names it; `domain` says which."""

    domain: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of the old site's media library."""

    number: int
    address: str
    title: str = ""
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post as the export holds it; texts are raw, times are aware, both cleaned later.

    `local_time` is the old site's own clock without a zone, for posts whose UTC time is missing.
    """

    key: str
    title: str
    link: str
    creator: str
    content: str
    excerpt: str
    status: str
    slug: str
    password: str = ""
    published_at: datetime | None = None
    local_time: datetime | None = None
    changed_at: datetime | None = None
    terms: tuple[TermUse, ...] = ()
    lead_number: int | None = None
    old_slugs: tuple[str, ...] = ()
    primary_category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What the first reading of an export finds out: everything that posts refer to, and how much there is.

    `source` names the old site without scheme or closing slash; `paths` are the addresses of posts
    that come in; `sections` are the top categories by their public posts, most first, the empty one for none;
    `left_out` counts items by kind (`page`, `attachment`, `trash`, …).
    """

    source: str
    address: str
    posts: int = 0
    comments: int = 0
    writers: Mapping[str, Writer] = field(default_factory=dict)
    categories: Mapping[str, Term] = field(default_factory=dict)
    attachments: Mapping[int, Attachment] = field(default_factory=dict)
    attachments_of: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    reusable: Mapping[int, str] = field(default_factory=dict)
    paths: frozenset[str] = frozenset()
    sections: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
