"""A paper of a few appeals with edge in front, and browsers that keep its cookies."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any

import msgspec

from masthead.edge.app import Edge
from masthead.rules.audience import Condition, Placement
from masthead.rules.choosing import Appeal, Snapshot, Variant
from masthead.rules.counting import CountBatch

SITE = "http://paper.test"
SECRET = "the paper's own secret"
NOON = 1_773_057_600.0  # 2026-03-09 12:00 UTC
DAY = 86_400


def make_appeal(key: str, placement: Placement = Placement.END_OF_ARTICLE, **changes: object) -> Appeal:
    plain = Appeal(
        key=key,
        name=key.title(),
        placements=(placement,),
        audience=(),
        starts_at=None,
        ends_at=None,
        cap_showings=3,
        cap_days=30,
        closed_days=7,
        not_now_days=60,
        variants=(Variant(key="a", weight=1, html="<p>Thank you.</p>"),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


DEDICATED = make_appeal(
    "dedicated",
    audience=(Condition("reads_at_least", (5,)),),
    variants=(Variant(key="a", weight=1, html='<p class="x">You read {reads} articles. {reads}!</p>'),),
)
EVERYBODY = make_appeal("everybody", Placement.BANNER)


def make_snapshot(*appeals: Appeal, version: str = "1", **changes: object) -> Snapshot:
    plain = Snapshot(
        version=version,
        dedicated_reads=5,
        window_days=30,
        appeals=appeals,
        sections=("politics", "sport"),
        topics=("elections",),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@dataclass
class Sink:
    """Keeps every batch once, by its id, as a sink has to; `fault` is what writing raises, before or after."""

    batches: dict[str, CountBatch] = field(default_factory=dict)
    attempts: list[str] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    fault: Exception | None = None
    is_lost_after_writing: bool = False
    before_writing: Callable[[], None] = lambda: None

    def write(self, batch: CountBatch) -> None:
        self.before_writing()
        batch = self._claim(batch)
        self.attempts.append(batch.id)
        if self.fault is not None and not self.is_lost_after_writing:
            raise self.fault
        assert self.batches.setdefault(batch.id, batch) == batch, "a batch changed under its id"
        if self.fault is not None:
            raise self.fault

    def _claim(self, batch: CountBatch) -> CountBatch:
        """Turn what was told into sums, each mark once for all batches."""
        if self.fault is not None and not self.is_lost_after_writing:
            return batch
        sums = Counter(batch.showings)
        for mark, count in batch.told.items():
            if self.told.setdefault(mark, batch.id) == batch.id:
                sums[count] += 1
        return replace(batch, showings=sums, told={})

    def showings(self) -> Counter[tuple[str, str]]:
        """What was counted of each appeal."""
        return Counter(
            {
                (what, appeal): sum(
                    count
                    for batch in self.batches.values()
                    for key, count in batch.showings.items()
                    if (key.what, key.appeal) == (what, appeal)
                )
                for batch in self.batches.values()
                for what, appeal in {(key.what.value, key.appeal) for key in batch.showings}
            }
        )

    def reads(self, what: str) -> int:
        return sum(count for batch in self.batches.values() for key, count in batch.reads.items() if key.what == what)


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Paper:
    """Edge, its clock, its sink and what its source of appeals gives."""

    def __init__(self, snapshot: Snapshot | None = None, **settings: Any) -> None:
        self.now = NOON
        self.sink = Sink()
        self.snapshot: bytes | Exception | None = msgspec.json.encode(snapshot or make_snapshot(DEDICATED, EVERYBODY))
        self.asked: list[str] = []
        fields: dict[str, Any] = {
            "fallback": None,
            "snapshots": self._give,
            "counts": self.sink,
            "secrets": [SECRET],
            "site": SITE,
            "secure": False,
            "clock": lambda: self.now,
            "patience_seconds": 0.3,
            **settings,
        }
        self.edge = Edge(**fields)
        self.edge.live.refresh()

    def _give(self, version: str) -> bytes | None:
        self.asked.append(version)
        if isinstance(self.snapshot, Exception):
            raise self.snapshot
        return self.snapshot

    def publish(self, snapshot: Snapshot) -> None:
        self.snapshot = msgspec.json.encode(snapshot)
        self.edge.live.refresh()

    def ask(self, method: str, path: str, body: bytes = b"", **environ: Any) -> Answer:
        whole = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "paper.test",
            "SERVER_PORT": "80",
            "HTTP_HOST": "paper.test",
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            **({"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json"} if method == "POST" else {}),
            **environ,
        }
        started: list[tuple[str, list[tuple[str, str]]]] = []
        given = b"".join(self.edge(whole, lambda status, headers: started.append((status, headers))))
        [(status, headers)] = started
        assert all(type(name) is str and type(value) is str for name, value in headers)
        return Answer(int(status[:3]), headers, given)


class Browser:
    """Keeps the cookies that a paper gives it, as a browser would."""

    def __init__(self, paper: Paper, **headers: str) -> None:
        self.paper = paper
        self.headers = headers
        self.cookies: dict[str, str] = {}

    def post(self, path: str, fields: object, **environ: str) -> Answer:
        return self.ask("POST", path, fields if isinstance(fields, bytes) else json.dumps(fields).encode(), **environ)

    def ask(self, method: str, path: str, body: bytes = b"", **environ: str) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.paper.ask(
            method,
            path,
            body,
            **{
                "HTTP_COOKIE": cookies,
                "HTTP_ORIGIN": SITE,
                "HTTP_SEC_FETCH_SITE": "same-origin",
                "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64)",
                **self.headers,
                **environ,
            },
        )
        for name, value in answer.headers:
            if name == "Set-Cookie":
                for morsel in SimpleCookie(value).values():
                    if morsel["max-age"] == "0":
                        self.cookies.pop(morsel.key, None)
                    else:
                        self.cookies[morsel.key] = morsel.value
        return answer

    def visit(self, article: str = "7", **fields: object) -> Any:
        answer = self.post("/_masthead/visit", {"article": article, "placements": list(Placement), **fields})
        assert answer.status == 200, answer.body
        return answer.json

    def tell(self, what: str, token: str) -> int:
        return self.post("/_masthead/beacon", {"token": token, "what": what}).status

    def read_many(self, count: int, *, first: int = 0) -> Any:
        answer = None
        for n in range(first, first + count):
            answer = self.visit(f"article {n}")
        return answer
