"""Beacons: what a browser tells of a showing, counted once and answered when it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

import msgspec

from masthead.edge.counts import Counts
from masthead.edge.http import (
    Answer,
    Environ,
    Headers,
    Refused,
    answer_no_content,
    check_origin,
    decode_body,
    get_country,
    get_device,
    read_body,
    read_cookies,
)
from masthead.edge.live import DEFAULT_REST_DAYS, Live, LiveAppeals
from masthead.edge.reader import ReaderState, ReadsCookie
from masthead.edge.visits import DAY_SECONDS
from masthead.kit.sealing import TokenSigner
from masthead.rules.counting import ShowingFact, hour_of
from masthead.rules.reading import MAX_DAY
from masthead.rules.showings import BadShowing, Showing, appeal_mark

TOKEN_SECONDS = 2 * DAY_SECONDS
CLOCK_LEEWAY_SECONDS = 60
RETRY_SECONDS = 5


class ForeignToken(Refused):
    """This token was not given out here."""

    code = "foreign_token"
    status = 403


class StaleToken(Refused):
    """This token is from too long ago."""

    code = "stale_token"
    status = 410


class CountsDelayed(Refused):
    """Nothing can be counted just now; please try again."""

    code = "counts_delayed"
    status = 503
    retriable = True
    headers: ClassVar[Headers] = [("Retry-After", str(RETRY_SECONDS))]


class BeaconBody(msgspec.Struct, frozen=True):
    """What a browser tells. Unknown fields are ignored."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
    what: Literal["seen", "clicked", "dismissed", "declined"]


class Beacons:
    """Answers `POST /_masthead/beacon`."""

    def __init__(
        self,
        *,
        live: LiveAppeals,
        counts: Counts,
        reads_cookie: ReadsCookie,
        showing_signer: TokenSigner,
        site_host: str,
        country_header: str,
        clock: Callable[[], float],
    ) -> None:
        self._live = live
        self._counts = counts
        self._reads_cookie = reads_cookie
        self._showing_signer = showing_signer
        self._site_host = site_host
        self._country_header = country_header
        self._clock = clock
        self._decode = msgspec.json.Decoder(BeaconBody).decode

    def answer(self, environ: Environ) -> Answer:
        """Count what is told, once, and let the reader's cookie remember it. Raises Refused for what is no beacon.

        A click leaves the cookie alone: the page is going away, and its answer would race the next page's visit.
        """
        check_origin(environ, self._site_host)
        cookies = read_cookies(environ)
        body = decode_body(self._decode, read_body(environ))
        now = self._clock()
        what, showing = ShowingFact(body.what), self._open(body.token, now)
        carried = self._reads_cookie.open(cookies)
        if carried is not None and carried[0].has_told(showing.nonce, what):
            return answer_no_content()
        key = (
            hour_of(now),
            what,
            showing.appeal,
            showing.variant,
            showing.placement,
            get_country(environ, self._country_header),
            get_device(environ),
        )
        if not self._counts.add_beacon(showing.nonce + what.encode(), key):
            raise CountsDelayed
        if carried is None or what is ShowingFact.CLICKED:
            return answer_no_content()
        (state, log), live = carried, self._live.current
        state = _remember(state, live, showing, what, int(now) // DAY_SECONDS)
        return answer_no_content(self._reads_cookie.set(state, log, live.cookie_seconds))

    def _open(self, token: str, now: float) -> Showing:
        data = self._showing_signer.verify(token)
        if data is None:
            raise ForeignToken
        try:
            showing = Showing.decode(data)
        except BadShowing:
            raise ForeignToken from None
        if not -CLOCK_LEEWAY_SECONDS <= now - showing.issued_at < TOKEN_SECONDS:
            raise StaleToken
        return showing


def _remember(state: ReaderState, live: Live, showing: Showing, what: ShowingFact, today: int) -> ReaderState:
    """Keep what the reader saw, closed or declined; an appeal that is gone meanwhile rests for a month."""
    appeal = live.chooser.by_key.get(showing.appeal)
    mark = appeal_mark(showing.appeal)
    state = state.with_told(showing.nonce, what)
    if what is ShowingFact.SEEN:
        cap_days = appeal.cap_days if appeal else DEFAULT_REST_DAYS
        return state._replace(caps=state.caps.shown(mark, today, cap_days))
    if what is ShowingFact.DISMISSED:
        closed_days = appeal.closed_days if appeal else DEFAULT_REST_DAYS
        return state._replace(caps=state.caps.quieted(mark, today + closed_days))
    not_now_days = appeal.not_now_days if appeal else DEFAULT_REST_DAYS
    return state._replace(quiet_until=min(max(state.quiet_until, today + not_now_days), MAX_DAY))
