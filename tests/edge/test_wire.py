"""A real server process under hostile bytes: slow, cut off, mis-framed, too large; it answers 4xx or hangs up."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.edge.paper import SECRET, SITE
from tests.edge.test_link import Site, site
from tests.edge.test_processes import _is_ready

__all__ = ["site"]

TOKEN = "the watcher's token"
LEAD = b"POST /_masthead/visit HTTP/1.1\r\nHost: paper.test\r\n"
GOOD = b'{"article":"7"}'
VISIT = LEAD + b"Content-Length: 15\r\n\r\n" + GOOD
LAST = LEAD + b"Connection: close\r\nContent-Length: 15\r\n\r\n" + GOOD


@dataclass
class Server:
    """Edge alone in a process, and what it wrote to its log."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def send(self, *parts: bytes, pause: float = 0.0, seconds: float = 1.0, ends: bool = True) -> list[int]:
        """Send parts with pauses and end, or not; listen until it hangs up or is silent. Returns the statuses."""
        heard = b""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=seconds)) as line, suppress(OSError):
            for part in parts:
                line.sendall(part)
                time.sleep(pause)
            if ends:
                line.shutdown(socket.SHUT_WR)
            while chunk := line.recv(65_536):
                heard += chunk
        statuses = [piece[:3] for piece in heard.split(b"HTTP/1.1 ")[1:]]
        return [int(status) for status in statuses]

    def visit(self) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", "/_masthead/visit", GOOD, {"Content-Type": "application/json"})
            return connection.getresponse().status

    def weigh(self) -> int:
        """Return the memory of its processes, in KiB."""
        found = subprocess.run(
            ["ps", "-o", "rss=", "-g", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        return sum(int(size) for size in found.stdout.split())


@pytest.fixture
def server(site: Site, tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MASTHEAD_", "DJANGO_"))}
    own = {
        "MASTHEAD_DATA": str(tmp_path),
        "MASTHEAD_SECRET_KEY": SECRET,
        "MASTHEAD_SITE_URL": SITE,
        "MASTHEAD_EDGE_SITE": site.address,
        "MASTHEAD_EDGE_PORT": str(port),
        "MASTHEAD_METRICS_TOKEN": TOKEN,
        "MASTHEAD_LOGS": "json",
    }
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "masthead.config.cli", "edge"],
            env={**kept, **own},
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + 60
        while not _is_ready(port):
            assert time.monotonic() < until
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield Server(process, port, log)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


def test_bytes_from_hostile_clients(server: Server) -> None:
    chunked = LEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    # Each is refused, or the line is cut; a server may also wait for the rest of what never comes.
    for parts in (
        [b"\x00" * 100 + b"\r\n\r\n"],
        [b"GET\r\n\r\n"],
        [b"POST /_masthead/visit HTTP/9.9\r\n\r\n"],
        [LEAD + b"Content-Length: 999999\r\n\r\n" + GOOD],
        [LEAD + b"Content-Length: 20\r\n\r\n" + GOOD],
        [LEAD + b"Content-Length: -1\r\n\r\n" + GOOD],
        [LEAD + b"Content-Length: 15\r\nContent-Length: 3\r\n\r\n" + GOOD],
        [LEAD + b"X: " + b"y" * 900_000 + b"\r\n\r\n"],
        [LEAD + b"".join(b"X%d: y\r\n" % n for n in range(5000)) + b"\r\n"],
        [LEAD + b"Cookie: " + b"; ".join(b"c%d=v" % n for n in range(4000)) + b"\r\nContent-Length: 15\r\n\r\n" + GOOD],
        [LEAD + b"No colon\r\n\r\n"],
        [chunked + b"ZZ\r\n" + GOOD],
        [chunked + b"f\r\n" + GOOD[:9] + b"\r\n0\r\n\r\n"],
        [chunked + b"9\r\n" + GOOD[:9] + b"garbage"],
        [chunked + b"ffffffffffffffffff\r\n" + GOOD],
        [chunked + b"2710\r\n" + b" " * 10_000 + b"\r\n0\r\n\r\n"],
        [LEAD + b"Content-Length: 9000\r\n\r\n" + b" " * 9000],
        [LEAD + b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc"],
    ):
        statuses = server.send(*parts)
        assert all(400 <= status < 500 for status in statuses), (parts[0][:90], statuses)
    assert server.send(chunked + b"f\r\n" + GOOD + b"\r\n0\r\n\r\n", ends=False) == [200]
    # One after the other on one line: each gets an answer, in order, the bad ones too.
    assert server.send(VISIT * 19 + LAST, ends=False) == [200] * 20
    mixed = server.send(VISIT + LEAD + b"Content-Length: 1\r\n\r\n{" + LAST, ends=False)
    assert mixed == [200, 400, 200]
    # Slowly, but whole, is no offence; many who never finish do not keep others out.
    assert server.send(LAST[:60], LAST[60:-8], LAST[-8:-2], LAST[-2:], pause=0.1, ends=False) == [200]
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    for line in idle:
        line.sendall(LEAD + b"Content-Le")
    assert server.visit() == 200
    for line in idle:
        line.close()
    said = server.log.read_text()
    assert "Traceback" not in said
    assert "panicked" not in said


def test_floods_leave_nothing_behind_and_metrics_tell_of_them(server: Server) -> None:
    def flood() -> None:
        for _ in range(60):
            server.send(VISIT * 39 + LAST, seconds=5, ends=False)
            server.send(LEAD + b"Content-Length: 8192\r\n\r\n" + b"[" * 8192, seconds=5)
            server.send(LEAD + b"Content-Length: 5000\r\n\r\n{")

    flood()
    before = server.weigh()
    flood()
    assert server.weigh() - before < 8 * 1024
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", "/_masthead/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        told = connection.getresponse().read().decode()
    lead = 'masthead_requests_total{door="visit",status="2xx"'
    [line] = [line for line in told.splitlines() if line.startswith(lead)]
    assert float(line.rpartition(" ")[2]) == 4800
    assert 'masthead_refused_total{code="bad_body"' in told
    assert "Traceback" not in server.log.read_text()
    for said in server.log.read_text().splitlines()[1:]:
        assert json.loads(said)["level"] != "error", said
