"""The WSGI applications that are measured. Each is made by name, from BENCH_APP, in a server of its own."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from bench.paper import SECRET, SITE, make_cookie, make_snapshot, make_visits
from masthead.edge.app import Edge
from masthead.rules.counting import CountBatch, CountSink

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Forgetting:
    """A sink that writes nothing."""

    def write(self, batch: CountBatch) -> None:
        """Take the batch."""


def make_edge(appeals: int, *, fallback: Application | None = None, counts: CountSink | None = None) -> Edge:
    """Return edge with so many appeals, alone unless there is a fallback; its counts are summed and go nowhere."""
    snapshot = make_snapshot(appeals)
    edge = Edge(
        fallback=fallback,
        snapshots=lambda version: None if version else snapshot,
        counts=counts or Forgetting(),
        secrets=[SECRET],
        site=SITE,
        secure=True,
    )
    edge.start()
    edge.close_at_exit()
    return edge


def make_constant() -> Application:
    """Return what answers every visit with one and the same answer: a real one, so of the same size."""
    request = make_visits(make_cookie(reads=100))[0]
    head, _, body = request.partition(b"\r\n\r\n")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/_masthead/visit",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    for line in head.decode().split("\r\n")[1:]:
        name, _, value = line.partition(": ")
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    answers: list[tuple[str, list[tuple[str, str]]]] = []
    [answered] = make_edge(100)(environ, lambda status, headers: answers.append((status, headers)))
    status, headers = answers[0]

    def constant(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(status, headers)
        return [answered]

    return constant


def make_site(appeals: int) -> Edge:
    """Return edge in front of the pages from memory and Django, as `masthead serve` has it."""
    django = make_django()
    from masthead.config.pages import make_pages

    return make_edge(appeals, fallback=make_pages(django))


def make_counting(appeals: int) -> Edge:
    """Return edge that writes its counts to the database of MASTHEAD_DATA."""
    make_django()
    from masthead.insight.stores import get_store

    return make_edge(appeals, counts=get_store())


def make_django() -> Application:
    """Return the site behind edge."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masthead.config.settings")
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def slow(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer after 30 ms of Python, as a page does that nobody kept."""
    until = time.thread_time() + 0.03
    while time.thread_time() < until:
        sum(range(1000))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"slow"]


_name, _, _number = os.environ.get("BENCH_APP", "constant").partition(":")
application: Application
match _name:
    case "edge":
        application = make_edge(int(_number))
    case "site":
        application = make_site(int(_number))
    case "counting":
        application = make_counting(int(_number))
    case "slow":
        application = slow
    case "edge-and-slow":
        application = make_edge(int(_number), fallback=slow)
    case _:
        application = make_constant()
