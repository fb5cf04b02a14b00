"""The first reading: is the file whole, and what does it hold that posts refer to?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from masthead.newsroom.importers.wordpress import reading
from masthead.newsroom.importers.wordpress.opening import BadExport
from masthead.newsroom.importers.wordpress.texts import path_of, site_name, to_plain, to_web_address
from masthead.newsroom.importers.wordpress.values import Attachment, Library, Term, TermUse, Writer

# What WordPress calls the category of a post that has none.
NO_CATEGORY = frozenset({"", "uncategorized"})


def survey(path: Path, *, mend: bool = False, at: Callable[[int], None] | None = None) -> Library:
    """Read the whole export once and return what it holds.

    Raises BadExport for a file that is no whole, well-formed WXR; nothing has been changed then.
    """
    notes = _Notes()
    for name, element in reading.read_elements(path, mend=mend, at=at):
        notes.take(name, element)
    if not notes.address:
        raise BadExport(_("%(name)s does not say which site it comes from.") % {"name": path.name})
    return notes.to_library()


class _Notes:
    """What the survey has written down so far."""

    def __init__(self) -> None:
        self.address = ""
        self.writers: dict[str, Writer] = {}
        self.categories: dict[str, Term] = {}
        self.attachments: dict[int, Attachment] = {}
        self.attachments_of: dict[str, list[int]] = {}
        self.reusable: dict[int, str] = {}
        self.paths: set[str] = set()
        self.keys: set[str] = set()
        self.left_out: Counter[str] = Counter()
        self.sections: Counter[str] = Counter()
        self.posts = 0
        self.comments = 0

    def take(self, name: str, element: Element) -> None:
        match name:
            case "link" if not self.address:
                self.address = to_web_address(element.text or "", "")
            case "wp:base_blog_url":
                self.address = to_web_address(element.text or "", "") or self.address
            case "wp:author":
                self._take_writer(reading.texts_of(element))
            case "wp:category":
                self._take_category(reading.texts_of(element))
            case "item":
                self._take_item(element)

    def _take_writer(self, texts: dict[str, str]) -> None:
        login = texts.get("wp:author_login", "").strip()
        parts = (texts.get("wp:author_first_name", ""), texts.get("wp:author_last_name", ""))
        name = to_plain(texts.get("wp:author_display_name", "")) or to_plain(" ".join(parts))
        if login:
            self.writers[login] = Writer(login=login, name=name)

    def _take_category(self, texts: dict[str, str]) -> None:
        slug = texts.get("wp:category_nicename", "").strip()
        if slug:
            self.categories[slug] = Term(
                slug=slug,
                name=to_plain(texts.get("wp:cat_name", "")) or slug,
                number=texts.get("wp:term_id", "").strip(),
                parent=texts.get("wp:category_parent", "").strip(),
            )

    def _take_item(self, item: Element) -> None:
        texts = reading.texts_of(item)
        kind, key = reading.kind_of(texts), reading.key_of(texts)
        self.comments += sum(reading.short_name(child.tag) == "wp:comment" for child in item)
        if kind != "post":
            self.left_out[kind] += 1
            self._take_helper(kind, key, texts, item)
        elif not key or key in self.keys:
            self.left_out["unnamed" if not key else "repeated"] += 1
        else:
            self.keys.add(key)
            self.posts += 1
            self.paths.add(path_of(texts.get("link", "")).rstrip("/"))
            if texts.get("wp:status", "") == "publish" and not texts.get("wp:post_password"):
                self._count_section(item)

    def _take_helper(self, kind: str, key: str, texts: dict[str, str], item: Element) -> None:
        """Keep what posts refer to: files of the media library, reusable blocks, guest authors."""
        if kind == "attachment":
            self._take_attachment(key, texts, item)
        elif kind == "wp_block" and key.isdecimal():
            self.reusable[int(key)] = texts.get("{http://purl.org/rss/1.0/modules/content/}encoded", "")
        elif kind == "guest-author":
            meta = reading.meta_of(item)
            login = meta.get("cap-user_login", [""])[0].strip() or texts.get("wp:post_name", "").removeprefix("cap-")
            name = to_plain(meta.get("cap-display_name", [""])[0]) or to_plain(texts.get("title", ""))
            if login and name:
                self.writers.setdefault(login, Writer(login=login, name=name))

    def _take_attachment(self, key: str, texts: dict[str, str], item: Element) -> None:
        address = to_web_address(texts.get("wp:attachment_url", "") or texts.get("guid", ""), self.address)
        if not address or not key.isdecimal():
            return
        self.attachments[int(key)] = Attachment(
            number=int(key),
            address=address,
            title=to_plain(texts.get("title", ""), limit=200),
            alt=to_plain(reading.meta_of(item).get("_wp_attachment_image_alt", [""])[0], limit=250),
            caption=to_plain(texts.get("excerpt:encoded", ""), limit=400),
        )
        self.attachments_of.setdefault(texts.get("wp:post_parent", "0").strip(), []).append(int(key))

    def _count_section(self, item: Element) -> None:
        names = [term for term in reading.terms_of(item) if term.domain == "category"]
        primary = reading.meta_of(item).get("_yoast_wpseo_primary_category", [""])[-1].strip()
        slug = choose_category(names, primary=primary, categories=self.categories)
        self.sections["" if slug in NO_CATEGORY else top_category(slug, self.categories)] += 1

    def to_library(self) -> Library:
        return Library(
            source=site_name(self.address),
            address=self.address,
            posts=self.posts,
            comments=self.comments,
            writers=self.writers,
            categories=self.categories,
            attachments=self.attachments,
            attachments_of={parent: tuple(numbers) for parent, numbers in self.attachments_of.items()},
            reusable=self.reusable,
            paths=frozenset(self.paths - {""}),
            sections=tuple(slug for slug, _count in self.sections.most_common()),
            left_out=dict(self.left_out),
        )


def choose_category(uses: list[TermUse], *, primary: str, categories: Mapping[str, Term]) -> str:
    """Return the slug of the category that decides a post's section: the editor's primary one, else the first.

    "Uncategorized" decides only where there is no other. Empty where the post has no category.
    """
    slugs = [use.slug for use in uses if use.slug]
    if primary:
        for slug in slugs:
            if slug in categories and categories[slug].number == primary:
                return slug
    named = [slug for slug in slugs if slug not in NO_CATEGORY]
    return (named or slugs or [""])[0]


def top_category(slug: str, categories: Mapping[str, Term]) -> str:
    """Return the highest category above this one, or itself; a ring of parents ends where it closes."""
    seen = {slug}
    while (term := categories.get(slug)) and term.parent and term.parent not in seen:
        slug = term.parent
        seen.add(slug)
    return slug
