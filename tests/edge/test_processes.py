"""Edge alone as a process, ended in the middle of its work."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.edge.paper import SECRET, SITE
from tests.edge.test_link import Site, site

__all__ = ["site"]

READERS = 4


@dataclass
class Load:
    """What was asked, and how much of it was answered."""

    port: int
    tells: bool  # a beacon is written at once, and the visits before it
    visits: int = 0
    beacons: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> None:
        """Read articles and tell of each showing, one after the other, until edge is gone."""
        with (
            suppress(OSError, http.client.HTTPException),
            closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection,
        ):
            while True:
                answer = self.post(connection, "visit", {"article": "7", "placements": ["banner"]})
                with self.lock:
                    self.visits += 1
                if not self.tells:
                    continue
                self.post(connection, "beacon", {"token": answer["appeals"]["banner"]["token"], "what": "seen"})
                with self.lock:
                    self.beacons += 1

    def post(
        self, connection: http.client.HTTPConnection, door: str, body: object
    ) -> dict[str, dict[str, dict[str, str]]]:
        connection.request("POST", f"/_masthead/{door}", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status not in (200, 204):
            raise ConnectionError(answer.status)
        return json.loads(said) if said else {}


@contextmanager
def edge_alone(address: str, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MASTHEAD_", "DJANGO_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "masthead.config.cli", "edge"],
        env={
            **kept,
            "MASTHEAD_DATA": str(folder),
            "MASTHEAD_SECRET_KEY": SECRET,
            "MASTHEAD_SITE_URL": SITE,
            "MASTHEAD_EDGE_SITE": address,
            "MASTHEAD_EDGE_PORT": str(port),
        },
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while not _is_ready(port):
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.1)
        yield process, port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


def _is_ready(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
            connection.request("GET", "/_masthead/health")
            return connection.getresponse().status == 200
    except OSError:
        return False


def end_in_the_middle(site: Site, folder: Path, ending: signal.Signals, *, tells: bool) -> Load:
    """Let readers read for some seconds, end edge, and return what it had answered."""
    with edge_alone(site.address, folder) as (process, port):
        load = Load(port, tells)
        readers = [threading.Thread(target=load.read) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        time.sleep(2.5)
        os.killpg(process.pid, ending)
        for reader in readers:
            reader.join()
        process.wait(timeout=20)
    assert load.visits > 10
    return load


def test_sigterm_loses_no_visit(site: Site, tmp_path: Path) -> None:
    load = end_in_the_middle(site, tmp_path, signal.SIGTERM, tells=False)
    assert load.visits <= site.sink.reads("visit") <= load.visits + READERS


def test_sigkill_loses_no_beacon_that_was_answered(site: Site, tmp_path: Path) -> None:
    load = end_in_the_middle(site, tmp_path, signal.SIGKILL, tells=True)
    told = site.sink.showings().get(("seen", "everybody"), 0)
    assert load.beacons <= told <= load.beacons + READERS
