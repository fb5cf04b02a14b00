"""Measure, and write bench/results/latest.md: `python -m bench [part …]`.

The sides of a comparison run in turn, several times, so that what the machine does meanwhile falls on all of them.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import describe
from bench.parts import PARTS

RESULTS = Path(__file__).with_name("results") / "latest.md"


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
