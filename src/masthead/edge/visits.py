"""A visit: the one question that every page view asks, answered without a database."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

import msgspec

from masthead.edge.counts import Counts, Visit
from masthead.edge.http import (
    Answer,
    Environ,
    answer_json,
    check_origin,
    decode_body,
    get_country,
    get_device,
    read_body,
    read_cookies,
)
from masthead.edge.live import Live, LiveAppeals
from masthead.edge.reader import READS_COOKIE, PassCookie, ReaderState, ReadsCookie, new_reader
from masthead.kit.sealing import TokenSigner
from masthead.rules.audience import Page, Placement, Reader
from masthead.rules.choosing import Moment
from masthead.rules.passes import AD_FREE, COMMUNITY_CONTENT, Pass
from masthead.rules.reading import MAX_READS, ReadLog, article_key
from masthead.rules.showings import NONCE_BYTES, article_for_showing, encode_showing

DAY_SECONDS = 86_400

_Word = Annotated[str, msgspec.Meta(max_length=200)]
_PLACEMENTS: Mapping[str, Placement] = {placement.value: placement for placement in Placement}
_JSON_BOOL = (b"false", b"true")


class VisitBody(msgspec.Struct, frozen=True):
    """What a page says of itself. Fields and placements not known here are ignored."""

    article: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    section: _Word = ""
    topics: Annotated[tuple[_Word, ...], msgspec.Meta(max_length=64)] = ()
    community_only: bool = False
    placements: Annotated[tuple[_Word, ...], msgspec.Meta(max_length=16)] = ()
    language: Annotated[str, msgspec.Meta(max_length=35)] = ""
    storage: bool | msgspec.UnsetType = msgspec.UNSET


class _Reading(NamedTuple):
    """A reader with this page view counted in. `cookie` is the header to set, if anything changed."""

    state: ReaderState
    reads: int | None
    is_read: bool
    cookie: tuple[str, str] | None


class Visits:
    """Answers `POST /_masthead/visit`."""

    def __init__(
        self,
        *,
        live: LiveAppeals,
        counts: Counts,
        reads_cookie: ReadsCookie,
        pass_cookie: PassCookie,
        showing_signer: TokenSigner,
        site_host: str,
        country_header: str,
        clock: Callable[[], float],
    ) -> None:
        self._live = live
        self._counts = counts
        self._reads_cookie = reads_cookie
        self._pass_cookie = pass_cookie
        self._showing_signer = showing_signer
        self._site_host = site_host
        self._country_header = country_header
        self._clock = clock
        self._moment = Moment.at(datetime.fromtimestamp(0, UTC))
        self._decode = msgspec.json.Decoder(VisitBody).decode

    def answer(self, environ: Environ) -> Answer:
        """Count the read, choose the appeals, answer. Raises Refused for what is no visit."""
        check_origin(environ, self._site_host)
        cookies = read_cookies(environ)
        body = decode_body(self._decode, read_body(environ))
        now = self._clock()
        live, moment = self._live.current, self._tell_moment(now)
        bearer = self._pass_cookie.open(cookies, now)
        is_member = bearer is not None and bearer.is_member
        article, section = body.article, body.section
        agrees = not live.needs_consent if body.storage is msgspec.UNSET else body.storage
        stores = agrees and environ.get("HTTP_SEC_GPC") != "1"
        state, reads, is_read, cookie = self._read(article, cookies, live, moment.day, stores=stores)
        country, device = get_country(environ, self._country_header), get_device(environ)
        quiet_until = state.quiet_until if bearer is None else max(state.quiet_until, bearer.quiet_until)
        reader = Reader(state.seed, reads, is_member, country, device, state.caps, quiet_until)
        placements = tuple([_PLACEMENTS[name] for name in body.placements if name in _PLACEMENTS])
        page = Page(section, body.topics, body.language.lower(), placements)
        chosen = live.chooser.pick(reader, page, moment)
        shown = tuple([(appeal.key, variant.key, placement) for placement, (appeal, variant) in chosen.items()])
        is_dedicated = reads is not None and reads >= live.dedicated_reads
        self._counts.add(
            Visit(
                moment.hour,
                article,
                section if section in live.sections else "",
                is_dedicated,
                is_member,
                is_read,
                country,
                device,
                shown,
            )
        )
        appeals = self._word(live, shown, article, reads, int(now)) if shown else b""
        answered = _to_json(body, is_dedicated, reads, bearer, appeals)
        return answer_json(answered) if cookie is None else answer_json(answered, cookie)

    def _tell_moment(self, now: float) -> Moment:
        """Work out the moment once a second."""
        moment = self._moment
        if not 0 <= now - moment.seconds < 1:
            moment = self._moment = Moment.at(datetime.fromtimestamp(int(now), UTC))
        return moment

    def _read(self, article: str, cookies: str, live: Live, today: int, *, stores: bool) -> _Reading:
        if not stores:
            stale = READS_COOKIE in cookies
            return _Reading(new_reader()[0], None, False, self._reads_cookie.remove() if stale else None)
        carried = self._reads_cookie.open(cookies)
        state, before = carried or new_reader()
        log, reads, is_read = ReadLog.read_encoded(before, article_key(article), today, live.window_days)
        if log is before and carried is not None:
            return _Reading(state, reads, False, None)
        return _Reading(state, reads, is_read, self._reads_cookie.set(state, log, live.cookie_seconds))

    def _word(
        self, live: Live, shown: tuple[tuple[str, str, str], ...], article: str, reads: int | None, issued_at: int
    ) -> bytes:
        count = b"" if reads is None else b"300+" if reads == MAX_READS else b"%d" % reads
        name = article_for_showing(article)
        worded = []
        for one in shown:
            parts, lead = live.wordings[one]
            token = self._showing_signer.sign(encode_showing(lead, name, issued_at, os.urandom(NONCE_BYTES)))
            worded.append(b'%b","token":"%b"}' % (count.join(parts), token.encode()))
        return b",".join(worded)


def _to_json(body: VisitBody, is_dedicated: bool, reads: int | None, bearer: Pass | None, appeals: bytes) -> bytes:
    benefits = () if bearer is None else bearer.benefits
    count = reads or 0
    return b'{"reads":%d,"reads_capped":%b,"dedicated":%b,"member":%b,"ads":%b,"access":"%b","appeals":{%b}}' % (
        count,
        _JSON_BOOL[count == MAX_READS],
        _JSON_BOOL[is_dedicated],
        b"null"
        if bearer is None or not bearer.is_member
        else msgspec.json.encode({"name": bearer.name, "since": bearer.since}),
        _JSON_BOOL[AD_FREE not in benefits],
        b"teaser" if body.community_only and COMMUNITY_CONTENT not in benefits else b"full",
        appeals,
    )
