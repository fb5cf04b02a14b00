"""Drawings of the river, the shore and the people who go about on them."""

from __future__ import annotations

import math

from masthead.demo.pictures.motifs import glitter, gull, hill, rain, ripple, roof_line, sea, shade, sky
from masthead.demo.pictures.press import Block, Point, Points, Press, smooth, xy


def draw_eels_weir(press: Press) -> None:
    """Glass eels below the weir at night, seen through the water."""
    with press.block("night") as block:
        block.bar(-10, -10, 1610, 420)
        shade(press, block, (0, 0, 1600, 300), first=0.02, last=0.12, length=110, pitch=26)
    with press.block("sun") as block:
        block.disc(1290, 130, 70)
    with press.block("night") as block:
        block.disc(1264, 112, 66)
    with press.block("pine") as block:
        hill(press, block, [(-40, 260), (160, 200), (380, 240), (560, 300)], base=430, cuts=18)
        hill(press, block, [(1040, 300), (1240, 240), (1440, 210), (1640, 250)], base=430, cuts=18)
    with press.block("deep") as block:
        block.bar(-10, 330, 1610, 1080)
        for _ in range(130):
            y = press.random.uniform(450, 1060)
            block.gouge(press.random.uniform(0, 1600), y, angle=-14, length=90, width=4.5, bend=12)
    with press.block("slate") as block:
        block.fill([(-10, 300), (1610, 300), (1610, 356), (-10, 356)])
        for x in range(0, 1600, 104):
            block.fill([(x, 356), (x + 92, 356), (x + 104, 470), (x - 12, 470)])
    with press.block("foam") as block:
        for x in range(-20, 1640, 26):
            block.gouge(
                x, press.random.uniform(386, 430), angle=90, length=press.random.uniform(80, 170), width=9, on=True
            )
        for x in range(-10, 1620, 64):
            block.disc(x, 488 + press.random.uniform(-8, 10), 42, 20)
    _eels(press)
    _ladder(press)


def _eels(press: Press) -> None:
    swimmers = []
    for index in range(17):
        x, y = 130 + index * 88 + press.random.uniform(-24, 24), 600 + (index * 137) % 330
        size = press.random.uniform(0.8, 1.3)
        swimmers.append((x, y, size, index))
    with press.block("mist") as block:
        for x, y, size, index in swimmers:
            points = [(x + math.sin(step * 1.25 + index) * 24 * size, y + step * 42 * size) for step in range(6)]
            block.brush([(points[0][0], y - 40 * size), *points], 30 * size)
            block.disc(points[0][0], y - 6 * size, 14 * size, 24 * size)
    with press.block("night", rough=False) as block:
        for x, y, size, index in swimmers:
            for side in (-1, 1):
                block.disc(x + math.sin(index) * 24 * size + side * 7 * size, y - 12 * size, 4.2 * size)


def _ladder(press: Press) -> None:
    with press.block("sun") as block:
        block.line([(1010, 560), (1250, 300), (1330, 280)], 40)
    with press.block("rust") as block:
        for step in range(15):
            x, y = 1018 + step * 16.4, 552 - step * 17.7
            block.line([(x - 12, y - 10), (x + 14, y + 12)], 6)
    with press.block("brick") as block:
        block.fill([(1306, 262), (1392, 262), (1380, 346), (1318, 346)])
    with press.block("night") as block:
        block.arc(1349, 264, 40, 180, 360, 5)


def draw_tide_gauge(press: Press) -> None:
    """The gauge at the Old Quay in rain."""
    with press.block("slate") as block:
        block.bar(-10, -10, 1610, 700)
        shade(press, block, (0, 0, 1600, 700), first=0.05, last=0.5, length=170, pitch=24)
    with press.block("night") as block:
        for left, wall, peak, width in (
            (40, 150, 70, 130),
            (180, 120, 60, 110),
            (300, 170, 80, 140),
            (450, 130, 70, 120),
        ):
            roof_line(block, left, 640, width, wall, peak)
        block.bar(-10, 630, 620, 690)
    with press.block("sun") as block:
        for x, y in xy("76,520 120,560 220,560 340,500 390,550 490,560"):
            block.bar(x, y, x + 22, y + 32)
    with press.block("deep") as block:
        block.bar(-10, 680, 1610, 1080)
        ripple(press, block, top=690, bottom=1067, amount=0.55)
    with press.block("sand") as block:
        block.bar(1330, 200, 1620, 1000)
        for step in range(6):
            block.bar(1330 - step * 46, 300 + step * 104, 1620, 1000)
    with press.block("rust") as block:
        for step in range(7):
            edge = 1330 - max(0, step - 1) * 46
            block.bar(edge - 10, 196 + step * 104, 1620, 210 + step * 104)
        for _ in range(46):
            x, y = press.random.uniform(1350, 1590), press.random.uniform(220, 900)
            block.gouge(x, y, angle=0, length=60, width=6, on=True)
    _gauge(press)
    with press.block("deep") as block:
        block.bar(1000, 912, 1620, 1080)
        ripple(press, block, top=912, bottom=1067, x0=1000, amount=0.6)
    with press.block("foam") as block:
        rain(press, block, (0, 0, 1600, 1000), drops=120, on=True)


def _gauge(press: Press) -> None:
    with press.block("white") as block:
        block.bar(800, 110, 960, 1000)
    with press.block("night") as block:
        block.line([(792, 108), (792, 1000)], 10)
        block.line([(968, 108), (968, 1000)], 10)
        block.bar(780, 84, 980, 112)
        for step in range(9):
            y = 160 + step * 90
            block.bar(800, y, 850, y + 45)
            if step % 2 == 0:
                block.text(876, y + 66, str(6 - step // 2), height=56, weight=12)
    with press.block("brick") as block:
        block.bar(800, 262, 960, 276)
        block.fill([(990, 246), (1046, 269), (990, 292)])
    with press.block("deep") as block:
        block.bar(780, 800, 980, 1010)
        for step in range(6):
            block.gouge(880, 816 + step * 34, angle=0, length=170 - step * 14, width=12)


def draw_marsh(press: Press) -> None:
    """Parson's Field at low water."""
    sky(press, "rose", horizon=430, first=0.1, last=0.85)
    with press.block("sun") as block:
        block.disc(1180, 330, 96)
    with press.block("slate") as block:
        hill(press, block, [(-40, 400), (280, 380), (620, 410), (1000, 396), (1640, 408)], base=450)
        roof_line(block, 240, 404, 60, 60, 34)
        block.fill([(300, 404), (300, 310), (316, 270), (332, 310), (332, 404)])
    with press.block("moss") as block:
        block.bar(-10, 424, 1610, 1080)
        for _ in range(260):
            y = 440 + press.random.random() ** 1.4 * 620
            near = (y - 430) / 640
            block.gouge(
                press.random.uniform(0, 1600),
                y,
                angle=90 + press.random.uniform(-30, 30),
                length=14 + 44 * near,
                width=3 + 6 * near,
            )
    with press.block("foam") as block:
        _creeks(block, grow=1.0)
    with press.block("mist") as block:
        _creeks(block, grow=0.74)
    _posts_and_birds(press)


def _posts_and_birds(press: Press) -> None:
    with press.block("rust") as block:
        for index in range(8):
            foot, top = 90 + index * 64, 620 - index * 25
            block.line([(foot, top + 140 - index * 13), (foot + 8 - index, top)], 17 - index * 1.6)
    with press.block("night") as block:
        for x, y in xy("700,880 820,930 1010,760 1120,800 560,720 1290,940 880,640"):
            _wader(block, x, y, 0.1 + (y - 400) / 390)
        for index in range(26):
            x = 520 + index * 26 + press.random.uniform(-10, 10)
            gull(
                block,
                x,
                200 - 70 * math.sin(index / 4) + press.random.uniform(-26, 26),
                press.random.uniform(13, 24),
                tilt=press.random.uniform(-20, 20),
            )


def _creeks(block: Block, *, grow: float) -> None:
    main: list[tuple[Point, float]] = [
        ((1180, 440), 10),
        ((1090, 500), 26),
        ((1230, 580), 46),
        ((1060, 680), 74),
        ((1180, 820), 116),
        ((960, 960), 190),
        ((1000, 1120), 280),
    ]
    left = smooth([(x - w * grow / 2, y) for (x, y), w in main], closed=False)
    right = smooth([(x + w * grow / 2, y) for (x, y), w in main], closed=False)
    block.fill([*left, *right[::-1]])
    for points, width in (
        ([(1060, 690), (860, 660), (760, 590), (560, 560), (480, 520)], 40),
        ([(1170, 810), (1380, 780), (1460, 690), (1600, 660)], 52),
        ([(970, 950), (700, 980), (560, 900), (360, 900), (240, 850)], 62),
        ([(1220, 580), (1380, 560), (1450, 510)], 26),
    ):
        block.brush(points, width * grow)


def _wader(block: Block, x: float, y: float, size: float) -> None:
    block.blob(
        [
            (x - 44 * size, y - 4 * size),
            (x - 20 * size, y - 30 * size),
            (x + 14 * size, y - 26 * size),
            (x + 30 * size, y - 6 * size),
            (x, y + 14 * size),
        ]
    )
    block.line([(x + 20 * size, y - 14 * size), (x + 40 * size, y - 40 * size)], 9 * size)
    block.disc(x + 43 * size, y - 42 * size, 11 * size)
    block.line([(x + 46 * size, y - 40 * size), (x + 84 * size, y - 24 * size)], 4 * size)
    for dx in (-6, 6):
        block.line([(x + dx * size, y + 8 * size), (x + dx * size, y + 54 * size)], 3.6 * size)


def draw_swimmer(press: Press) -> None:
    """One swimmer in the Basin, early."""
    sky(press, "rose", horizon=420, first=0.05, last=0.8)
    with press.block("sun") as block:
        block.disc(1150, 380, 130)
    sea(press, "slate", top=400, bottom=500, amount=0.6)
    with press.block("deep") as block:
        block.fill([(-10, 470), (1610, 450), (1610, 540), (-10, 560)])
        for joint in range(0, 1600, 70):
            block.line([(joint, 474), (joint + 4, 556)], 3, on=False)
    with press.block("sea") as block:
        block.bar(-10, 548, 1610, 1080)
        for step in range(26):
            y = 566 + step * 19 + step * step * 0.16
            for _ in range(3):
                x = press.random.uniform(0, 1600)
                block.gouge(x, y, angle=0, length=press.random.uniform(120, 320), width=3 + step * 0.16, bend=-2)
        glitter(press, block, x=1150, top=560, bottom=1060, spread=130)
        for side in (-1, 1):
            for ring in range(6):
                block.brush(
                    [
                        (640, 760 + side * 4),
                        (820, 762 + side * (22 + ring * 18)),
                        (1080, 766 + side * (40 + ring * 34)),
                        (1460, 790 + side * (60 + ring * 52)),
                    ],
                    10 - ring,
                    on=False,
                )
    _person_in_water(press)


def _person_in_water(press: Press) -> None:
    with press.block("tan") as block:
        block.line([(662, 764), (590, 656), (470, 742)], 32)
        block.blob([(496, 742), (462, 726), (424, 762), (470, 768)])
        block.disc(600, 752, 44, 40)
        block.blob([(640, 786), (650, 742), (760, 738), (900, 764), (900, 790)])
    with press.block("night") as block:
        block.blob([(700, 790), (706, 742), (790, 744), (880, 766), (880, 792)])
        block.line([(562, 748), (640, 738)], 10)
        block.disc(572, 752, 13)
    with press.block("brick") as block:
        block.blob(xy("580,736 584,708 626,704 650,736 646,772 626,746"))
    with press.block("sea") as block:
        block.fill(xy("380,772 520,764 560,780 700,770 930,776 960,800 400,800"))
        ripple(press, block, top=772, bottom=800, x0=400, x1=900, amount=0.6)
    with press.block("night") as block:
        block.bar(60, 380, 78, 520)
        block.bar(120, 380, 138, 520)
        for y in (400, 436, 472, 506):
            block.bar(60, y, 138, y + 9)
        gull(block, 420, 200, 58, tilt=-8)
        gull(block, 620, 130, 38, tilt=8)
        block.blob([(1370, 470), (1376, 380), (1400, 360), (1424, 380), (1432, 470)])
        block.disc(1400, 344, 19, 22)
        block.line([(1374, 338), (1426, 338)], 8)


def draw_rowing_gig(press: Press) -> None:
    """The Slow Worm on a swell, oars lifted."""
    sky(press, "mist", horizon=520, first=0.1, last=0.85)
    with press.block("slate") as block:
        hill(press, block, [(860, 520), (1040, 440), (1220, 410), (1400, 460), (1640, 500)], base=540, cuts=16)
    with press.block("sea") as block:
        swell = smooth(xy("-40,560 260,500 560,560 900,600 1240,540 1640,560"), closed=False)
        block.fill([*swell, (1640, 1090), (-40, 1090)])
        ripple(press, block, top=560, bottom=760, amount=0.4)
    people = [(410 + index * 124, 840 - index * 10) for index in range(7)]
    with press.block("white") as block:
        for index, (x, y) in enumerate(people[:6]):
            block.line([(x + 26, y - 150), (x + 130, y - 330 - index * 4)], 10)
            block.brush(
                [(x + 116, y - 306 - index * 4), (x + 140, y - 360 - index * 4), (x + 166, y - 420 - index * 4)], 36
            )
    _rowers(press, people)
    with press.block("brick") as block:
        block.fill(smooth(xy("230,720 300,820 460,880 900,866 1240,790 1360,640"), closed=False))
    with press.block("white") as block:
        block.brush([(240, 742), (600, 806), (1000, 780), (1350, 660)], 20)
    with press.block("night") as block:
        block.brush([(222, 722), (600, 786), (1000, 758), (1368, 636)], 16)
        block.text(420, 858, "SLOW WORM", height=36, weight=7, on=True)
    _near_swell(press)


def _near_swell(press: Press) -> None:
    with press.block("deep") as block:
        near = smooth(xy("-40,760 240,850 560,880 900,850 1240,760 1640,800"), closed=False)
        block.fill([*near, (1640, 1090), (-40, 1090)])
        ripple(press, block, top=840, bottom=1067, amount=0.5)
        for step in range(5):
            block.brush(
                [
                    (-40, 800 + step * 46),
                    (300, 890 + step * 40),
                    (800, 890 + step * 44),
                    (1300, 800 + step * 54),
                    (1640, 850 + step * 44),
                ],
                9,
                on=False,
            )
    with press.block("night") as block:
        gull(block, 300, 190, 64, tilt=-10)
        gull(block, 520, 270, 40, tilt=8)


def _rowers(press: Press, people: Points) -> None:
    inks = ("sun", "white", "sun", "white", "sun", "white", "night")
    for ink in sorted(set(inks)):
        with press.block(ink) as block:
            for own, (x, y) in zip(inks, people, strict=True):
                if own == ink:
                    block.blob([(x - 50, y), (x - 44, y - 110), (x - 4, y - 150), (x + 40, y - 110), (x + 52, y)])
    for turn, skin in enumerate(("rose", "tan", "umber")):
        with press.block(skin) as block:
            for x, y in people[turn::3]:
                block.disc(x + 4, y - 178, 27, 32)
    with press.block("foam") as block:
        for x, y in people[::2]:
            block.blob([(x - 26, y - 176), (x - 24, y - 208), (x + 8, y - 216), (x + 34, y - 196), (x, y - 190)])
    with press.block("rust") as block:
        for x, y in people[1::2]:
            block.blob([(x - 26, y - 184), (x - 20, y - 214), (x + 10, y - 220), (x + 32, y - 192)])
            block.line([(x + 20, y - 190), (x + 44, y - 186)], 7)
