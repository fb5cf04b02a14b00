"""What a reader's browser carries for us, shown to that reader and forgotten when they say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from masthead.edge.http import Answer, Environ, answer_json, check_origin, read_cookies
from masthead.edge.live import LiveAppeals
from masthead.edge.reader import ReadsCookie
from masthead.rules.reading import ReadLog

_EPOCH = date(1970, 1, 1)
_SEE_OTHER = "303 See Other"


class DayOfReads(msgspec.Struct, frozen=True):
    """How many articles were first read, or read again, on a day."""

    day: str
    reads: int


class RememberedReads(msgspec.Struct, frozen=True):
    """Everything in the cookie that a person could mean by "what do you know of me"; there are no titles in it."""

    remembered: bool
    reads: int
    window_days: int
    days: list[DayOfReads]
    quiet_until: str | None
    appeals_seen: int


class Remembered:
    """Answers `GET /_masthead/reads` and `POST /_masthead/reads/forget`."""

    def __init__(
        self, *, live: LiveAppeals, reads_cookie: ReadsCookie, site_host: str, clock: Callable[[], float]
    ) -> None:
        self._live = live
        self._reads_cookie = reads_cookie
        self._site_host = site_host
        self._clock = clock

    def show(self, environ: Environ) -> Answer:
        """Tell the reader what their own browser carries."""
        check_origin(environ, self._site_host)
        window_days = self._live.current.window_days
        carried = self._reads_cookie.open(read_cookies(environ))
        if carried is None:
            return answer_json(msgspec.json.encode(RememberedReads(False, 0, window_days, [], None, 0)))
        today = (datetime.fromtimestamp(self._clock(), UTC).date() - _EPOCH).days
        state, encoded = carried
        log = ReadLog.from_sealed(encoded).since(today - window_days + 1)
        days = Counter(log.days_by_key().values())
        return answer_json(
            msgspec.json.encode(
                RememberedReads(
                    remembered=True,
                    reads=log.count(today, window_days),
                    window_days=window_days,
                    days=[DayOfReads(_say(day), days[day]) for day in sorted(days, reverse=True)],
                    quiet_until=_say(state.quiet_until) if state.quiet_until > today else None,
                    appeals_seen=sum(1 for _ in state.caps),
                )
            )
        )

    def forget(self, environ: Environ) -> Answer:
        """Take the cookie away and lead back to the page that asked."""
        check_origin(environ, self._site_host)
        back = _find_path(environ.get("HTTP_REFERER", ""), {environ.get("HTTP_HOST", ""), self._site_host})
        headers = [("Location", back), ("Content-Length", "0"), ("Cache-Control", "no-store")]
        return Answer(_SEE_OTHER, [*headers, self._reads_cookie.remove()])


def _find_path(referer: str, hosts: set[str]) -> str:
    """Return the path of the page that a form was sent from, if that is on one of our hosts; else the front page."""
    try:
        came_from = urlsplit(referer)
    except ValueError:
        return "/"
    path = came_from.path
    is_ours = (
        came_from.netloc in hosts and path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii()
    )
    return path if is_ours else "/"


def _say(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()
