"""What markup may reach a reader's page in an appeal: an allow-list, applied at saving and again at publishing."""

from __future__ import annotations

import nh3
from django.conf import settings

_LINK_SCHEMES = {"http", "https", "mailto"}
_COPY_TAGS = {"p", "br", "b", "strong", "i", "em", "a"}
_SAVED_ATTRIBUTES = {"a": {"href", "linktype", "id"}}
_PUBLISHED_TAGS = _COPY_TAGS | {"section", "div", "footer", "h2", "img", "button"}
_PUBLISHED_ATTRIBUTES = {
    "*": {"class", "lang", "dir", "aria-label", "data-masthead-action"},
    "section": {"aria-labelledby"},
    "h2": {"id"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "button": {"type"},
}
_ACTIONS = {"join", "close", "not-now"}


def _keep_link(_tag: str, name: str, value: str) -> str | None:
    if name == "linktype":
        return value if value == "page" else None
    if name == "id":
        return value if value.isdecimal() else None
    return value


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return " ".join(word for word in value.split() if word.startswith("mh-")) or None
    if name in ("id", "aria-labelledby"):
        return value if value.startswith("mh-appeal-") else None
    if name == "data-masthead-action":
        return value if value in _ACTIONS else None
    if tag == "img" and name == "src":
        return value if _is_own_picture(value) else None
    if tag == "button" and name == "type":
        return "button"
    return value


def _is_own_picture(src: str) -> bool:
    own: str = settings.MEDIA_URL
    return src.startswith(own) and (own.startswith("//") or not src.startswith("//"))


_SAVED = nh3.Cleaner(
    tags=_COPY_TAGS,
    attributes=_SAVED_ATTRIBUTES,
    attribute_filter=_keep_link,
    url_schemes=_LINK_SCHEMES,
    link_rel=None,
)
_PUBLISHED = nh3.Cleaner(
    tags=_PUBLISHED_TAGS,
    attributes=_PUBLISHED_ATTRIBUTES,
    attribute_filter=_keep_attribute,
    url_schemes=_LINK_SCHEMES,
    link_rel=None,
)


def clean_copy(html: str) -> str:
    """Keep paragraphs, bold, italic and links of an editor's rich text; drop all else.

    Links to pages of the site keep the form in which the console stores them. Safe to repeat.
    """
    return _SAVED.clean(html)


def clean_markup(html: str) -> str:
    """Keep of an appeal's finished markup what its own template makes; drop all else.

    No script, style or handler survives, no class but `mh-…`, and no picture from elsewhere than the
    site's own media. Safe to repeat.
    """
    return _PUBLISHED.clean(html)
