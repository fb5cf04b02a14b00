"""The windows of three local businesses, the paper's own sign, and its charts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from masthead.demo.pictures.motifs import halo, ripple, shade
from masthead.demo.pictures.press import Block, Press, stroke_end


def draw_chandlery(press: Press) -> None:
    """Rope, a lamp, an anchor."""
    with press.block("sea") as block:
        block.flood()
        for x in range(0, 1600, 100):
            block.line([(x, 250), (x, 1067)], 4, on=False)
    with press.block("night") as block:
        block.bar(-10, -10, 1610, 230)
        block.bar(-10, 900, 1610, 1080)
    with press.block("sand") as block:
        _centred(block, "TULL & DAUGHTER", y=176, height=112, weight=24)
        _rope_coil(block)
    with press.block("rust") as block:
        _rope_lay(block)
    with press.block("night") as block:
        _anchor(block, 1230, 330)
    with press.block("brick") as block:
        block.blob([(700, 880), (720, 600), (790, 560), (860, 600), (880, 880)])
        block.fill([(740, 560), (840, 560), (820, 500), (760, 500)])
        block.arc(790, 470, 56, 180, 360, 16)
    with press.block("sun") as block:
        block.blob([(740, 830), (744, 650), (790, 620), (836, 650), (840, 830)])
        halo(block, 790, 730, inner=190, outer=320, rays=22, width=16, on=True)
    with press.block("brick") as block:
        for y in (690, 760):
            block.bar(736, y, 844, y + 14)
        block.bar(690, 860, 890, 900)


def _rope_coil(block: Block) -> None:
    for ring in range(4):
        block.disc(360, 850 - ring * 96, 250 - ring * 16, 78)
    block.disc(360, 562, 120, 34, on=False)
    block.brush([(560, 590), (640, 660), (620, 800), (680, 880)], 56)


def _rope_lay(block: Block) -> None:
    for ring in range(4):
        radius = 250 - ring * 16
        for step in range(15):
            across = -1 + 2 * (step + 0.5) / 15
            y = 850 - ring * 96 + 60 * math.sqrt(max(0, 1 - across * across)) - 16
            block.gouge(360 + across * radius * 0.97, y, angle=-58, length=54, width=10, on=True)
    rim = [(360 + 124 * math.cos(step * math.pi / 20), 562 + 37 * math.sin(step * math.pi / 20)) for step in range(41)]
    block.line(rim, 7)


def _anchor(block: Block, x: float, y: float) -> None:
    block.arc(x, y, 52, 0, 360, 24)
    block.bar(x - 20, y + 40, x + 20, y + 500)
    block.bar(x - 140, y + 110, x + 140, y + 146)
    block.arc(x, y + 270, 236, 10, 170, 44)
    for side in (-1, 1):
        tip = x + side * 246
        block.fill([(tip - 60, y + 330), (tip + 50, y + 330), (tip + side * 14, y + 220)])


def draw_bakery(press: Press) -> None:
    """Loaves, buns and a clock."""
    with press.block("rose") as block:
        block.flood()
        for row in range(9):
            for column in range(14):
                x, y = column * 124 + row % 2 * 62, row * 124
                block.disc(x, y, 9, on=False)
    with press.block("rust") as block:
        block.bar(-10, 700, 1610, 740)
        block.bar(-10, 980, 1610, 1080)
        block.bar(-10, -10, 1610, 210)
    with press.block("white") as block:
        _centred(block, "QUARTER TO FIVE", y=158, height=104, weight=22)
        block.disc(800, 400, 150)
    with press.block("night") as block:
        block.arc(800, 400, 150, 0, 360, 18)
        for hour in range(12):
            turn = math.radians(hour * 30)
            block.gouge(
                800 + 116 * math.cos(turn), 400 + 116 * math.sin(turn), angle=hour * 30, length=34, width=10, on=True
            )
        for degrees, length, width in ((52.5, 72, 18), (180, 106, 13)):
            turn = math.radians(degrees)
            block.line([(800, 400), (800 + length * math.cos(turn), 400 + length * math.sin(turn))], width)
    _bread(press)


def _bread(press: Press) -> None:
    with press.block("sun") as block:
        for x in (260, 1340):
            block.blob([(x - 190, 700), (x - 200, 590), (x - 110, 510), (x + 110, 510), (x + 200, 590), (x + 190, 700)])
        for index in range(6):
            x = 170 + index * 252
            block.blob([(x - 100, 980), (x - 104, 910), (x, 850), (x + 104, 910), (x + 100, 980)])
    with press.block("rust") as block:
        for x in (260, 1320):
            for step in range(4):
                block.gouge(x - 105 + step * 76, 580, angle=-52, length=130, width=24, on=True)
        for index in range(6):
            x = 170 + index * 252
            block.line([(x - 40, 890), (x + 40, 940)], 12)
            block.line([(x + 40, 890), (x - 40, 940)], 12)
    with press.block("foam") as block:
        for x in (220, 300, 1300, 1380):
            block.brush([(x, 480), (x + 24, 430), (x - 16, 380), (x + 10, 320)], 18)


def draw_bicycles(press: Press) -> None:
    """A bicycle with a bandage."""
    with press.block("lemon") as block:
        block.flood()
        for row in range(9):
            for column in range(9):
                x = column * 190 + row % 2 * 95
                block.line([(x, 250 + row * 80), (x + 186, 250 + row * 80)], 5, on=False)
                block.line([(x, 250 + row * 80), (x, 330 + row * 80)], 5, on=False)
    with press.block("pine") as block:
        block.bar(-10, -10, 1610, 220)
        block.bar(-10, 930, 1610, 1080)
    with press.block("white") as block:
        _centred(block, "BICYCLE INFIRMARY", y=162, height=98, weight=21)
    _bicycle(press)


def _bicycle(press: Press) -> None:
    with press.block("night") as block:
        for x in (480, 1120):
            block.arc(x, 720, 210, 0, 360, 26)
            for spoke in range(14):
                turn = math.radians(spoke * 360 / 14)
                block.line([(x, 720), (x + 204 * math.cos(turn), 720 + 204 * math.sin(turn))], 4)
            block.disc(x, 720, 24)
        block.line([(640, 380), (760, 380)], 34)
        block.line([(1010, 330), (1090, 330), (1130, 390)], 20, curved=True)
        block.disc(760, 720, 66)
        block.line([(760, 720), (820, 820)], 16)
        block.line([(790, 822), (860, 822)], 18)
    with press.block("brick") as block:
        for frame in (
            ((480, 720), (700, 480), (1030, 450), (760, 720), (480, 720)),
            ((690, 390), (760, 720)),
            ((1010, 340), (1120, 720)),
        ):
            block.line(list(frame), 26)
    with press.block("white") as block:
        block.arc(1120, 720, 210, -70, -10, 48)
        block.disc(760, 720, 34)
    with press.block("brick") as block:
        block.bar(1256, 566, 1312, 584)
        block.bar(1275, 547, 1293, 603)
        for step in range(4):
            block.arc(1120, 720, 188 + step * 15, -70, -10, 2.5)


def draw_masthead(press: Press) -> None:
    """The paper's own sign: the light, and the name below it."""
    with press.block("deep") as block:
        block.flood()
        halo(block, 800, 300, inner=150, outer=1100, rays=44, width=30, on=False)
    with press.block("sun") as block:
        block.disc(800, 300, 120)
    with press.block("white") as block:
        block.fill([(716, 700), (752, 360), (848, 360), (884, 700)])
        block.bar(758, 258, 842, 345)
    with press.block("brick") as block:
        block.fill([(730, 570), (740, 470), (860, 470), (870, 570)])
        block.fill([(744, 258), (800, 188), (856, 258)])
    with press.block("night") as block:
        block.bar(724, 345, 876, 368)
        for x in (782, 818):
            block.bar(x - 4, 258, x + 4, 345)
        block.bar(-10, 690, 1610, 1080)
        ripple(press, block, top=690, bottom=760, amount=0.6)
    with press.block("white") as block:
        _centred(block, "THE MERROWPORT", y=868, height=74, weight=15)
        _centred(block, "LANTERN", y=1012, height=108, weight=24)


def _centred(block: Block, words: str, *, y: float, height: float, weight: float) -> None:
    width = stroke_end(words, x=0, height=height)
    block.text(800 - width / 2, y, words, height=height, weight=weight)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its words, its value, its ink, and a second value that it is compared with."""

    label: str
    value: float
    ink: str
    before: float | None = None


def draw_budget_bars(press: Press) -> None:
    """Where a council dollar goes, in cents."""
    bars = (
        Bar("SCHOOLS AND BUSES", 31, "sun"), Bar("ROADS, DRAINS, WALL", 19, "sea"),
        Bar("CARE AND HOUSING", 17, "brick"),
        Bar("HARBOUR AND FERRY", 11, "deep"), Bar("WASTE", 8, "moss"), Bar("INTEREST", 5, "slate"),
        Bar("LIBRARY, MUSEUM", 3, "rust"), Bar("PARKS AND POOL", 3, "pine"), Bar("THE COUNCIL", 3, "night"),
    )  # fmt: skip
    for row, bar in enumerate(bars):
        y = 120 + row * 100
        with press.block(bar.ink) as block:
            block.bar(620, y, 620 + bar.value * 27, y + 66)
            shade(press, block, (620, y, 620 + bar.value * 27, y + 66), first=0.05, last=0.05, length=50, pitch=22)
        with press.block("night") as block:
            width = stroke_end(bar.label, x=0, height=30)
            block.text(590 - width, y + 48, bar.label, height=30, weight=6.5)
            block.text(644 + bar.value * 27, y + 50, f"{bar.value:g}", height=36, weight=8)
    with press.block("night") as block:
        block.line([(620, 96), (620, 1010)], 8)


def draw_landings(press: Press) -> None:
    """What crab and lobster earned, ten years ago and last year, in thousands of dollars."""
    bars = (Bar("CRAB", 829, "brick", before=657), Bar("LOBSTER", 567, "deep", before=266))
    for group, bar in enumerate(bars):
        x = 300 + group * 640
        for column, (value, ink) in enumerate(((bar.before or 0, "sand"), (bar.value, bar.ink))):
            left, top = x + column * 210, 900 - value * 0.78
            with press.block(ink) as block:
                block.bar(left, top, left + 180, 900)
                shade(press, block, (left, top, left + 180, 900), first=0.06, last=0.06, length=70, pitch=26)
            with press.block("night") as block:
                number = f"${value:g}K"
                width = stroke_end(number, x=0, height=40)
                block.text(left + 90 - width / 2, top - 24, number, height=40, weight=9)
        with press.block("night") as block:
            width = stroke_end(bar.label, x=0, height=46)
            block.text(x + 195 - width / 2, 1000, bar.label, height=46, weight=10)
    with press.block("night") as block:
        block.line([(200, 904), (1400, 904)], 9)
        block.text(270, 106, "TEN YEARS AGO", height=34, weight=7)
        block.text(890, 106, "LAST YEAR", height=34, weight=7)
    with press.block("sand") as block:
        block.bar(206, 68, 250, 108)
    with press.block("brick") as block:
        block.bar(806, 68, 838, 108)
    with press.block("deep") as block:
        block.bar(838, 68, 870, 108)
