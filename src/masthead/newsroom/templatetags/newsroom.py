"""Small words and shapes that the newsroom's templates ask for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from masthead.newsroom import addresses
from masthead.newsroom.models import AdSlot, HouseAd

register = template.Library()

_WATCH = {
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "vimeo.com": "Vimeo",
    "ted.com": "TED",
    "tiktok.com": "TikTok",
}
_LISTEN = {"soundcloud.com": "SoundCloud", "spotify.com": "Spotify", "podcasts.apple.com": "Apple Podcasts"}


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
