"""Deciding what each post becomes: an article as plain values, before anything is written or fetched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlsplit

from django.utils.text import slugify
from django.utils.translation import gettext as _

from masthead.newsroom.importers.wordpress.blocks import Block, Heading, Paragraph, Picture
from masthead.newsroom.importers.wordpress.flow import to_blocks
from masthead.newsroom.importers.wordpress.gutenberg import Leavings
from masthead.newsroom.importers.wordpress.media import MediaLibrary
from masthead.newsroom.importers.wordpress.running import to_words
from masthead.newsroom.importers.wordpress.surveying import NO_CATEGORY, choose_category, top_category
from masthead.newsroom.importers.wordpress.texts import path_of, shorten, to_plain, to_slug
from masthead.newsroom.importers.wordpress.values import Library, Post, Writer

LONGEST_TITLE = 240
LONGEST_STANDFIRST = 400
LONGEST_NAME = 120


class State(StrEnum):
    """How an article comes in. Only LIVE is public."""

    LIVE = "live"
    DRAFT = "draft"
    PENDING = "pending"
    PRIVATE = "private"
    PROTECTED = "protected"
    SCHEDULED = "scheduled"
    MISSED = "missed"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A section, topic or author to be: `key` is what the old site calls it."""

    key: str
    name: str
    slug: str
    old_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePlan:
    """An article to be. Times are UTC; `old_paths` are where readers of the old site found it."""

    key: str
    title: str
    slug: str
    standfirst: str
    state: State
    published_at: datetime | None
    changed_at: datetime | None
    go_live_at: datetime | None
    blocks: tuple[Block, ...]
    lead: Picture | None
    section: Named
    topics: tuple[Named, ...]
    authors: tuple[Named, ...]
    old_paths: tuple[str, ...]
    digest: str
    leavings: Leavings

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture the article shows, the leading one first."""
        inside = tuple(block for block in self.blocks if isinstance(block, Picture))
        return (self.lead, *inside) if self.lead else inside


class Planner:
    """Plans the articles of one export."""

    def __init__(self, library: Library, *, section_default: str, zone: tzinfo, now: datetime) -> None:
        self._library = library
        self._shelf = MediaLibrary(library)
        self._section_default = to_plain(section_default, limit=LONGEST_NAME) or _("News")
        self._zone = zone
        self._now = now
        self._base = urlsplit(library.address).path.rstrip("/")
        self._logins = {slugify(login): login for login in library.writers}

    def plan(self, post: Post) -> ArticlePlan:
        """Return what a post becomes. The same post gives the same plan, but for what has become past since."""
        leavings = Leavings()
        blocks = to_blocks(post.content, key=post.key, library=self._library, shelf=self._shelf, leavings=leavings)
        lead, blocks = self._lead(post, blocks, leavings)
        at = self._written_at(post)
        state = self._state(post, at)
        title = self._title(post, blocks, leavings)
        category = choose_category(
            [term for term in post.terms if term.domain == "category"],
            primary=post.primary_category,
            categories=self._library.categories,
        )
        if len(excerpt := to_plain(post.excerpt)) > LONGEST_STANDFIRST:
            leavings.note("end of a long standfirst")
        return ArticlePlan(
            key=post.key,
            title=_mark(title, state),
            slug=to_slug(post.slug) or to_slug(title) or f"post-{to_slug(post.key)[:40]}",
            standfirst=shorten(excerpt, LONGEST_STANDFIRST),
            state=state,
            published_at=self._printed_at(state, at, leavings),
            changed_at=post.changed_at,
            go_live_at=at if state is State.SCHEDULED else None,
            blocks=blocks,
            lead=lead,
            section=self._section(category),
            topics=self._topics(post, category),
            authors=self._authors(post),
            old_paths=self._old_paths(post),
            digest=_digest(post),
            leavings=leavings,
        )

    def _written_at(self, post: Post) -> datetime | None:
        if post.published_at is None and post.local_time is not None:
            return post.local_time.replace(tzinfo=self._zone).astimezone(UTC)
        return post.published_at

    def _state(self, post: Post, at: datetime | None) -> State:
        if post.password:
            return State.PROTECTED
        match post.status:
            case "publish" | "future" if at is not None and at > self._now:
                return State.SCHEDULED
            case "publish":
                return State.LIVE
            case "future":
                return State.MISSED
            case "draft" | "pending" | "private":
                return State(post.status)
            case _:
                return State.OTHER

    def _printed_at(self, state: State, at: datetime | None, leavings: Leavings) -> datetime | None:
        """The date to be printed: for what was never published there is none."""
        if state not in {State.LIVE, State.PRIVATE, State.PROTECTED}:
            return None
        if at is None or at > self._now:
            if state is State.LIVE:
                leavings.note("missing date")
            return self._now if state is State.LIVE else None
        return at

    def _title(self, post: Post, blocks: tuple[Block, ...], leavings: Leavings) -> str:
        if title := to_plain(post.title, limit=LONGEST_TITLE):
            return title
        leavings.note("missing headline")
        for block in blocks:
            if isinstance(block, Heading):
                return shorten(block.text, 70)
            if isinstance(block, Paragraph):
                return shorten(to_words(block.markup), 70)
        return _("Untitled (%(key)s)") % {"key": shorten(post.key, 60)}

    def _lead(
        self, post: Post, blocks: tuple[Block, ...], leavings: Leavings
    ) -> tuple[Picture | None, tuple[Block, ...]]:
        """Return the featured picture, and the blocks without it where they begin with the same one."""
        if post.lead_number is None:
            return None, blocks
        known = self._shelf.get(post.lead_number)
        if known is None:
            leavings.note("picture without an address")
            return None, blocks
        lead = Picture(known.address, known.number, known.alt, known.caption)
        if blocks and isinstance(first := blocks[0], Picture) and first.address == lead.address:
            lead = replace(lead, alt=lead.alt or first.alt, caption=lead.caption or first.caption)
            blocks = blocks[1:]
        return lead, blocks

    def _section(self, category: str) -> Named:
        if category in NO_CATEGORY:
            slug = to_slug(self._section_default) or "news"
            return Named(key="", name=self._section_default, slug=slug)
        slug = top_category(category, self._library.categories)
        return self._category(slug)

    def _category(self, slug: str, name: str = "") -> Named:
        known = self._library.categories.get(slug)
        path = [slug]
        above = known
        while above and above.parent and above.parent not in path:
            path.insert(0, above.parent)
            above = self._library.categories.get(above.parent)
        shown = known.name if known else to_plain(name) or to_slug(slug) or _("News")
        return Named(
            key=slug,
            name=shorten(shown, LONGEST_NAME),
            slug=to_slug(slug) or to_slug(shown) or "section",
            old_path=f"{self._base}/category/{'/'.join(path)}/",
        )

    def _topics(self, post: Post, category: str) -> tuple[Named, ...]:
        """Tags, and every category that did not become the article's section."""
        section = top_category(category, self._library.categories) if category else ""
        topics: dict[str, Named] = {}
        for term in post.terms:
            slug = to_slug(term.slug) or to_slug(term.name)
            if not slug or slug in topics:
                continue
            if term.domain == "post_tag":
                name = shorten(to_plain(term.name) or slug, LONGEST_NAME)
                topics[slug] = Named(key=slug, name=name, slug=slug, old_path=f"{self._base}/tag/{term.slug}/")
            elif term.domain == "category" and term.slug not in {section, *NO_CATEGORY}:
                topics[slug] = replace(self._category(term.slug, term.name), key=slug)
        return tuple(topics.values())

    def _authors(self, post: Post) -> tuple[Named, ...]:
        together = [term.slug.removeprefix("cap-") for term in post.terms if term.domain == "author" and term.slug]
        authors: dict[str, Named] = {}
        for login in together or [post.creator]:
            writer = self._writer(login)
            if writer and writer.login not in authors:
                authors[writer.login] = Named(
                    key=writer.login,
                    name=shorten(writer.name, LONGEST_NAME),
                    slug=to_slug(writer.name),
                    old_path=f"{self._base}/author/{slugify(writer.login)}/",
                )
        return tuple(authors.values())

    def _writer(self, raw: str) -> Writer | None:
        """Return who a login belongs to; a name that would print an e-mail address is cut before the "@"."""
        known = self._library.writers.get(raw) or self._library.writers.get(self._logins.get(slugify(raw), ""))
        login = known.login if known else to_plain(raw)
        name = (known.name if known else "") or login
        name = name.partition("@")[0] if "@" in name else name
        return Writer(login=login, name=name) if name.strip() else None

    def _old_paths(self, post: Post) -> tuple[str, ...]:
        """Return every address under which the old site showed a post, the common one first."""
        paths: list[str] = []
        link = path_of(post.link) if post.link else ""
        if link.rstrip("/") not in {"", self._base}:
            paths.append(link)
            if "?" not in link:
                above = link.rstrip("/").rpartition("/")[0]
                paths += [f"{above}/{slug.strip('/')}/" for slug in post.old_slugs]
        if post.key.isdecimal():
            paths.append(f"{self._base}/?p={post.key}")
        return tuple(dict.fromkeys(paths))


def _mark(title: str, state: State) -> str:
    """Mark, as WordPress does, the headline of what was not for everyone: it is not to be published unawares."""
    if state is State.PRIVATE:
        return _("Private: %(title)s") % {"title": title}
    if state is State.PROTECTED:
        return _("Protected: %(title)s") % {"title": title}
    return title


def _digest(post: Post) -> str:
    parts = (post.title, post.content, post.excerpt, post.status, post.password)
    return sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()
