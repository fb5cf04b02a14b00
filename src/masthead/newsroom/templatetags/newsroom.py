"""Small words and shapes that the newsroom's templates ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from masthead.newsroom import addresses
from masthead.newsroom.context import get_frame
from masthead.newsroom.models import AdSlot, Author, HouseAd

register = template.Library()

_WATCH = {
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "vimeo.com": "Vimeo",
    "ted.com": "TED",
    "tiktok.com": "TikTok",
}
_LISTEN = {"soundcloud.com": "SoundCloud", "spotify.com": "Spotify", "podcasts.apple.com": "Apple Podcasts"}
IN_SHORT = 155


@register.filter
def embed_words(url: str) -> str:
    """Say what the reader will do elsewhere: "Watch on …", "Listen on …", "See on …"."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    for known, words in ((_WATCH, _("Watch on %(place)s")), (_LISTEN, _("Listen on %(place)s"))):
        for name, place in known.items():
            if host == name or host.endswith(f".{name}"):
                return words % {"place": place}
    return _("See on %(place)s") % {"place": host}


@register.filter
def web_address(url: str) -> str:
    """Return the address if it is one of the web, else nothing: no other kind becomes a link."""
    return url if urlsplit(url).scheme in {"http", "https"} else ""


@register.filter
def absolute(path: str) -> str:
    """Make a path an absolute address on the site's own host."""
    return addresses.absolute(path)


@register.filter
def ad_at(ads: dict[str, AdSlot | HouseAd], place: str) -> AdSlot | HouseAd | None:
    """Return the ad of a place."""
    return ads.get(place)


@register.filter
def is_house_ad(ad: Any) -> bool:
    """Tell a house ad from a site's own ad code."""
    return isinstance(ad, HouseAd)


@register.filter
def as_ad_code(slot: AdSlot) -> SafeString:
    """Return the site's own ad code as it is: only staff with the permission can write it."""
    return mark_safe(slot.snippet)  # noqa: S308  the one place where a site's own code goes in, inert inside a <template>


@register.filter
def in_short(text: str) -> str:
    """Return the text on one line, cut between two words to what search engines show of a description."""
    words = " ".join(text.split())
    if len(words) <= IN_SHORT:
        return words
    kept = words[:IN_SHORT]
    return kept[: kept.rfind(" ") if " " in kept else -1].rstrip(" ,;:–—-") + "…"


@register.simple_tag
def byline(authors: Iterable[Author], *, linked: bool = False) -> SafeString:
    """Join the names as the language does ("A", "A and B", "A, B and C"), each with its link if asked."""
    names = [
        format_html('<a href="{}" rel="author">{}</a>', author.get_absolute_url(), author.name)
        if linked
        else conditional_escape(author.name)
        for author in authors
    ]
    joined = "".join(names[:1])
    for name in names[1:-1]:
        joined = pgettext("names before the last two", "%(first)s, %(next)s") % {"first": joined, "next": name}
    if len(names) > 1:
        joined = pgettext("the last two names", "%(first)s and %(last)s") % {"first": joined, "last": names[-1]}
    return mark_safe(joined)  # noqa: S308  every name is escaped above, the words between are ours


class _Keep(template.Node):
    def __init__(self, nodelist: NodeList, told_apart_by: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.told_apart_by = told_apart_by

    def render(self, context: Context) -> SafeString:
        request = context.get("request")
        if request is None or getattr(request, "is_preview", False):
            return self.nodelist.render(context)
        frame = get_frame(request)
        key = (get_language(), *(value.resolve(context, ignore_failures=True) for value in self.told_apart_by))
        kept = frame.parts.get(key)
        return kept if kept is not None else frame.keep(key, self.nodelist.render(context))


@register.tag
def keep(parser: Parser, token: Token) -> _Keep:
    """Render a part once and keep it until anything changes: `{% keep "name" value … %}…{% endkeep %}`.

    The part may depend on nothing but the newsroom's rows and the values: never on who asks. A preview keeps nothing.
    """
    values = [parser.compile_filter(value) for value in token.split_contents()[1:]]
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return _Keep(nodelist, values)
