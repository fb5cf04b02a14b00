"""Drawings of the harbour and the sea."""

from __future__ import annotations

from masthead.demo.pictures.lettering import letter_strokes
from masthead.demo.pictures.motifs import (
    crowd,
    glitter,
    gull,
    hill,
    ripple,
    sea,
    shade,
    sky,
)
from masthead.demo.pictures.press import Block, Point, Press, smooth, xy


def draw_sea_wall(press: Press) -> None:
    """The Saltpans wall in perspective, a wave behind it, the light far off."""
    sky(press, "mist", horizon=600, first=0.05, last=0.75)
    with press.block("white") as block:
        _spray(press, block)
    sea(press, "sea", top=560, bottom=700, amount=0.6)
    with press.block("deep") as block:
        block.fill([(0, 612), (330, 604), (560, 612), (560, 640), (0, 646)])
        block.fill([(232, 606), (240, 470), (262, 470), (270, 606)])
        block.bar(234, 456, 268, 470)
        block.bar(242, 432, 260, 456)
        block.fill([(238, 432), (251, 414), (264, 432)])
    with press.block("sea") as block:
        _breaker(press, block)
    with press.block("sand") as block:
        block.fill([(0, 646), (560, 640), (1600, 1120), (1600, 1200), (0, 1200)])
        shade(press, block, (0, 680, 1600, 1067), first=0.1, last=0.3, length=160, angle=6)
    _wall(press)
    with press.block("night") as block:
        gull(block, 420, 210, 62, tilt=-8)
        gull(block, 560, 300, 40, tilt=6)
        gull(block, 180, 320, 34, tilt=-4)
        _bench(block)


def _along(share: float) -> tuple[Point, Point]:
    """Return the top and the foot of the wall at a share of its length, 0 near and 1 far."""
    near = 1 / (1 + 5.2 * share) * 1.1923 - 0.1923
    x = 560 + 1120 * near
    return (x, 596 - 330 * near), (x, 642 + 510 * near)


def _wall(press: Press) -> None:
    top = [_along(step / 40)[0] for step in range(41)]
    foot = [_along(step / 40)[1] for step in range(41)]
    with press.block("white") as block:
        block.fill([*top, *foot[::-1]])
        for _ in range(150):
            share = press.random.random() ** 0.6
            (x, y0), (_, y1) = _along(share)
            depth = (y1 - y0) / 840
            y = y0 + (y1 - y0) * press.random.uniform(0.12, 0.95)
            block.gouge(x, y, angle=18 * (1 - share), length=110 * depth, width=9 * depth)
    with press.block("slate") as block:
        cap = [(x, y + (foot[index][1] - y) * 0.07) for index, (x, y) in enumerate(top)]
        block.fill([*top, *cap[::-1]])
        low = [(x, y - (y - top[index][1]) * 0.14) for index, (x, y) in enumerate(foot)]
        block.fill([*low, *foot[::-1]])
    with press.block("night") as block:
        for panel in range(12):
            (x, y0), (_, y1) = _along(panel / 12 * 0.98 + 0.012)
            block.line([(x, y0), (x, y1)], max(2, (y1 - y0) / 110))
        for panel, number in enumerate(("187", "188", "189", "190", "191", "192")):
            _stencil(block, number, panel)


def _stencil(block: Block, number: str, panel: int) -> None:
    start, end = (panel + 1) / 12 * 0.98 + 0.012, panel / 12 * 0.98 + 0.012

    def lay(point: Point) -> Point:
        share = start + (end - start) * (0.26 + point[0] * 0.24)
        (x, y0), (_, y1) = _along(share)
        return x, y0 + (y1 - y0) * (0.42 + 0.17 * point[1])

    for stroke in letter_strokes(number, x=0, y=1, height=1):
        (_, y0), (_, y1) = _along((start + end) / 2)
        block.line([lay(point) for point in stroke.points], max(1.5, (y1 - y0) * 0.024))


def _spray(press: Press, block: Block) -> None:
    for _ in range(34):
        x = press.random.gauss(1010, 150)
        y = press.random.uniform(120, 480)
        block.disc(x, y, press.random.uniform(4, 15))
    crest = xy("700,600 760,430 820,360 870,250 930,280 960,170 1020,220 1080,120")
    block.blob([*crest, (1130, 200), (1210, 160), (1240, 280), (1330, 300), (1360, 420), (1450, 600)])


def _breaker(press: Press, block: Block) -> None:
    for index, reach in enumerate((0.86, 0.68, 0.5, 0.32)):
        lift = 300 * reach
        block.brush([(800 - 30 * index, 620), (910, 600 - lift), (1060, 560 - lift), (1200, 600 - lift * 0.7)], 46)
    for _ in range(22):
        x, y = press.random.uniform(860, 1300), press.random.uniform(270, 470)
        block.gouge(x, y, angle=press.random.uniform(-80, -30), length=70, width=9, bend=14, on=True)


def _bench(block: Block) -> None:
    for y in (842, 872, 918):
        block.bar(150, y, 430, y + 14)
    for x in (180, 386):
        block.bar(x, 836, x + 14, 984)


def draw_ferry(press: Press) -> None:
    """The Patience, side on, between the mole and the island."""
    sky(press, "mist", horizon=560, first=0.05, last=0.8)
    with press.block("sun") as block:
        block.disc(1270, 300, 92)
    with press.block("moss") as block:
        hill(
            press,
            block,
            xy("930,560 1080,500 1220,448 1380,470 1500,520 1640,540"),
            base=575,
            cuts=26,
        )
    sea(press, "sea", top=560, bottom=1067, amount=0.42)
    _ferry(press)


def _ferry(press: Press) -> None:
    with press.block("white") as block:
        block.fill(
            xy("300,660 1180,660 1180,590 1090,590 1090,500 980,500 980,440 560,440 560,520 400,520 400,590 300,610")
        )
        block.blob(xy("600,420 520,360 400,370 330,300 210,330 150,260 40,290 120,350 300,400 480,420"))
    with press.block("brick") as block:
        block.fill(xy("232,640 330,658 1190,658 1250,628 1206,780 300,780 262,720"))
        block.fill([(604, 440), (628, 300), (716, 300), (716, 440)])
    with press.block("night") as block:
        block.fill([(289, 752), (1212, 752), (1200, 800), (304, 800)])
        block.bar(622, 300, 718, 342)
        for x in range(430, 1080, 82):
            block.bar(x, 552, x + 46, 590)
        for x in range(600, 960, 68):
            block.bar(x, 462, x + 40, 494)
        block.line([(1010, 500), (1010, 330)], 9)
        block.line([(1010, 350), (1230, 600)], 4)
        block.line([(1010, 350), (730, 440)], 4)
        for x in range(300, 1190, 44):
            block.line([(x, 612), (x, 658)], 4)
        block.line([(298, 612), (1190, 612)], 5)
        block.text(820, 726, "PATIENCE", height=46, weight=9, on=True)
        gull(block, 210, 190, 60, tilt=-10)
        gull(block, 380, 120, 40, tilt=8)
        gull(block, 1420, 180, 34)
    _bow_wave(press)


def _bow_wave(press: Press) -> None:
    with press.block("white") as block:
        block.fill([(1010, 346), (1010, 394), (1090, 372)])
        for index in range(26):
            x = 250 + index * 38
            block.gouge(
                x,
                806 + press.random.uniform(-8, 10),
                angle=press.random.uniform(-4, 4),
                length=110,
                width=16,
                bend=-8,
                on=True,
            )
        for index in range(14):
            block.gouge(1180 + index * 32, 826 + index * 5, angle=4, length=120, width=10, on=True)


def draw_crab_pots(press: Press) -> None:
    """Stacked pots and one large crab; boats behind."""
    sky(press, "mist", horizon=430, first=0.1, last=0.85)
    sea(press, "sea", top=430, bottom=720, amount=0.5)
    _small_boat(press, 300, 510, 1.0, "brick")
    _small_boat(press, 720, 470, 0.6, "sun")
    with press.block("sand") as block:
        block.bar(-10, 700, 1610, 1080)
        shade(press, block, (0, 710, 1600, 1067), first=0.2, last=0.2, length=130)
    with press.block("night") as block:
        for x, y in xy("900,720 1180,720 1040,520 1320,520 1190,330 1460,720"):
            _pot(block, x, y)
    _crab(press)
    with press.block("night") as block:
        gull(block, 520, 180, 62, tilt=-10)
        gull(block, 760, 260, 40, tilt=8)
        gull(block, 200, 250, 36)


def _pot(block: Block, x: float, y: float) -> None:
    block.line(
        [(x, y), (x, y - 110), (x + 50, y - 180), (x + 190, y - 180), (x + 240, y - 110), (x + 240, y), (x, y)], 14
    )
    for step in range(1, 6):
        block.line([(x + step * 40, y), (x + step * 40, y - 176)], 4)
    for step in range(1, 5):
        block.line([(x + 6, y - step * 38), (x + 234, y - step * 38)], 4)
    block.disc(x + 120, y - 90, 40)
    block.disc(x + 120, y - 90, 28, on=False)


def _small_boat(press: Press, x: float, y: float, size: float, ink: str) -> None:
    def at(dx: float, dy: float) -> Point:
        return x + dx * size, y + dy * size

    with press.block("white") as block:
        block.fill([at(-40, 0), at(-40, -80), at(40, -80), at(52, 0)])
        block.fill(smooth([at(-150, -20), at(-130, 60), at(120, 60), at(190, -46)], closed=False))
    with press.block(ink) as block:
        block.fill(smooth([at(-146, 0), at(-130, 60), at(120, 60), at(176, -16)], closed=False))
        block.bar(*at(-48, -94), *at(52, -78))
    with press.block("night") as block:
        block.line([at(0, -84), at(0, -230)], 7 * size)
        block.line([at(0, -220), at(-130, -30)], 3 * size)
        block.line([at(0, -220), at(176, -40)], 3 * size)
        for dx in (-28, 8):
            block.bar(*at(dx, -68), *at(dx + 22, -40))


def _crab(press: Press) -> None:
    with press.block("brick") as block:
        for side in (-1, 1):
            for index, (knee, foot) in enumerate(
                (
                    ((210, 740), (330, 800)),
                    ((230, 800), (350, 890)),
                    ((220, 860), (320, 960)),
                    ((180, 900), (240, 1020)),
                )
            ):
                start = (520 + side * 130, 800 + index * 28)
                elbow = (520 + side * (knee[0] + 50), knee[1] - 6)
                block.brush([(520, 810 + index * 16), start, elbow, (520 + side * (foot[0] + 40), foot[1])], 46)
            block.brush([(520 + side * 90, 760), (520 + side * 250, 700), (520 + side * 300, 600)], 74)
            block.blob(
                [
                    (520 + side * dx, dy)
                    for dx, dy in xy("250,640 200,560 230,470 290,440 270,520 310,530 350,460 390,540 340,640")
                ]
            )
        block.blob(xy("300,810 330,720 420,670 520,660 620,670 710,720 740,810 680,890 520,920 360,890"))
        for x, y, angle in (
            (420, 740, -30),
            (520, 720, 0),
            (620, 740, 30),
            (440, 830, 20),
            (600, 830, -20),
            (520, 790, 0),
        ):
            block.gouge(x, y, angle=angle, length=90, width=14, bend=-14)
        for x in range(350, 720, 46):
            block.disc(x, 694 - 30 * (1 - ((x - 520) / 190) ** 2) + 16, 7, on=False)
    with press.block("night") as block:
        for x in (480, 560):
            block.line([(x, 674), (x, 640)], 10)
            block.disc(x, 634, 14)


def draw_lighthouse(press: Press) -> None:
    """The Lantern on the North Mole, lit."""
    with press.block("deep") as block:
        block.bar(-10, -10, 1610, 720)
        for turn in range(26):
            for ring in range(7):
                if press.random.random() < 0.7:
                    angle = turn * 14 + ring * 5
                    _swirl(block, 1040, 270, 210 + ring * 120, angle)
    with press.block("sun") as block:
        block.fill([(1040, 262), (-20, 60), (-20, 300)])
        block.fill([(1040, 278), (1640, 200), (1640, 400)])
        block.disc(1040, 270, 84)
    with press.block("night") as block:
        block.bar(-10, 716, 1610, 1080)
        ripple(press, block, top=720, bottom=1067, amount=0.36)
        glitter(press, block, x=640, top=730, bottom=1040, spread=150)
    with press.block("slate") as block:
        block.fill([(760, 800), (1620, 770), (1620, 960), (700, 900)])
        for _ in range(60):
            block.gouge(
                press.random.uniform(760, 1600),
                press.random.uniform(800, 920),
                angle=press.random.choice((0, 90)),
                length=50,
                width=6,
            )
    _tower(press)


def _swirl(block: Block, x: float, y: float, radius: float, angle: float) -> None:
    import math

    turn = math.radians(angle)
    block.gouge(
        x + radius * math.cos(turn),
        y + radius * math.sin(turn) * 0.8,
        angle=angle + 90,
        length=radius * 0.17 + 20,
        width=8,
        bend=-8,
    )


def _tower(press: Press) -> None:
    with press.block("white") as block:
        block.fill([(944, 800), (980, 340), (1100, 340), (1136, 800)])
        block.bar(996, 222, 1084, 318)
    with press.block("brick") as block:
        block.fill([(962, 580), (970, 470), (1110, 470), (1118, 580)])
        block.fill([(984, 222), (1040, 150), (1096, 222)])
    with press.block("night") as block:
        block.bar(950, 318, 1130, 342)
        for x in (996, 1038, 1080):
            block.bar(x - 3, 222, x + 3, 318)
        block.line([(956, 292), (1124, 292)], 5)
        for x in range(960, 1130, 24):
            block.line([(x, 292), (x, 320)], 4)
        block.line([(1040, 150), (1040, 110)], 7)
        for y in (400, 640):
            block.blob([(1026, y + 50), (1026, y + 10), (1040, y - 6), (1054, y + 10), (1054, y + 50)])
        block.fill([(1016, 800), (1016, 730), (1040, 706), (1064, 730), (1064, 800)])
        block.fill([(1064, 800), (1136, 800), (1100, 342), (1076, 342)])
        for step in range(14):
            block.gouge(1090 + step % 2 * 14, 372 + step * 32, angle=86, length=40, width=9, on=False)
    with press.block("sun") as block:
        block.disc(1040, 270, 30)
    crowd(press, [(860, 846, 150, "brick", "sun", "cap")])
