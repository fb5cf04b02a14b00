"""What stands elsewhere on the web: which frames and addresses become a link card, and which pictures are real."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from masthead.newsroom.importers.wordpress.markup import Node
from masthead.newsroom.importers.wordpress.texts import to_web_address
from masthead.newsroom.importers.wordpress.values import Attachment, Library

_KNOWN_HOSTS = (
    "youtube.com youtu.be youtube-nocookie.com vimeo.com twitter.com x.com instagram.com facebook.com fb.watch"
    " tiktok.com soundcloud.com spotify.com open.spotify.com flickr.com flic.kr dailymotion.com dai.ly ted.com"
    " wordpress.tv videopress.com slideshare.net scribd.com reddit.com tumblr.com bsky.app threads.net"
    " mixcloud.com kickstarter.com issuu.com imgur.com giphy.com datawrapper.dwcdn.net flourish.studio"
    " podcasts.apple.com anchor.fm archive.org documentcloud.org"
)
_HOSTS = frozenset(_KNOWN_HOSTS.split())
_SIZED = re.compile(r"-\d{1,5}x\d{1,5}(?=\.\w{2,5}\Z)")
_FRAME_OF_VIDEO = re.compile(r"^/(?:embed|v|e|shorts|live)/([\w-]{6,20})")


def is_known_place(address: str) -> bool:
    """Whether WordPress would have shown this address, alone on its line, as what it leads to."""
    host = (urlsplit(address).hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    path = urlsplit(address).path.strip("/")
    return bool(path) and any(host == known or host.endswith(f".{known}") for known in _HOSTS)


def frame_to_address(source: str, base: str) -> str:
    """Return the address a reader would open for what a frame shows; empty for frames of unknown places."""
    address = to_web_address(source, base)
    if not address:
        return ""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    if host in {"youtube.com", "youtube-nocookie.com"} and (video := _FRAME_OF_VIDEO.match(parts.path)):
        if video.group(1) == "videoseries":
            playlist = parse_qs(parts.query).get("list", [""])[0]
            return f"https://www.youtube.com/playlist?list={playlist}" if re.fullmatch(r"[\w-]+", playlist) else ""
        return f"https://www.youtube.com/watch?v={video.group(1)}"
    if host == "player.vimeo.com" and (video := re.match(r"/video/(\d+)", parts.path)):
        return f"https://vimeo.com/{video.group(1)}"
    if host == "facebook.com" and parts.path.startswith("/plugins/"):
        return to_web_address(parse_qs(parts.query).get("href", [""])[0], base)
    if host == "w.soundcloud.com":
        return to_web_address(parse_qs(parts.query).get("url", [""])[0], base)
    if host == "open.spotify.com":
        return address.replace("/embed/", "/", 1)
    return address if is_known_place(address) else ""


def picture_source(image: Node, base: str) -> tuple[str, int | None]:
    """Return where a picture lies and its number in the media library; lazy loaders' stand-ins are seen through."""
    number = re.search(r"\bwp-image-(\d{1,12})\b", image.get("class"))
    raw_number = number.group(1) if number else image.get("data-id")
    for name in ("data-orig-file", "data-lazy-src", "data-src", "src"):
        if address := to_web_address(image.get(name), base) if image.get(name) else "":
            return address, int(raw_number) if raw_number.isdecimal() else None
    return "", int(raw_number) if raw_number.isdecimal() else None


def is_invisible(image: Node) -> bool:
    """Whether a picture is a counting pixel or a spacer."""
    return any(image.get(side).strip() in {"0", "1"} for side in ("width", "height"))


class MediaLibrary:
    """The old site's media library, searched by number and by address."""

    def __init__(self, library: Library) -> None:
        self._base = library.address
        self._attachments = library.attachments
        self._numbers = {_bare(item.address): number for number, item in library.attachments.items()}

    def get(self, number: int | None) -> Attachment | None:
        """Return the file of a number, if the export holds it."""
        return self._attachments.get(number) if number else None

    def find(self, image: Node) -> tuple[str, Attachment | None]:
        """Return the address of a picture and what the library says of it.

        Where the text shows a smaller copy, the address is the original's. A number that belongs to another
        picture is not believed.
        """
        address, number = picture_source(image, self._base)
        known = self.get(number) if not address else self._find_by_address(address)
        return (known.address, known) if known else (address, None)

    def _find_by_address(self, address: str) -> Attachment | None:
        shown = _bare(address)
        original = _SIZED.sub("", shown)
        stem, dot, ending = original.rpartition(".")
        for candidate in (shown, original, f"{stem}-scaled{dot}{ending}"):
            if known := self.get(self._numbers.get(candidate)):
                return known
        return None


def _bare(address: str) -> str:
    """Return an address without scheme, query and fragment."""
    return address.partition("://")[2].partition("?")[0].partition("#")[0]
