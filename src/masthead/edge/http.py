"""What edge reads from a request and how it answers, kept to what the hot path needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, TypeVar

import msgspec

from masthead.rules.errors import MastheadError

MAX_BODY_BYTES = 8192
MAX_COOKIE_CHARS = 16_384
_MAX_DIGITS = 9

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Decoded = TypeVar("Decoded")

OK = "200 OK"
NO_CONTENT = "204 No Content"
NOT_MODIFIED = "304 Not Modified"
UNAVAILABLE = "503 Service Unavailable"

_REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
    411: "Length Required",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_NO_STORE = ("Cache-Control", "no-store")
_JSON = ("Content-Type", "application/json")
_NO_SNIFFING = ("X-Content-Type-Options", "nosniff")


class Answer(NamedTuple):
    """A whole answer."""

    status: str
    headers: Headers
    body: bytes = b""


class Refused(MastheadError):
    """The request was refused."""

    code = "refused"
    headers: ClassVar[Headers] = []


class BadBody(Refused):
    """The body is not what this address takes."""

    code = "bad_body"


class LengthMissing(Refused):
    """The request has to say how long its body is."""

    code = "length_missing"
    status = 411


class BodyTooLarge(Refused):
    """The body is larger than this address takes."""

    code = "body_too_large"
    status = 413


class CookiesTooLarge(Refused):
    """The cookies are larger than 16 KiB."""

    code = "cookies_too_large"
    status = 431


class ForeignOrigin(Refused):
    """The request comes from another site."""

    code = "foreign_origin"
    status = 403


class NotHere(Refused):
    """There is nothing at this address."""

    code = "not_found"
    status = 404


class WrongMethod(Refused):
    """This address does not take this method."""

    code = "wrong_method"
    status = 405


class Broken(Refused):
    """Something went wrong here; it has been noted."""

    code = "broken"
    status = 500


def answer_json(body: bytes, *more: tuple[str, str], status: str = OK) -> Answer:
    """Answer with JSON that no cache may keep."""
    return Answer(status, [_JSON, ("Content-Length", str(len(body))), _NO_STORE, _NO_SNIFFING, *more], body)


def answer_refusal(refused: Refused) -> Answer:
    """Answer with the code and the sentence of a refusal."""
    body = msgspec.json.encode({"error": refused.code, "message": str(refused)})
    return answer_json(body, *refused.headers, status=f"{refused.status} {_REASONS[refused.status]}")


def answer_no_content(*more: tuple[str, str]) -> Answer:
    """Answer with nothing but headers."""
    return Answer(NO_CONTENT, [_NO_STORE, *more])


def check_origin(environ: Environ, site_host: str) -> None:
    """Raise ForeignOrigin where the browser says that another site sent the request."""
    fetch_site = environ.get("HTTP_SEC_FETCH_SITE")
    if fetch_site is not None and fetch_site != "same-origin":
        raise ForeignOrigin
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None:
        host = origin.partition("://")[2]
        if not host or (host != environ.get("HTTP_HOST") and host != site_host):
            raise ForeignOrigin


def read_body(environ: Environ, most: int = MAX_BODY_BYTES) -> bytes:
    """Read the body, at most `most` bytes. Raises LengthMissing, BodyTooLarge or BadBody."""
    said = environ.get("CONTENT_LENGTH") or ""
    if not said and "HTTP_TRANSFER_ENCODING" not in environ:
        raise LengthMissing
    if said and not (said.isascii() and said.isdigit()):
        raise BadBody
    if len(said) > _MAX_DIGITS or (said and int(said) > most):
        raise BodyTooLarge
    length = int(said) if said else most + 1
    try:
        body: bytes = environ["wsgi.input"].read(length)
    except OSError:
        raise BadBody from None
    if said and len(body) != length:
        raise BadBody
    if len(body) > most:
        raise BodyTooLarge
    return body


def decode_body(decode: Callable[[str], Decoded], body: bytes) -> Decoded:
    """Decode a body by a msgspec decoder. Raises BadBody, naming what is wrong."""
    try:
        return decode(body.decode())
    except msgspec.ValidationError as error:
        raise BadBody(f"The body is not what this address takes: {error}.") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BadBody("The body is not JSON.") from None


def read_cookies(environ: Environ) -> str:
    """Return the cookie header. Raises CookiesTooLarge."""
    cookies: str = environ.get("HTTP_COOKIE") or ""
    if len(cookies) > MAX_COOKIE_CHARS:
        raise CookiesTooLarge
    return cookies


def find_cookie(cookies: str, lead: str) -> str:
    """Return the first value of a cookie, or "". `lead` is its name and the equals sign."""
    at = cookies.find(lead)
    while at > 0 and cookies[at - 1] not in " ;":
        at = cookies.find(lead, at + 1)
    if at < 0:
        return ""
    end = cookies.find(";", at)
    return cookies[at + len(lead) : end if end >= 0 else None].strip(' "')


def to_environ_key(header: str) -> str:
    """Return the name under which an environ has this header, "" for ""."""
    return f"HTTP_{header.upper().replace('-', '_')}" if header else ""


def get_country(environ: Environ, header: str) -> str:
    """Return the country that a trusted proxy names in this header (as an environ key), or ""."""
    country: str = environ.get(header, "").strip().upper() if header else ""
    return country if len(country) == 2 and country.isascii() and country.isalpha() and country != "XX" else ""


def get_device(environ: Environ) -> str:
    """Return the coarse class of the device: "mobile", "tablet", "desktop", or "" where nothing is said."""
    is_mobile = environ.get("HTTP_SEC_CH_UA_MOBILE")
    if is_mobile == "?1":
        return "mobile"
    platform = environ.get("HTTP_SEC_CH_UA_PLATFORM")
    if is_mobile == "?0" and platform:
        return "tablet" if platform == '"Android"' else "desktop"
    agent: str = environ.get("HTTP_USER_AGENT", "")
    if "Mobi" in agent and "iPad" not in agent:
        return "mobile"
    if "iPad" in agent or "Android" in agent or ("Tablet" in agent and "Windows" not in agent):
        return "tablet"
    return "desktop" if agent else ""
