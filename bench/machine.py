"""The machine: what it is, which core runs what, and what a process has used of it."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def list_cores() -> tuple[int, int]:
    """Return the core of the servers and the core of the load; the same one where there is only one."""
    cores = sorted(os.sched_getaffinity(0))
    return cores[0], cores[-1]


def list_family(pid: int) -> list[int]:
    """Return a process and all that it has started, and they in turn."""
    family = [pid]
    for parent in family:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            family += map(int, children.read_text().split())
    return family


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and its children have used so far."""
    ticks = 0
    for member in list_family(pid):
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK


def memory_mb(pid: int) -> float:
    """Return the memory of a process and its children in MB (PSS: what is shared is shared out)."""
    kilobytes = 0
    for member in list_family(pid):
        for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024


def describe() -> str:
    """Say in one line what this machine is."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}, Python {sys.version.split()[0]}"
