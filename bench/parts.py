"""What is measured: each part starts its servers, runs its sides in turn and returns a table."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.load import ROOT, Run, Server, find_port, serving, wait_for
from bench.machine import memory_mb
from bench.money import measure_money
from bench.pages import measure_pages
from bench.paper import make_beacons, make_cookie, make_pages, make_visits
from bench.replay import replay
from bench.tables import Side, compare, say


def measure_visit(stack: ExitStack, seconds: int, repeats: int) -> str:
    """Compare visits with a constant answer of the same size."""
    visits = make_visits(make_cookie(reads=100))
    data = _make_data(stack)
    servers = {
        "constant answer": stack.enter_context(serving("constant")),
        "visit, edge alone": stack.enter_context(serving("edge:100")),
        "visit, edge in front of Django": stack.enter_context(serving("site:100", env=data, threads=8)),
    }
    return compare(
        "A visit: 100 reads in the log, 100 live appeals, one shown",
        {name: _on(server, visits) for name, server in servers.items()},
        seconds=seconds,
        repeats=repeats,
    )


def measure_flat(stack: ExitStack, seconds: int, repeats: int) -> str:
    """Compare few appeals with many."""
    suited, weary = make_visits(make_cookie(reads=30)), make_visits(make_cookie(reads=30, capped=32))
    few, many = stack.enter_context(serving("edge:10")), stack.enter_context(serving("edge:1000"))
    return compare(
        "Flat in appeals",
        {
            "10 appeals, the first suits": _on(few, suited),
            "1,000 appeals, the first suits": _on(many, suited),
            "10 appeals, over every cap": _on(few, weary),
            "1,000 appeals, over the caps of 32": _on(many, weary),
        },
        seconds=seconds,
        repeats=repeats,
    )


def measure_apart(stack: ExitStack, seconds: int, repeats: int) -> str:
    """Compare visits alone with visits while two clients load slow pages on the same core."""
    visits, pages = make_visits(make_cookie(reads=100)), make_pages("/slow/")
    edge, site = stack.enter_context(serving("edge:100")), stack.enter_context(serving("slow"))
    both = stack.enter_context(serving("edge-and-slow:100"))

    def beside(busy: Server, server: Server) -> Side:
        def run(seconds: int) -> Run:
            with busy.busy(pages, connections=2):
                return server.run(visits, seconds=seconds, connections=4)

        return run

    return compare(
        "Visits of 4 clients, while 2 clients load pages of 30 ms on the same core",
        {
            "edge alone": lambda seconds: edge.run(visits, seconds=seconds, connections=4),
            "edge beside the site's process": beside(site, edge),
            "edge in the site's process": beside(both, both),
        },
        seconds=seconds,
        repeats=repeats,
    )


def measure_beacons(stack: ExitStack, seconds: int, repeats: int) -> str:
    """Compare beacons, each answered when it is committed to SQLite, with a constant answer."""
    data = _make_data(stack)
    beacons = make_beacons(20_000 * seconds * (repeats + 1))
    constant = stack.enter_context(serving("constant"))
    servers = {threads: stack.enter_context(serving("counting:100", env=data, threads=threads)) for threads in (8, 64)}
    rounds = {threads: _in_turn(beacons, 20_000 * seconds) for threads in servers}
    return compare(
        "Beacons, each a new one, answered when committed (SQLite)",
        {
            "constant answer": _on(constant, beacons[:400], connections=128),
            "beacon, 8 threads": lambda seconds: servers[8].run(next(rounds[8]), seconds=seconds, connections=128),
            "beacon, 64 threads": lambda seconds: servers[64].run(next(rounds[64]), seconds=seconds, connections=128),
        },
        seconds=seconds,
        repeats=repeats,
    )


def measure_start(stack: ExitStack, _seconds: int, repeats: int) -> str:
    """Measure how long `masthead serve` takes to its first answer, and the worker's memory."""
    data = _make_data(stack)
    taken, memory = [], []
    for _ in range(repeats + 1):
        with _serve_site(data) as (seconds, pid):
            taken.append(seconds)
            memory.append(memory_mb(pid))
    taken, memory = taken[1:], memory[1:]
    return (
        "## Start\n\n| | s to the first answer (range) | MB, server and worker |\n| --- | ---: | ---: |\n"
        f"| `masthead serve --web-only`, warm | {say(taken, '.2f')} | {max(memory):.0f} |\n"
    )


def measure_replay(stack: ExitStack, seconds: int, _repeats: int) -> str:
    """Let readers with real cookies and long histories visit, and check every count."""
    return replay(10_000 * seconds, _make_data(stack))


PARTS = {
    "visit": measure_visit,
    "flat": measure_flat,
    "apart": measure_apart,
    "pages": measure_pages,
    "beacons": measure_beacons,
    "start": measure_start,
    "replay": measure_replay,
    "money": measure_money,
}


def _on(server: Server, requests: list[bytes], *, connections: int = 64) -> Side:
    return lambda seconds: server.run(requests, seconds=seconds, connections=connections)


def _in_turn(requests: list[bytes], each: int) -> Iterator[list[bytes]]:
    """Give out the requests so that none is sent twice."""
    for at in range(0, len(requests), each):
        yield requests[at : at + each]


def _make_data(stack: ExitStack) -> dict[str, str]:
    """Make an empty site of its own; returns the environment that leads to it."""
    data = {"MASTHEAD_DATA": stack.enter_context(tempfile.TemporaryDirectory())}
    words = [sys.executable, "-m", "masthead.config.cli", "migrate"]
    subprocess.run(words, env=_environ(data), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return data


def _environ(env: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **env, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}


@contextmanager
def _serve_site(env: dict[str, str]) -> Iterator[tuple[float, int]]:
    """Serve the site and tell how many seconds its first answer took, and its process."""
    port = find_port()
    words = [sys.executable, "-m", "masthead.config.cli", "serve", "--web-only"]
    ports = {"PORT": str(port), "MASTHEAD_SANDBOX_PORT": str(find_port())}
    began = time.monotonic()
    process = subprocess.Popen(words, env=_environ({**env, **ports}), cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield time.monotonic() - began, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)
