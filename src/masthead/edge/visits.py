"""A visit: the one question that every page view asks, answered without a database."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

import msgspec

from masthead.edge.counts import Counts, ReadKey, ShowingKey
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
from masthead.edge.reader import READS_COOKIE, SEED_BYTES, PassCookie, ReaderState, ReadsCookie, new_reader
from masthead.kit.sealing import Sealer
from masthead.rules.audience import Page, Placement, Reader
from masthead.rules.choosing import Chosen
from masthead.rules.counting import ReadFact, ShowingFact, hour_of
from masthead.rules.passes import AD_FREE, COMMUNITY_CONTENT, Pass
from masthead.rules.reading import MAX_READS, article_key
from masthead.rules.showings import NONCE_BYTES, Showing, article_for_showing

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
    storage: bool = True


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
        showing_sealer: Sealer,
        site_host: str,
        country_header: str,
        clock: Callable[[], float],
    ) -> None:
        self._live = live
        self._counts = counts
        self._reads_cookie = reads_cookie
        self._pass_cookie = pass_cookie
        self._showing_sealer = showing_sealer
        self._site_host = site_host
        self._country_header = country_header
        self._clock = clock
        self._decode = msgspec.json.Decoder(VisitBody).decode

    def answer(self, environ: Environ) -> Answer:
        """Count the read, choose the appeals, answer. Raises Refused for what is no visit."""
        check_origin(environ, self._site_host)
        cookies = read_cookies(environ)
        body = decode_body(self._decode, read_body(environ))
        now = self._clock()
        live = self._live.current
        bearer = self._pass_cookie.open(cookies, now)
        reading = self._read(body, cookies, live, int(now) // DAY_SECONDS)
        reader = Reader(
            reading.state.seed,
            reading.reads,
            bearer is not None,
            get_country(environ, self._country_header),
            get_device(environ),
            reading.state.caps,
            reading.state.quiet_until,
        )
        placements = tuple(_PLACEMENTS[name] for name in body.placements if name in _PLACEMENTS)
        page = Page(body.section, body.topics, body.language.lower(), placements)
        choice = live.chooser.choose(reader, page, datetime.fromtimestamp(now, UTC))
        self._count(body, live, reader, reading.is_read, choice.appeals, now)
        appeals = b",".join(
            self._word(live, body.article, placement, chosen, reader.reads, int(now))
            for placement, chosen in choice.appeals.items()
        )
        answered = _to_json(body, live, reading.reads, bearer, appeals)
        return answer_json(answered) if reading.cookie is None else answer_json(answered, reading.cookie)

    def _read(self, body: VisitBody, cookies: str, live: Live, today: int) -> _Reading:
        if not body.storage:
            stale = READS_COOKIE in cookies
            return _Reading(
                ReaderState(os.urandom(SEED_BYTES)), None, False, self._reads_cookie.remove() if stale else None
            )
        known = self._reads_cookie.open(cookies)
        state = known or new_reader()
        key = article_key(body.article)
        window = state.log.since(today - live.window_days + 1)
        log = window.read(key, today)
        reads = log.count(today, live.window_days)
        if log is state.log and known is not None:
            return _Reading(state, reads, False, None)
        state = ReaderState(state.seed, state.quiet_until, state.caps, state.told, log)
        return _Reading(state, reads, key not in window, self._reads_cookie.set(state, live.cookie_seconds))

    def _count(
        self,
        body: VisitBody,
        live: Live,
        reader: Reader,
        is_read: bool,
        appeals: Mapping[Placement, Chosen],
        now: float,
    ) -> None:
        hour = hour_of(now)
        section = body.section if body.section in live.sections else ""
        is_dedicated = reader.reads is not None and reader.reads >= live.dedicated_reads
        read: ReadKey = (hour, ReadFact.VISIT, body.article, section, is_dedicated, reader.is_member)
        showings: list[ShowingKey] = [
            (
                hour,
                ShowingFact.SHOWN,
                chosen.appeal.key,
                chosen.variant.key,
                placement,
                reader.country,
                reader.device,
            )
            for placement, chosen in appeals.items()
        ]
        self._counts.add(read, showings, is_read=is_read)

    def _word(
        self, live: Live, article: str, placement: Placement, chosen: Chosen, reads: int | None, issued_at: int
    ) -> bytes:
        appeal, variant = chosen.appeal.key, chosen.variant.key
        showing = Showing(appeal, variant, placement, article_for_showing(article), issued_at, os.urandom(NONCE_BYTES))
        count = b"" if reads is None else b"300+" if reads == MAX_READS else b"%d" % reads
        html = count.join(live.wordings[appeal, variant])
        token = self._showing_sealer.seal(showing.encode()).encode()
        return b'"%b":%b","token":"%b"}' % (placement.encode(), html, token)


def _to_json(body: VisitBody, live: Live, reads: int | None, bearer: Pass | None, appeals: bytes) -> bytes:
    benefits = () if bearer is None else bearer.benefits
    count = reads or 0
    return b'{"reads":%d,"reads_capped":%b,"dedicated":%b,"member":%b,"ads":%b,"access":"%b","appeals":{%b}}' % (
        count,
        _JSON_BOOL[count == MAX_READS],
        _JSON_BOOL[reads is not None and count >= live.dedicated_reads],
        b"null" if bearer is None else msgspec.json.encode({"name": bearer.name, "since": bearer.since}),
        _JSON_BOOL[AD_FREE not in benefits],
        b"teaser" if body.community_only and COMMUNITY_CONTENT not in benefits else b"full",
        appeals,
    )
