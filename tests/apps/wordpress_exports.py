"""Small WordPress exports, made to order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

SITE = "https://old.example"

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>The Old Gazette</title>
<link>{site}</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>{site}</wp:base_site_url>
<wp:base_blog_url>{site}</wp:base_blog_url>
"""
FOOT = "</channel>\n</rss>\n"


def cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def author(login: str, name: str, email: str = "someone@old.example") -> str:
    return (
        f"<wp:author><wp:author_login>{cdata(login)}</wp:author_login><wp:author_email>{email}</wp:author_email>"
        f"<wp:author_display_name>{cdata(name)}</wp:author_display_name></wp:author>\n"
    )


def category(slug: str, name: str, parent: str = "", number: int = 1) -> str:
    return (
        f"<wp:category><wp:term_id>{number}</wp:term_id><wp:category_nicename>{slug}</wp:category_nicename>"
        f"<wp:category_parent>{parent}</wp:category_parent><wp:cat_name>{cdata(name)}</wp:cat_name></wp:category>\n"
    )


def term(domain: str, slug: str, name: str = "") -> str:
    return f'<category domain="{domain}" nicename="{slug}">{cdata(name or slug)}</category>'


def meta(key: str, value: str) -> str:
    return f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{cdata(value)}</wp:meta_value></wp:postmeta>"


def item(
    number: int | str,
    title: str = "A headline",
    content: str = "Words.",
    *,
    link: str = "",
    creator: str = "mira",
    excerpt: str = "",
    date: str = "2020-02-03 08:00:00",
    gmt: str | None = None,
    slug: str | None = None,
    status: str = "publish",
    kind: str = "post",
    password: str = "",
    parent: int = 0,
    address: str = "",
    extra: str = "",
) -> str:
    slug = f"post-{number}" if slug is None else slug
    attachment = f"<wp:attachment_url>{cdata(address)}</wp:attachment_url>" if address else ""
    return (
        f"<item><title>{cdata(title)}</title><link>{link or f'{SITE}/2020/02/{slug}/'}</link>"
        f"<dc:creator>{cdata(creator)}</dc:creator><guid>{SITE}/?p={number}</guid>"
        f"<content:encoded>{cdata(content)}</content:encoded><excerpt:encoded>{cdata(excerpt)}</excerpt:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_date>{date}</wp:post_date>"
        f"<wp:post_date_gmt>{date if gmt is None else gmt}</wp:post_date_gmt>"
        f"<wp:post_name>{slug}</wp:post_name><wp:status>{status}</wp:status><wp:post_parent>{parent}</wp:post_parent>"
        f"<wp:post_type>{kind}</wp:post_type><wp:post_password>{cdata(password)}</wp:post_password>"
        f"{attachment}{extra}</item>\n"
    )


def picture(number: int, address: str, *, parent: int = 0, alt: str = "", caption: str = "", title: str = "") -> str:
    return item(
        number,
        title or f"picture {number}",
        "",
        kind="attachment",
        status="inherit",
        parent=parent,
        address=address,
        excerpt=caption,
        extra=meta("_wp_attachment_image_alt", alt) if alt else "",
    )


def make_export(path: Path, items: Sequence[str], *, head: str = "", site: str = SITE) -> Path:
    path.write_text(HEAD.format(site=site) + head + "".join(items) + FOOT, encoding="utf-8")
    return path
