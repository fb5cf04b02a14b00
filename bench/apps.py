"""The WSGI applications that are measured. Each is made by name, from BENCH_APP, in a server of its own."""

from __future__ import annotations

import atexit
import io
import os
from collections.abc import Callable, Iterable
from typing import Any

from bench.paper import SECRET, SITE, make_cookie, make_snapshot, make_visits
from masthead.edge.app import Edge
from masthead.rules.counting import CountBatch

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Forgetting:
    """A sink that writes nothing."""

    def write(self, batch: CountBatch) -> None:
        """Take the batch."""


def make_edge(appeals: int) -> Edge:
    """Return edge alone, with so many appeals; its counts are summed and go nowhere."""
    snapshot = make_snapshot(appeals)
    edge = Edge(
        fallback=None,
        snapshots=lambda version: None if version else snapshot,
        counts=Forgetting(),
        secrets=[SECRET],
        site=SITE,
        secure=True,
    )
    edge.start()
    atexit.register(edge.close)
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
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response(status, headers)
        return [answered]

    return constant


_name, _, _number = os.environ.get("BENCH_APP", "constant").partition(":")
application: Application
match _name:
    case "edge":
        application = make_edge(int(_number))
    case _:
        application = make_constant()
