"""Load: one server on its core, wrk on another."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import cpu_seconds, list_cores, memory_mb

ROOT = Path(__file__).resolve().parent.parent
REPLAY = Path(__file__).with_name("replay.lua")
CONNECTIONS = 64
MOST_SECONDS = 120
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Run:
    """One run: requests a second, processor time a request in µs, latencies in ms, memory in MB."""

    rate: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    memory_mb: float


class Trouble(Exception):
    """A run that cannot be believed."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    pid: int
    port: int

    def run(self, requests: list[bytes], *, seconds: int, connections: int = CONNECTIONS) -> Run:
        """Send the requests round and round. Raises Trouble where any answer is no success."""
        with tempfile.NamedTemporaryFile(suffix=".requests") as file:
            file.write(b"\0".join(requests))
            file.flush()
            before = cpu_seconds(self.pid)
            words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(REPLAY)]
            said = subprocess.run(
                ["taskset", "-c", str(list_cores()[1]), *words, f"http://127.0.0.1:{self.port}/"],
                env={**os.environ, "BENCH_REQUESTS": file.name},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            used = cpu_seconds(self.pid) - before
        if "Non-2xx" in said or "Socket errors" in said:
            raise Trouble(said)
        sent = int(_find(r"(\d+) requests in", said))
        return Run(
            rate=float(_find(r"Requests/sec:\s+([\d.]+)", said)),
            cpu_us=used / sent * 1e6,
            p50_ms=_to_ms(_find(r"\n +50% +(\S+)", said)),
            p99_ms=_to_ms(_find(r"\n +99% +(\S+)", said)),
            memory_mb=memory_mb(self.pid),
        )

    @contextmanager
    def busy(self, requests: list[bytes], *, connections: int) -> Iterator[None]:
        """Keep the server busy with these requests until the block ends."""
        with tempfile.NamedTemporaryFile(suffix=".requests") as file:
            file.write(b"\0".join(requests))
            file.flush()
            words = ["wrk", "-t1", f"-c{connections}", f"-d{MOST_SECONDS}s", "--timeout", "30s", "-s", str(REPLAY)]
            load = subprocess.Popen(
                ["taskset", "-c", str(list_cores()[1]), *words, f"http://127.0.0.1:{self.port}/"],
                env={**os.environ, "BENCH_REQUESTS": file.name},
                stdout=subprocess.DEVNULL,
            )
            try:
                time.sleep(0.5)
                yield
            finally:
                load.kill()
                load.wait()


@contextmanager
def serving(app: str, *, env: Mapping[str, str] | None = None, threads: int = 4) -> Iterator[Server]:
    """Serve an application of `bench.apps` until the block ends."""
    own = {**os.environ, **(env or {}), "BENCH_APP": app, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    with running("bench.apps:application", env=own, port=find_port(), threads=threads) as server:
        yield server


@contextmanager
def running(target: str, *, env: Mapping[str, str], port: int, threads: int) -> Iterator[Server]:
    """Run a WSGI application as `masthead edge` does, on the servers' core, until the block ends."""
    if not shutil.which("wrk"):
        sys.exit("wrk is missing. Install it (Debian, Ubuntu: apt-get install wrk) and run this again.")
    words = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    words += ["--blocking-threads", str(threads), "--backlog", "1024", "--no-ws", "--log-level", "error"]
    process = subprocess.Popen(
        ["taskset", "-c", str(list_cores()[0]), sys.executable, "-m", "granian", *words, target],
        env=dict(env),
        cwd=ROOT,
    )
    try:
        wait_for(port, process)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait(timeout=20)


def find_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers, not just listens. Raises Trouble where it ends or takes too long."""
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_masthead/health", timeout=10).close()
        except urllib.error.HTTPError as error:
            if error.code < 500:  # a 503 is of a server that still starts
                return
        except OSError:
            pass
        else:
            return
        time.sleep(0.05)
    raise Trouble("The server did not start.")


def _find(pattern: str, said: str) -> str:
    found = re.search(pattern, said)
    if found is None:
        raise Trouble(said)
    return found.group(1)


def _to_ms(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", text).groups()  # type: ignore[union-attr]  # wrk's own form
    return float(number) * _UNITS[unit]
