"""The walk, drawn as a map."""

from __future__ import annotations

import math
from itertools import pairwise

from masthead.demo.pictures.motifs import (
    roof_line,
    shade,
)
from masthead.demo.pictures.press import Block, Point, Press, smooth, xy

_HOUSES = xy(
    "846,372 912,352 980,376 860,446 934,440 1004,462 1080,420 896,520 968,536 1044,540 "
    "440,290 360,330 300,260 250,620 330,600 410,628 170,606 1240,500"
)


_TREES = xy(
    "190,170 260,210 150,260 330,150 1120,150 1190,180 1050,180 1260,140 190,420 280,470 "
    "150,500 1340,440 1430,420 1280,420 480,440 430,500"
)


_RIVER: tuple[tuple[Point, float], ...] = (
    ((690, 790), 110),
    ((716, 680), 66),
    ((650, 570), 50),
    ((690, 450), 44),
    ((600, 330), 42),
    ((640, 210), 36),
    ((560, 50), 34),
)


_WAY = xy(
    "870,262 760,268 668,250 676,196 630,130 590,150 560,240 556,340 640,440 610,580 676,690 "
    "780,690 880,700 980,728 1110,700 1240,640 1330,570 1230,430 1090,340 920,270"
)


def draw_walk_map(press: Press) -> None:
    """The walk drawn as a map."""
    with press.block("sand") as block:
        block.bar(60, 60, 1540, 1007)
        shade(press, block, (60, 60, 1540, 1007), first=0.04, last=0.04, length=60, pitch=30)
    with press.block("sea") as block:
        coast = smooth(
            xy("60,720 300,700 520,716 640,760 700,700 780,724 940,724 1060,770 1180,730 1340,620 1540,590"),
            closed=False,
        )
        block.fill([*coast, (1540, 1007), (60, 1007)])
        left = smooth([(x - w / 2, y) for (x, y), w in _RIVER], closed=False)
        right = smooth([(x + w / 2, y) for (x, y), w in _RIVER], closed=False)
        block.fill([*left, *right[::-1]])
        for row in range(8):
            for column in range(9):
                x, y = 130 + column * 165 + row % 2 * 80, 800 + row * 28
                block.brush([(x, y), (x + 20, y - 12), (x + 40, y), (x + 60, y - 12), (x + 80, y)], 9, on=False)
        block.line([(570, 160), (700, 160)], 12, on=False)
    with press.block("moss") as block:
        block.blob(xy("1130,900 1200,846 1290,850 1390,892 1320,946 1190,940"))
        for x, y in ((240, 350), (380, 390), (1190, 300), (1400, 520)):
            block.fill([(x - 80, y - 40), (x + 60, y - 56), (x + 90, y + 30), (x - 60, y + 44)])
            for step in range(5):
                block.line([(x - 60 + step * 28, y - 40), (x - 44 + step * 28, y + 34)], 4, on=False)
    _map_places(press)
    with press.block("brick") as block:
        _dotted(block, smooth(_WAY, closed=False, steps=14), gap=24)
    _map_names(press)


def _dotted(block: Block, path: list[Point], *, gap: float) -> None:
    travelled = gap
    for (ax, ay), (bx, by) in pairwise(path):
        travelled += math.hypot(bx - ax, by - ay)
        if travelled >= gap:
            block.disc(bx, by, 8)
            travelled = 0


def _map_places(press: Press) -> None:
    with press.block("pine") as block:
        for x, y in _TREES:
            block.blob([(x - 26, y), (x - 14, y - 50), (x + 4, y - 62), (x + 24, y - 26), (x + 12, y + 6)])
    with press.block("white") as block:
        for x, y in _HOUSES:
            roof_line(block, x, y, 50, 32, 24)
        block.fill([(222, 880), (238, 780), (266, 780), (282, 880)])
        block.bar(820, 210, 930, 262)
        block.bar(790, 640, 900, 676)
    with press.block("rust") as block:
        for x, y in _HOUSES:
            block.fill([(x - 6, y - 30), (x + 25, y - 60), (x + 56, y - 30)])
        block.fill([(808, 212), (875, 170), (942, 212)])
        block.fill([(780, 642), (800, 616), (890, 616), (910, 642)])
        block.fill([(238, 780), (252, 746), (266, 780)])
        block.bar(228, 810, 276, 834)
        block.line([(1180, 900), (1180, 880)], 10)
    with press.block("night") as block:
        for x in (838, 862, 886, 910):
            block.bar(x, 222, x + 10, 250)
        for x in (806, 830, 854, 878):
            block.bar(x, 650, x + 12, 676)
        block.brush([(110, 730), (190, 830), (270, 890), (340, 896)], 18)
        block.brush([(1060, 770), (1010, 810), (930, 822)], 16)
        block.line([(640, 690), (760, 664)], 14)


def _map_names(press: Press) -> None:
    with press.block("night") as block:
        block.line([(60, 60), (1540, 60), (1540, 1007), (60, 1007), (60, 60)], 12)
        _compass(block, 1400, 262)
        for x, y, words in (
            (720, 176, "WEIR"),
            (962, 256, "LIBRARY"),
            (930, 664, "MARKET"),
            (360, 236, "MILL"),
            (1130, 580, "BROW"),
            (180, 534, "SALTPANS"),
        ):
            block.text(x, y, words, height=24, weight=5.5)
    with press.block("white") as block:
        block.text(1194, 908, "HOLLIN", height=26, weight=6)
        block.text(520, 900, "THE SOUND", height=44, weight=8)


def _compass(block: Block, x: float, y: float) -> None:
    for turn in range(4):
        angle = turn * 90
        block.gouge(
            x + 62 * math.cos(math.radians(angle)),
            y + 62 * math.sin(math.radians(angle)),
            angle=angle,
            length=124,
            width=30,
            on=True,
        )
        block.gouge(
            x + 40 * math.cos(math.radians(angle + 45)),
            y + 40 * math.sin(math.radians(angle + 45)),
            angle=angle + 45,
            length=80,
            width=18,
            on=True,
        )
    block.disc(x, y, 16)
    block.disc(x, y, 8, on=False)
    block.text(x - 12, y - 134, "N", height=34, weight=8)
