"""Drawings of the schools, and of how one gets there."""

from __future__ import annotations

from masthead.demo.pictures.motifs import (
    crowd,
    gull,
    halo,
    hill,
    panes,
    ripple,
    roof_line,
    sky,
)
from masthead.demo.pictures.press import Block, Press, smooth, xy


def draw_school_bell(press: Press) -> None:
    """The Secondary on its hill at sunrise."""
    sky(press, "rose", horizon=700, first=0.05, last=0.8)
    with press.block("sun") as block:
        block.disc(380, 520, 150)
        halo(block, 380, 520, inner=180, outer=520, rays=30, width=15, on=True)
    with press.block("moss") as block:
        hill(press, block, xy("-40,700 240,640 560,600 900,540 1250,560 1640,620"), base=1080, cuts=70)
    with press.block("brick") as block:
        block.bar(760, 330, 1400, 580)
        block.fill([(960, 330), (1080, 200), (1200, 330)])
    with press.block("night") as block:
        block.fill([(730, 340), (800, 260), (980, 260), (912, 340)])
        block.fill([(1250, 340), (1180, 260), (1360, 260), (1430, 340)])
        block.line([(940, 340), (1080, 186), (1220, 340)], 16)
        block.fill([(1040, 190), (1040, 120), (1080, 76), (1120, 120), (1120, 190)])
        for x in (800, 880, 1250, 1330):
            panes(block, x, 390, 48, 80, bars=5)
        for x in (1000, 1112):
            panes(block, x, 390, 48, 80, bars=5)
        block.fill(smooth([(1050, 580), (1050, 510), (1080, 486), (1110, 510), (1110, 580)], closed=False))
    with press.block("sun") as block:
        block.fill(smooth([(1058, 176), (1066, 132), (1080, 116), (1094, 132), (1102, 176)], closed=False))
        block.disc(1080, 180, 8)
        block.disc(1080, 300, 28)
    _road_to_school(press)


def _road_to_school(press: Press) -> None:
    with press.block("sand") as block:
        block.fill(
            smooth(
                xy("1064,580 1020,640 880,720 640,820 420,1090 900,1090 960,860 1080,740 1110,640 1096,580"),
                closed=False,
            )
        )
    with press.block("pine") as block:
        for x, y, size in ((120, 700, 1.2), (230, 660, 0.9), (1480, 610, 1.1), (1560, 640, 0.8)):
            block.blob(
                [
                    (x - 60 * size, y - 60 * size),
                    (x - 30 * size, y - 170 * size),
                    (x + 20 * size, y - 190 * size),
                    (x + 64 * size, y - 80 * size),
                    (x, y - 30 * size),
                ]
            )
            block.line([(x, y - 60 * size), (x, y + 10)], 12 * size)
    crowd(
        press,
        [
            (1000, 700, 90, "sea", "rust", "wool"),
            (930, 742, 110, "night", "brick", "cap"),
            (850, 800, 136, "rust", "night", "bob"),
            (760, 850, 158, "sea", "sun", "wool"),
            (690, 930, 190, "slate", "night", "bun"),
            (590, 1000, 226, "night", "brick", "wool"),
        ],
    )
    with press.block("night") as block:
        gull(block, 640, 180, 46, tilt=-6)
        gull(block, 520, 250, 30, tilt=8)


def draw_school_bus(press: Press) -> None:
    """A bus on the Penny Bridge."""
    sky(press, "mist", horizon=560, first=0.1, last=0.7)
    _rooftops(press)
    with press.block("sea") as block:
        block.bar(-10, 820, 1610, 1080)
        ripple(press, block, top=830, bottom=1067, amount=0.5)
    with press.block("sand") as block:
        _bridge(block)
        for row in range(9):
            for column in range(26):
                if press.random.random() < 0.45:
                    block.gouge(column * 64 + row % 2 * 32, 650 + row * 26, angle=0, length=46, width=5)
    with press.block("slate") as block:
        block.brush([(-60, 660), (400, 570), (800, 545), (1200, 570), (1660, 660)], 40)
    _bus(press)


def _bus(press: Press) -> None:
    with press.block("sun") as block:
        block.fill(
            smooth(
                xy("470,540 466,330 500,296 1080,286 1130,320 1150,420 1180,440 1184,526"),
                closed=False,
            )
        )
    with press.block("night") as block:
        for x in range(512, 1000, 98):
            block.bar(x, 336, x + 74, 410)
        block.fill([(1012, 334), (1092, 334), (1128, 416), (1012, 416)])
        block.bar(468, 452, 1166, 464)
        for x in (600, 1040):
            block.disc(x, 540, 58)
        block.bar(1160, 486, 1192, 504)
        block.line([(1140, 352), (1164, 352), (1164, 394)], 9)
        block.text(640, 506, "NO. 5", height=30, weight=7)
    with press.block("slate") as block:
        for x in (600, 1040):
            block.disc(x, 540, 28)
    with press.block("rose") as block:
        for x in range(548, 1000, 98):
            block.disc(x, 388, 19, 22)
        block.disc(1056, 390, 20, 23)
    with press.block("brick") as block:
        for index, x in enumerate(range(548, 1000, 98)):
            block.fill([(x - 20, 386), (x - 18, 362), (x + 18, 362), (x + 20, 386 - index % 2 * 8)])
    with press.block("night") as block:
        block.fill([(1034, 384), (1036, 364), (1078, 364), (1092, 380)])
        gull(block, 280, 180, 56, tilt=-8)
        gull(block, 1400, 150, 44, tilt=8)


def _bridge(block: Block) -> None:
    deck = smooth([(-60, 670), (400, 578), (800, 552), (1200, 578), (1660, 670)], closed=False)
    block.fill([*deck, (1660, 900), (-60, 900)])
    for x, rise, half in ((270, 190, 190), (800, 240, 250), (1330, 190, 190)):
        block.fill(
            smooth(
                [
                    (x - half, 910),
                    (x - half * 0.9, 900 - rise * 0.6),
                    (x, 900 - rise),
                    (x + half * 0.9, 900 - rise * 0.6),
                    (x + half, 910),
                ],
                closed=False,
            ),
            on=False,
        )


def _rooftops(press: Press) -> None:
    rows = (("rose", 0, 150, 90), ("brick", 70, 120, 70), ("slate", 30, 170, 80))
    for layer, (ink, offset, wall, peak) in enumerate(rows):
        with press.block(ink) as block:
            for index in range(6):
                x = offset + index * 290 + layer * 90 - 80
                roof_line(block, x, 640, 120, wall + press.random.uniform(-20, 30), peak)
                block.bar(x + 80, 640 - wall - peak, x + 98, 640 - wall)
                for column in (24, 70):
                    block.bar(x + column, 640 - wall + 20, x + column + 22, 640 - wall + 52, on=False)


def draw_island_school(press: Press) -> None:
    """One room on the green of Hollin Island, and nine children."""
    sky(press, "mist", horizon=520, first=0.1, last=0.7)
    with press.block("white") as block:
        block.blob(xy("640,260 600,190 680,150 660,90 770,70 800,10 900,30 860,100 800,130 790,190 720,220 700,290"))
    with press.block("sea") as block:
        block.bar(-10, 500, 1610, 700)
        ripple(press, block, top=505, bottom=680, amount=0.5)
    with press.block("moss") as block:
        hill(
            press,
            block,
            xy("-40,640 260,600 640,560 1040,560 1400,620 1640,700"),
            base=1090,
            cuts=120,
        )
    _schoolhouse(press)


def _schoolhouse(press: Press) -> None:
    with press.block("white") as block:
        block.bar(520, 420, 1040, 640)
        block.fill([(860, 640), (860, 470), (940, 400), (1020, 470), (1020, 640)])
        block.bar(640, 270, 696, 340)
    with press.block("rust") as block:
        block.fill([(496, 430), (580, 306), (980, 306), (1066, 430)])
        block.fill(xy("838,484 940,384 1042,484 1022,496 940,418 858,496"))
        block.bar(634, 262, 702, 284)
        for row in range(5):
            for column in range(11):
                block.gouge(540 + column * 46 + row * 9, 326 + row * 22, angle=0, length=34, width=5)
    with press.block("night") as block:
        for x in (560, 660, 760):
            panes(block, x, 480, 64, 86, bars=6)
        block.bar(906, 520, 974, 640)
    with press.block("sun") as block:
        for x in (660, 760):
            panes(block, x + 6, 486, 52, 74, bars=6)
    _path_and_children(press)


def _path_and_children(press: Press) -> None:
    with press.block("sand") as block:
        block.fill(
            smooth(
                xy("906,640 900,720 780,820 700,1090 1060,1090 1010,860 980,740 974,640"),
                closed=False,
            )
        )
    inks = ("brick", "sea", "sun", "night", "rust", "deep", "brick", "slate", "sun")
    kinds = ("wool", "bob", "wool", "cap", "bun", "wool", "bob", "wool", "cap")
    crowd(
        press,
        [
            (
                944 - index * 16 + (index % 2) * 34,
                700 + index * 40,
                84 + index * 14,
                inks[index],
                inks[(index + 4) % 9],
                kinds[index],
            )
            for index in range(9)
        ],
    )
    with press.block("night") as block:
        for x in range(60, 480, 90):
            block.line([(x, 800 - x * 0.1), (x, 720 - x * 0.1)], 9)
        block.line([(20, 742), (460, 700)], 6)
        block.line([(20, 772), (460, 728)], 6)
        gull(block, 1240, 200, 60, tilt=8)
        gull(block, 1400, 300, 38, tilt=-6)
