"""Fuzz the whole of edge, guided by coverage, for FUZZ_SECONDS; stops at the first 5xx or exception: `make fuzz`."""

from __future__ import annotations

import io
import logging
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

with atheris.instrument_imports(include=["masthead"]):
    from tests.edge.paper import Paper

DOORS = ["visit", "beacon", "reads", "reads/forget", "edge/counts", "edge/snapshot", "metrics", "keys", "pass"]
HEADERS = ["HTTP_ORIGIN", "HTTP_REFERER", "HTTP_SEC_FETCH_SITE", "HTTP_IF_NONE_MATCH", "HTTP_AUTHORIZATION"]

logging.disable(logging.WARNING)
paper = Paper(trust_country_header="CF-IPCountry", serves_edges=True)
paper.edge.counts.start()


def ask(data: bytes) -> None:
    """Make one request of the bytes and see that edge answers it."""
    said = atheris.FuzzedDataProvider(data)
    header = HEADERS[said.ConsumeIntInRange(0, len(HEADERS) - 1)]
    environ = {
        "REQUEST_METHOD": "POST" if said.ConsumeBool() else "GET",
        "PATH_INFO": f"/_masthead/{DOORS[said.ConsumeIntInRange(0, len(DOORS) - 1)]}",
        "HTTP_HOST": "paper.test",
        "HTTP_COOKIE": said.ConsumeUnicode(said.ConsumeIntInRange(0, 400)),
        "HTTP_CF_IPCOUNTRY": said.ConsumeUnicode(2),
    }
    if said.ConsumeBool():
        environ[header] = said.ConsumeUnicode(60)
    body = said.ConsumeBytes(said.remaining_bytes())
    environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    statuses: list[str] = []
    b"".join(paper.edge(environ, lambda status, _headers: statuses.append(status)))
    if len(statuses) != 1 or statuses[0] >= "5":
        raise AssertionError(statuses)


atheris.Setup(sys.argv, ask)
atheris.Fuzz()
