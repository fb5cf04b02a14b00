"""Pages: from memory against made anew, and a member's against everyone's."""

from __future__ import annotations

import urllib.request
from contextlib import ExitStack

from bench.load import Server
from bench.site import copied_demo, make_get, read_paper, serving_site
from bench.tables import Side, compare

CONNECTIONS = 16
WARM = 50


def measure_pages(stack: ExitStack, seconds: int, repeats: int) -> str:
    """Compare an article's page from memory with the same page made anew, and others made anew with it."""
    data = stack.enter_context(copied_demo())
    paper = read_paper(data)
    kept = stack.enter_context(serving_site(data))
    made = stack.enter_context(serving_site(data, memory=False))
    return compare(
        "Pages of the demonstration newsroom",
        {
            "article, made anew": on_page(made, paper.article),
            "article, made anew for a member": on_page(made, paper.article, cookie=paper.session),
            "front page, made anew": on_page(made, "/"),
            "section, made anew": on_page(made, paper.section),
            "article, from memory": on_page(kept, paper.article),
        },
        seconds=seconds,
        repeats=repeats,
    )


def on_page(server: Server, path: str, *, cookie: str = "") -> Side:
    """Return a side of a comparison: this page of this server, which has been asked for it before."""
    for _time in range(WARM):
        asked = urllib.request.Request(f"http://localhost:{server.port}{path}", headers={"Cookie": cookie})
        urllib.request.urlopen(asked, timeout=30).close()  # noqa: S310  our own server
    requests = make_get(server, path, cookie=cookie)
    return lambda seconds: server.run(requests, seconds=seconds, connections=CONNECTIONS)
