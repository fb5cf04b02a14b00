"""Reading an export as a stream: once to survey and validate it, once for its posts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _

from masthead.newsroom.importers.wordpress.opening import BadExport, check_looks, explain_bad_xml, open_export
from masthead.newsroom.importers.wordpress.texts import to_feed_time, to_local_time, to_time
from masthead.newsroom.importers.wordpress.values import Post, TermUse

_WXR = re.compile(r"\{https?://wordpress\.org/export/\d+\.\d+/(excerpt/)?\}")
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"


def read_elements(path: Path, *, mend: bool, at: Callable[[int], None] | None = None) -> Iterator[tuple[str, Element]]:
    """Yield the channel's children one after another, by their short name: `title`, `wp:author`, `item`, …

    Each is forgotten when the next is asked for, so a large export takes no more memory than its largest
    post. `at` is told how many bytes have been read. Raises BadExport, with the line, for whatever is no
    well-formed WXR, at the latest when the file ends: only a reading to the end proves that it is whole.
    """
    check_looks(path)
    with closing(open_export(path, mend=mend)) as file:
        try:
            yield from _elements(file, path, at)
        except ParseError as error:
            line, column = error.position
            reason = str(error).split(": line ")[0]
            raise explain_bad_xml(path, line=line, column=column, reason=reason) from error
        except DefusedXmlException as error:
            raise BadExport(
                _("%(name)s declares a document type or entities, which no WordPress export does; it was not read.")
                % {"name": path.name}
            ) from error
        except (LookupError, ValueError, OSError) as error:
            raise BadExport(_("%(name)s cannot be read: %(reason)s.") % {"name": path.name, "reason": error}) from error


def _elements(file: BinaryIO, path: Path, at: Callable[[int], None] | None) -> Iterator[tuple[str, Element]]:
    shown = {"name": path.name}
    above: list[Element] = []
    is_wxr = False
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            if not above and element.tag != "rss":
                raise BadExport(_("%(name)s is XML, but not a WordPress export (WXR).") % shown)
            above.append(element)
            continue
        above.pop()
        if len(above) != 2 or above[1].tag != "channel":
            continue
        name = short_name(element.tag)
        is_wxr = is_wxr or name == "wp:wxr_version"
        if name == "item" and not is_wxr:
            break
        yield name, element
        above[1].clear()
        if at is not None:
            at(file.tell())
    if not is_wxr:
        raise BadExport(_("%(name)s is an RSS feed, but not a WordPress export (WXR).") % shown)


def short_name(tag: str) -> str:
    """Return `wp:post_id` for a tag of WordPress, whatever the version of its namespace; others as they are."""
    found = _WXR.match(tag)
    if not found:
        return tag
    return ("excerpt:" if found.group(1) else "wp:") + tag[found.end() :]


def texts_of(element: Element) -> dict[str, str]:
    """Return the text of each child by its short name; of several with one name, the first."""
    texts: dict[str, str] = {}
    for child in element:
        texts.setdefault(short_name(child.tag), child.text or "")
    return texts


def meta_of(item: Element) -> dict[str, list[str]]:
    """Return an item's custom fields; a key may have several values."""
    meta: dict[str, list[str]] = {}
    for child in item:
        if short_name(child.tag) == "wp:postmeta":
            texts = texts_of(child)
            meta.setdefault(texts.get("wp:meta_key", ""), []).append(texts.get("wp:meta_value", ""))
    return meta


def kind_of(texts: dict[str, str]) -> str:
    """Return what an item is: `post` where it is to come in, else the kind under which it is left out."""
    post_type = texts.get("wp:post_type", "").strip() or "post"
    status = texts.get("wp:status", "").strip()
    if post_type == "post" and status in {"trash", "auto-draft", "inherit"}:
        return status
    return post_type


def key_of(texts: dict[str, str]) -> str:
    """Return what the old site calls an item: its number, else its guid or address; empty if it has none."""
    number = texts.get("wp:post_id", "").strip()
    if number.isdecimal() and int(number):
        return str(int(number))
    return texts.get("guid", "").strip() or texts.get("link", "").strip()


def read_posts(path: Path, *, mend: bool) -> Iterator[Post]:
    """Yield the posts of an export that has been surveyed, in the file's order."""
    for name, element in read_elements(path, mend=mend):
        if name == "item":
            texts = texts_of(element)
            if kind_of(texts) == "post" and key_of(texts):
                yield to_post(element, texts)


def to_post(item: Element, texts: dict[str, str]) -> Post:
    """Return the post that an item is."""
    meta = meta_of(item)
    thumbnail = meta.get("_thumbnail_id", [""])[-1].strip()
    return Post(
        key=key_of(texts),
        title=texts.get("title", ""),
        link=texts.get("link", "").strip(),
        creator=texts.get(_CREATOR, "").strip(),
        content=texts.get(_CONTENT, ""),
        excerpt=texts.get("excerpt:encoded", ""),
        status=texts.get("wp:status", "").strip() or "publish",
        slug=texts.get("wp:post_name", "").strip(),
        password=texts.get("wp:post_password", ""),
        published_at=to_time(texts.get("wp:post_date_gmt", "")) or to_feed_time(texts.get("pubDate", "")),
        local_time=to_local_time(texts.get("wp:post_date", "")),
        changed_at=to_time(texts.get("wp:post_modified_gmt", "")),
        terms=terms_of(item),
        lead_number=int(thumbnail) if thumbnail.isdecimal() else None,
        old_slugs=tuple(slug for slug in meta.get("_wp_old_slug", []) if slug.strip()),
        primary_category=meta.get("_yoast_wpseo_primary_category", [""])[-1].strip(),
    )


def terms_of(item: Element) -> tuple[TermUse, ...]:
    """Return the categories, tags and co-authors that an item names, in its order."""
    return tuple(
        TermUse(domain=child.get("domain", ""), slug=child.get("nicename", ""), name=child.text or "")
        for child in item
        if child.tag == "category"
    )
