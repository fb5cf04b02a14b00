"""Comparisons: sides that run in turn, and the table of what came out."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable

from bench.load import Run

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
    print("\r" + " " * 120, end="\r", file=sys.stderr)
    base = runs[next(iter(sides))]
    lines = [
        f"## {title}\n",
        "| | requests/s (range) | of the first | CPU µs (range) | of the first | p50 ms | p99 ms | of the first | MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, own in runs.items():
        pairs = list(zip(own, base, strict=True))
        rate = statistics.median(one.rate / other.rate for one, other in pairs)
        cpu = statistics.median(one.cpu_us / other.cpu_us for one, other in pairs)
        p99 = statistics.median(one.p99_ms / other.p99_ms for one, other in pairs)
        lines.append(
            f"| {name} | {say([one.rate for one in own], '.0f')} | {_round(rate)} "
            f"| {say([one.cpu_us for one in own], '.1f')} | {_round(cpu)} "
            f"| {statistics.median(one.p50_ms for one in own):.2f} "
            f"| {statistics.median(one.p99_ms for one in own):.2f} | {_round(p99)} "
            f"| {max(one.memory_mb for one in own):.0f} |"
        )
    return "\n".join(lines) + "\n"


def say(figures: list[float], form: str) -> str:
    """Write the median of the figures and their range."""
    return f"{statistics.median(figures):{form}} ({min(figures):{form}} to {max(figures):{form}})"


def _round(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.4f}"
