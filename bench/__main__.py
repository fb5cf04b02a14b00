"""Measure, and write bench/results/latest.md: `python -m bench [part …]`.

The sides of a comparison run in turn, several times, so that what the machine does meanwhile falls on all of them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.load import Run, Server, serving
from bench.machine import describe
from bench.paper import make_cookie, make_visits

RESULTS = Path(__file__).with_name("results") / "latest.md"
Side = Callable[[int], Run]


def compare(title: str, sides: dict[str, Side], *, seconds: int, repeats: int) -> str:
    """Run the sides in turn and return a table; the first side is what the others are held against."""
    for run in sides.values():
        run(1)
    runs: dict[str, list[Run]] = {name: [] for name in sides}
    for number in range(repeats):
        for name, run in sides.items():
            print(f"\r{title}: {number + 1} of {repeats}, {name:40}", end="", file=sys.stderr)
            runs[name].append(run(seconds))
    print("\r" + " " * 100, end="\r", file=sys.stderr)
    base = runs[next(iter(sides))]
    lines = [
        f"## {title}\n",
        "| | requests/s (range) | of the first | CPU µs a request (range) | of the first | p50 ms | p99 ms | MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, own in runs.items():
        rate = statistics.median(one.rate / other.rate for one, other in zip(own, base, strict=True))
        cpu = statistics.median(one.cpu_us / other.cpu_us for one, other in zip(own, base, strict=True))
        lines.append(
            f"| {name} | {_say([one.rate for one in own], '.0f')} | {rate:.2f} "
            f"| {_say([one.cpu_us for one in own], '.1f')} | {cpu:.2f} "
            f"| {statistics.median(one.p50_ms for one in own):.2f} "
            f"| {statistics.median(one.p99_ms for one in own):.2f} "
            f"| {max(one.memory_mb for one in own):.0f} |"
        )
    return "\n".join(lines) + "\n"


def _say(figures: list[float], form: str) -> str:
    return f"{statistics.median(figures):{form}} ({min(figures):{form}} to {max(figures):{form}})"


def measure_visit(stack: ExitStack, seconds: int, repeats: int) -> str:
    """Compare visits with a constant answer of the same size."""
    visits = make_visits(make_cookie(reads=100))
    servers = {
        "constant answer": stack.enter_context(serving("constant")),
        "visit, edge alone": stack.enter_context(serving("edge:100")),
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


def _on(server: Server, requests: list[bytes]) -> Side:
    return lambda seconds: server.run(requests, seconds=seconds)


PARTS = {"visit": measure_visit, "flat": measure_flat}


def main() -> None:
    """Measure the parts that were asked for, all by default."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="what to measure (all)")
    parser.add_argument("--seconds", type=int, default=3, help="how long each run lasts (3)")
    parser.add_argument("--repeats", type=int, default=3, help="how often the sides take turns (3)")
    asked = parser.parse_args()
    tables = []
    for part in asked.parts or PARTS:
        with ExitStack() as stack:
            tables.append(PARTS[part](stack, asked.seconds, asked.repeats))
        print(tables[-1])
    head = (
        f"# What was measured last\n\nOn {datetime.now(UTC):%d %B %Y}, on {describe()}. Server and load on cores of "
        f"their own, over loopback; the sides of a table took turns, {asked.repeats} times {asked.seconds} s each. "
        "Hold ratios against each other, not times against another machine's.\n"
    )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(head + "\n" + "\n".join(tables))
    print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
