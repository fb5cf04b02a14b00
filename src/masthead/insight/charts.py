"""The geometry of small bar charts, drawn as SVG on the server. The tables beside them are the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GAP_SHARE = 0.28
LEAST_HEIGHT = 1.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; all lengths in the chart's own units, y downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one or more series, each drawn over the one before, on one scale."""

    width: int
    height: int
    series: tuple[tuple[Bar, ...], ...]

    @property
    def view_box(self) -> str:
        """The chart's frame."""
        return f"0 0 {self.width} {self.height}"


def make_chart(*series: Sequence[int], width: int, height: int) -> Chart:
    """Draw series of equal length, left to right. Nothing above zero leaves the chart empty; so does a loss."""
    peak = max((value for values in series for value in values), default=0)
    return Chart(width, height, tuple(_bars(values, peak, width, height) for values in series))


def _bars(values: Sequence[int], peak: int, width: int, height: int) -> tuple[Bar, ...]:
    if peak <= 0:
        return ()
    step = width / len(values)
    bars = []
    for number, value in enumerate(values):
        if value > 0:
            tall = max(LEAST_HEIGHT, height * value / peak)
            x = number * step + step * GAP_SHARE / 2
            bars.append(Bar(round(x, 2), round(height - tall, 2), round(step * (1 - GAP_SHARE), 2), round(tall, 2)))
    return tuple(bars)
