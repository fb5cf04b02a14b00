"""A paper with many appeals, and readers with long histories: what the servers are asked about."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Mapping

import msgspec

from masthead.edge.reader import ReaderState, ReadsCookie
from masthead.kit.sealing import Sealer, TokenSigner
from masthead.rules.audience import Condition, Placement
from masthead.rules.choosing import Appeal, Snapshot, Variant
from masthead.rules.reading import ReadLog, article_key
from masthead.rules.showings import Caps, Showing, appeal_mark

SITE = "http://paper.test"
SECRET = "the secret of a paper that is only measured"  # noqa: S105  nobody's
SECTIONS = ("politics", "sport", "culture", "economy")
DAY = 86_400
_NO_CAPS = Caps()
_cookie = ReadsCookie(Sealer([SECRET], purpose="read-log", site=SITE), secure=True)
HTML = (
    "<p>You have read {reads} articles of ours in the past month. Every one was free, because readers paid for it.</p>"
)


def make_snapshot(appeals: int) -> bytes:
    """Return a snapshot with so many appeals, in JSON, the same at each call.

    Audiences are like those of newsrooms: from some number of reads on, a third in one section, a quarter in one
    country, a fifth on telephones. All stand at the end of the article, two variants each.
    """
    chance = random.Random(7)
    made = []
    for number in range(appeals):
        audience = [Condition("reads_at_least", (chance.choice((5, 10, 20, 40)),))]
        if number % 3 == 1:
            audience.append(Condition("section_in", (chance.choice(SECTIONS),)))
        if number % 4 == 1:
            audience.append(Condition("country_in", (chance.choice(("US", "DE", "IL")),)))
        if number % 5 == 1:
            audience.append(Condition("device_in", ("mobile",)))
        made.append(_make_appeal(f"appeal-{number}", tuple(audience)))
    snapshot = Snapshot(
        version=str(appeals), dedicated_reads=5, window_days=30, appeals=tuple(made), sections=SECTIONS, topics=()
    )
    return msgspec.json.encode(snapshot)


def make_cookie(*, reads: int, capped: int = 0) -> str:
    """Return the cookie of a reader with so many reads, who is over the caps of the first `capped` appeals."""
    today = int(time.time()) // DAY
    days = {f"old {number}": today - 25 + number * 25 // max(reads, 1) for number in range(reads)}
    caps = Caps()
    for number in range(capped):
        for _ in range(3):
            caps = caps.shown(appeal_mark(f"appeal-{number}"), today, 30)
    return make_cookie_of(days, caps)


def make_cookie_of(days: Mapping[str, int], caps: Caps = _NO_CAPS) -> str:
    """Return the cookie of a reader who opened these articles on these days."""
    log = ReadLog()
    for article, day in days.items():
        log = log.read(article_key(article), day)
    state = ReaderState(b"8 bytes.", caps=caps)
    return _cookie.set(state, log.encode(), DAY)[1].partition(";")[0]


def make_visits(cookie: str, *, path: str = "/_masthead/visit", articles: int = 400) -> list[bytes]:
    """Return whole requests as a browser sends them, one for each article."""
    return [
        _make_request(
            path,
            cookie,
            {
                "article": f"7f3a-{number}",
                "section": SECTIONS[number % 4],
                "topics": ["elections", "budget"],
                "placements": [Placement.END_OF_ARTICLE.value],
                "language": "en",
            },
        )
        for number in range(articles)
    ]


def make_pages(path: str) -> list[bytes]:
    """Return the request for a page, as a browser without cookies sends it."""
    return [f"GET {path} HTTP/1.1\r\nHost: paper.test\r\nAccept: text/html\r\n\r\n".encode()]


def make_beacons(number: int) -> list[bytes]:
    """Return beacons of showings, each of another one, from readers with 10 reads."""
    cookie, now = make_cookie(reads=10), int(time.time())
    signer = TokenSigner([SECRET], purpose="showing", site=SITE)
    return [
        _make_request(
            "/_masthead/beacon",
            cookie,
            {
                "token": signer.sign(
                    Showing(
                        f"appeal-{at % 100}", "ab"[at % 2], "end-of-article", f"7f3a-{at % 400}", now, os.urandom(8)
                    ).encode()
                ),
                "what": "seen",
            },
        )
        for at in range(number)
    ]


def _make_request(path: str, cookie: str, body: object) -> bytes:
    data = msgspec.json.encode(body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: paper.test\r\nOrigin: {SITE}\r\nSec-Fetch-Site: same-origin\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0\r\n"
        "Accept: */*\r\nAccept-Language: en-US,en;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\n"
        f"Referer: {SITE}/politics/a-story/\r\nCookie: _visitor=1.2.3; {cookie}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def _make_appeal(key: str, audience: tuple[Condition, ...]) -> Appeal:
    return Appeal(
        key=key,
        name=key,
        placements=(Placement.END_OF_ARTICLE,),
        audience=audience,
        starts_at=None,
        ends_at=None,
        cap_showings=3,
        cap_days=30,
        closed_days=7,
        not_now_days=60,
        variants=(Variant(key="a", weight=1, html=HTML), Variant(key="b", weight=1, html=HTML)),
    )
