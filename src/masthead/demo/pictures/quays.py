"""Drawings of the quays: the market, the workshops, the pots."""

from __future__ import annotations

from masthead.demo.pictures.motifs import (
    crowd,
    fish,
    halo,
    roof_line,
    sea,
    shade,
    sky,
)
from masthead.demo.pictures.press import Block, Press, smooth, xy


def draw_market_stall(press: Press) -> None:
    """A lamp-lit stall under a striped awning."""
    with press.block("night") as block:
        block.flood()
        for x, y in xy("330,330 1270,330"):
            halo(block, x, y, inner=70, outer=330, rays=40, width=8, on=False)
    with press.block("sun") as block:
        for x, y in xy("330,330 1270,330"):
            block.disc(x, y, 54)
    with press.block("rust") as block:
        block.bar(250, 560, 1350, 1000)
        for board in range(250, 1350, 110):
            block.line([(board, 700), (board, 1000)], 5, on=False)
    _fishmonger(press)
    with press.block("white") as block:
        _awning(block, stripes=range(0, 12, 2))
        block.fill([(200, 690), (1400, 690), (1350, 560), (250, 560)])
        for _ in range(90):
            x, y = press.random.uniform(240, 1360), press.random.uniform(576, 684)
            block.disc(x, y, press.random.uniform(3, 8), on=False)
    with press.block("brick") as block:
        _awning(block, stripes=range(1, 12, 2))
    with press.block("sea") as block:
        for index, x in enumerate(range(330, 1330, 150)):
            fish(block, x, 604 + (index % 2) * 6, 146, up=6)
        for index, x in enumerate(range(400, 1330, 150)):
            fish(block, x, 654 - (index % 2) * 6, 146, up=-5)
    with press.block("night") as block:
        for index, x in enumerate(range(330, 1330, 150)):
            block.disc(x - 52, 596 + (index % 2) * 6, 5)
        for index, x in enumerate(range(400, 1330, 150)):
            block.disc(x - 52, 656 - (index % 2) * 6, 5)
        block.bar(196, 690, 1404, 712)
        for x in (262, 1318):
            block.bar(x, 250, x + 20, 570)
    _scales_and_slate(press)


def _awning(block: Block, *, stripes: range) -> None:
    for stripe in stripes:
        x0, x1 = 170 + stripe * 105, 170 + (stripe + 1) * 105
        t0, t1 = 260 + stripe * 90, 260 + (stripe + 1) * 90
        block.fill([(t0, 120), (t1, 120), (x1, 300), (x0, 300)])
        block.disc((x0 + x1) / 2, 300, 52.5, 44)


def _fishmonger(press: Press) -> None:
    with press.block("rose") as block:
        block.disc(800, 408, 50, 60)
        block.bar(778, 450, 822, 500)
    with press.block("sea") as block:
        block.blob(xy("690,580 700,500 760,474 840,474 900,500 912,580"))
    with press.block("foam") as block:
        block.fill([(752, 580), (756, 504), (844, 504), (850, 580)])
    with press.block("rust") as block:
        block.fill([(744, 400), (748, 350), (852, 350), (856, 400)])
        block.line([(730, 398), (880, 398)], 16)
    with press.block("night") as block:
        block.disc(782, 420, 5)
        block.disc(818, 420, 5)
        block.brush([(764, 446), (784, 438), (800, 446), (816, 438), (838, 446)], 14)


def _scales_and_slate(press: Press) -> None:
    with press.block("sun") as block:
        block.line([(1120, 300), (1120, 400)], 6)
        block.disc(1120, 430, 46)
        block.brush([(1050, 520), (1080, 556), (1160, 556), (1190, 520)], 26)
        for x in (1060, 1180):
            block.line([(1120, 470), (x, 524)], 4)
    with press.block("white") as block:
        block.disc(1120, 430, 33)
        block.fill([(420, 760), (700, 760), (700, 920), (420, 920)])
        block.fill([(900, 760), (1180, 760), (1180, 920), (900, 920)])
    with press.block("night") as block:
        block.line([(1120, 430), (1138, 408)], 6)
        block.text(452, 826, "CRAB", height=46, weight=9)
        block.text(452, 898, "5.60", height=46, weight=9)
        block.text(922, 822, "HADDOCK", height=36, weight=7.5)
        block.text(922, 898, "DEAR", height=46, weight=9)


def draw_workshops(press: Press) -> None:
    """The brick arches of Coal Quay, a crane, a hull on trestles."""
    sky(press, "rose", horizon=640, first=0.15, last=0.9)
    with press.block("slate") as block:
        _crane(block)
    with press.block("brick") as block:
        for index in range(5):
            roof_line(block, 40 + index * 310, 800, 310, 330, 120)
        for row in range(18):
            for column in range(42):
                if press.random.random() < 0.3:
                    block.gouge(60 + column * 38 + row % 2 * 19, 490 + row * 17, angle=0, length=28, width=5)
    with press.block("night") as block:
        for index in range(5):
            x = 40 + index * 310
            block.line([(x - 8, 474), (x + 155, 346), (x + 318, 474)], 22)
            block.fill(
                [*smooth([(x + 75, 800), (x + 75, 640), (x + 155, 566), (x + 235, 640), (x + 235, 800)], closed=False)]
            )
            block.disc(x + 155, 440, 26)
    with press.block("sun") as block:
        for index in (1, 3):
            x = 40 + index * 310
            block.fill(
                [*smooth([(x + 92, 800), (x + 92, 650), (x + 155, 590), (x + 218, 650), (x + 218, 800)], closed=False)]
            )
    with press.block("night") as block:
        for index in (1, 3):
            x = 40 + index * 310
            block.line([(x + 155, 590), (x + 155, 800)], 7)
            block.line([(x + 92, 690), (x + 218, 690)], 7)
    with press.block("sand") as block:
        block.bar(-10, 796, 1610, 930)
        shade(press, block, (0, 800, 1600, 930), first=0.1, last=0.25, length=90)
    sea(press, "deep", top=926, bottom=1067, amount=0.5)
    _hull(press)
    crowd(press, [(1320, 900, 190, "sea", "rust", "cap"), (500, 890, 176, "pine", "sun", "wool")])


def _crane(block: Block) -> None:
    block.line([(1180, 640), (1290, 120)], 16)
    block.line([(1240, 640), (1290, 120)], 16)
    for step in range(6):
        y = 600 - step * 84
        block.line([(1190 + step * 18, y), (1246 + step * 8, y - 50)], 7)
    block.line([(1290, 120), (850, 60)], 14)
    block.line([(1290, 120), (1430, 170)], 14)
    block.bar(1400, 160, 1470, 230)
    block.line([(870, 66), (870, 300)], 5)
    block.arc(870, 318, 18, -60, 200, 8)


def _hull(press: Press) -> None:
    with press.block("rust") as block:
        for x in (720, 1040):
            block.line([(x - 50, 926), (x, 850), (x + 50, 926)], 14)
    with press.block("white") as block:
        block.fill(smooth(xy("560,700 640,820 760,880 1010,880 1140,800 1190,690"), closed=False))
    with press.block("sea") as block:
        block.fill(smooth(xy("598,764 650,828 760,880 1010,880 1120,820 1152,770"), closed=False))
        for step in range(5):
            block.brush(
                [(620 + step * 14, 790 + step * 16), (860, 806 + step * 16), (1130 - step * 16, 786 + step * 16)],
                5,
                on=False,
            )
    with press.block("night") as block:
        block.brush([(552, 696), (860, 722), (1198, 686)], 16)
