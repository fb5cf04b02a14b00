"""Still lifes, continued: nets, numbers, letters, and the press itself."""

from __future__ import annotations

import math

from masthead.demo.pictures.motifs import gull, halo, ripple, shade, sky
from masthead.demo.pictures.press import Block, Press, smooth, xy
from masthead.demo.pictures.table import sheet, turned, wood, writing


def draw_net_finds(press: Press) -> None:
    """What came up that was not fish."""
    with press.block("mist") as block:
        block.flood()
        shade(press, block, (0, 0, 1600, 1067), first=0.02, last=0.3, length=160, pitch=28)
    with press.block("rust") as block:
        block.bar(-10, 70, 1610, 116)
        for x in (180, 800, 1420):
            block.disc(x, 93, 32)
    _boot(press)
    _bottle_and_bell(press)
    _teapot(press)
    _starfish_and_key(press)
    with press.block("night") as block:
        _hanging_net(block)
    with press.block("brick") as block:
        for index in range(9):
            x = 210 + index * 148
            block.disc(x, 150 + 40 * math.sin(index * math.pi / 8), 34, 26)


def _hanging_net(block: Block) -> None:
    def at(column: float, row: float) -> tuple[float, float]:
        across = column / 14
        pinch = 1 - 0.34 * (row / 10) ** 1.6
        x = 800 + (across - 0.5) * 1240 * pinch
        y = 130 + row * 84 + 90 * math.sin(across * math.pi) * (row / 10 + 0.3)
        return x, y

    for column in range(-10, 15):
        for step in ((1, 1), (-1, 1)):
            line = [
                at(column + step[0] * part + (10 if step[0] < 0 else 0), part)
                for part in range(11)
                if 0 <= column + step[0] * part + (10 if step[0] < 0 else 0) <= 14
            ]
            if len(line) > 1:
                block.line(line, 5)
    for side in (0, 14):
        block.line([at(side, part) for part in range(11)], 10)
    block.line([at(column, 10) for column in range(15)], 12)


def _boot(press: Press) -> None:
    with press.block("rust") as block:
        block.blob(xy("330,360 450,352 466,540 520,600 620,640 634,700 600,716 340,716 322,600"))
    with press.block("night") as block:
        block.fill([(334, 706), (634, 700), (632, 736), (334, 740)])
        for y in (420, 470, 520):
            block.line([(400, y), (462, y + 10)], 7)
        block.brush([(340, 376), (390, 392), (452, 368)], 16)


def _bottle_and_bell(press: Press) -> None:
    with press.block("pine") as block:
        block.fill(
            smooth(
                xy("700,780 690,560 740,500 744,400 796,400 800,500 850,560 840,780"),
                closed=False,
            )
        )
    with press.block("white") as block:
        block.fill(turned([(-34, -80), (34, -80), (34, 80), (-34, 80)], 770, 650, 12))
        block.brush([(712, 580), (706, 660), (716, 750)], 12)
    with press.block("sand") as block:
        block.bar(748, 366, 792, 410)
    with press.block("sun") as block:
        block.blob(xy("960,560 976,440 1040,380 1104,440 1120,560 1150,600 930,600"))
        block.arc(1040, 366, 24, 150, 390, 12)
        block.disc(1040, 616, 25)
    with press.block("rust") as block:
        block.brush([(950, 556), (1040, 574), (1130, 556)], 12)
        block.brush([(1000, 440), (986, 500), (980, 540)], 10)


def _teapot(press: Press) -> None:
    with press.block("sea") as block:
        block.disc(1000, 800, 136, 108)
        block.brush([(1110, 830), (1190, 800), (1210, 720), (1250, 700)], 50)
        block.arc(870, 790, 70, 80, 280, 22)
    with press.block("white") as block:
        for x, y in ((940, 800), (1000, 780), (1060, 806), (970, 850), (1034, 852)):
            block.disc(x, y, 15)
            block.disc(x, y, 6, on=False)
        block.disc(1000, 704, 62, 14)
    with press.block("night") as block:
        block.disc(1000, 704, 50, 9)


def _starfish_and_key(press: Press) -> None:
    with press.block("brick") as block:
        points = []
        for tip in range(10):
            reach = 112 if tip % 2 == 0 else 44
            turn = math.radians(tip * 36 - 76)
            points.append((1210 + reach * math.cos(turn), 470 + reach * math.sin(turn)))
        block.blob(points)
        for tip in range(5):
            turn = math.radians(tip * 72 - 76)
            for step in (24, 46, 68):
                block.disc(1210 + step * math.cos(turn), 470 + step * math.sin(turn), 6, on=False)
    with press.block("night") as block:
        block.disc(470, 840, 46)
        block.disc(470, 840, 24, on=False)
        block.line([(510, 848), (660, 876)], 19)
        block.line([(640, 872), (632, 922)], 17)
        block.line([(600, 866), (594, 906)], 17)


def draw_wall_numbers(press: Press) -> None:
    """Panel 187, its neighbour, and the chalk crab."""
    sky(press, "mist", horizon=260, first=0.1, last=0.8)
    with press.block("sea") as block:
        block.bar(-10, 230, 1610, 420)
        ripple(press, block, top=236, bottom=420, amount=0.55)
    with press.block("white") as block:
        for x, size in ((330, 1.0), (1150, 1.25)):
            for turn in range(-4, 5):
                block.gouge(
                    x + turn * 34 * size,
                    372 - (46 - abs(turn) * 6) * size,
                    angle=90 + turn * 13,
                    length=(150 - abs(turn) * 16) * size,
                    width=22,
                    on=True,
                )
            for _ in range(16):
                block.disc(x + press.random.gauss(0, 80), press.random.uniform(190, 330), press.random.uniform(4, 9))
    _panels(press)


def _panels(press: Press) -> None:
    with press.block("sand") as block:
        block.bar(-10, 370, 1610, 1080)
        for _ in range(190):
            x, y = press.random.uniform(0, 1600), press.random.uniform(440, 1050)
            block.gouge(x, y, angle=press.random.uniform(-10, 10), length=press.random.uniform(20, 90), width=5)
    with press.block("slate") as block:
        block.bar(-10, 356, 1610, 420)
        for x in range(60, 1600, 240):
            block.gouge(x + press.random.uniform(-40, 40), 392, angle=0, length=140, width=7)
    with press.block("moss") as block:
        block.fill(
            smooth(
                xy("-10,1080 -10,960 200,990 420,950 700,1000 980,960 1280,1000 1620,940 1620,1080"),
                closed=False,
            )
        )
    with press.block("night") as block:
        for x in (36, 800, 1564):
            block.line([(x, 420), (x, 1080)], 13)
        block.text(160, 740, "187", height=240, weight=44)
        block.text(930, 740, "188", height=240, weight=44)
        for x in (70, 766, 834, 1530):
            for y in (456, 900):
                block.disc(x, y, 10)
    with press.block("sand") as block:
        for x, text in ((160, 3), (930, 3)):
            for step in range(text):
                block.bar(x + 20 + step * 130, 610, x + 60 + step * 150, 622)
    with press.block("white") as block:
        _chalk_crab(block, 420, 880)
        gull(block, 1330, 130, 64, tilt=8)


def _chalk_crab(block: Block, x: float, y: float) -> None:
    block.line(
        smooth([(x - 90, y), (x - 50, y - 46), (x + 50, y - 46), (x + 90, y), (x + 40, y + 40), (x - 40, y + 40)]), 10
    )
    for side in (-1, 1):
        for reach, drop in ((150, -10), (160, 30), (140, 66)):
            block.line(
                [
                    (x + side * 80, y + drop * 0.4),
                    (x + side * (reach - 30), y + drop - 20),
                    (x + side * reach, y + drop + 20),
                ],
                9,
            )
        block.line([(x + side * 64, y - 40), (x + side * 130, y - 90)], 9)
        block.arc(x + side * 144, y - 116, 30, 40 if side < 0 else 170, 330 if side < 0 else 460, 9)
        block.line([(x + side * 20, y - 48), (x + side * 22, y - 76)], 7)
        block.disc(x + side * 22, y - 80, 8)
    block.arc(x, y - 6, 30, 30, 150, 7)


def draw_letters(press: Press) -> None:
    """The post."""
    wood(press, "slate")
    envelopes = (
        (330, 300, -14, "sand"),
        (1210, 260, 10, "white"),
        (760, 250, 4, "mist"),
        (300, 760, 12, "rose"),
        (1260, 790, -9, "sand"),
        (560, 540, -8, "white"),
        (1060, 560, 14, "mist"),
        (800, 790, 3, "white"),
    )
    for x, y, turn, ink in envelopes:
        _envelope(press, x, y, turn, ink)
    with press.block("white") as block:
        block.blob(
            turned(
                xy("-330,10 -200,-40 20,-52 180,-30 260,0 180,24 20,34 -200,26"),
                1130,
                470,
                -34,
            )
        )
    with press.block("slate") as block:
        for step in range(13):
            for side in (-1, 1):
                block.line(turned([(-250 + step * 36, 0), (-290 + step * 36, side * 30)], 1130, 470, -34), 3)
    with press.block("night") as block:
        block.brush(turned([(-330, 10), (0, -6), (390, 0)], 1130, 470, -34), 12)


def _envelope(press: Press, x: float, y: float, turn: float, ink: str) -> None:
    w, h = 210.0, 140.0
    with press.block("night") as block:
        block.fill(turned([(-w + 10, -h + 14), (w + 10, -h + 14), (w + 10, h + 14), (-w + 10, h + 14)], x, y, turn))
    with press.block(ink) as block:
        block.fill(turned([(-w, -h), (w, -h), (w, h), (-w, h)], x, y, turn))
    with press.block("night") as block:
        for row, reach in enumerate((120, 90, 60)):
            block.line(turned([(-110, 6 + row * 32), (-110 + reach * 1.7, 6 + row * 32)], x, y, turn), 6)
    stamp = ("brick", "sea", "sun", "pine")[press.random.randrange(4)]
    with press.block(stamp) as block:
        block.fill(turned([(118, -118), (192, -118), (192, -28), (118, -28)], x, y, turn))
    with press.block("white") as block:
        block.fill(turned([(146, -52), (150, -90), (160, -90), (164, -52)], x, y, turn))
        block.fill(turned([(144, -92), (155, -106), (166, -92)], x, y, turn))
    with press.block("night") as block:
        cx, cy = turned([(92, -84)], x, y, turn)[0]
        block.arc(cx, cy, 40, 0, 360, 4)
        for lift in (-14, 0, 14):
            block.line(turned([(60, -84 + lift), (150, -88 + lift)], x, y, turn), 3)


def draw_letter_drawer(press: Press) -> None:
    """The third drawer down."""
    with press.block("pine") as block:
        block.flood()
        for row in range(3):
            y = 40 + row * 300 if row < 2 else 0
            if row < 2:
                block.line([(120, y), (1480, y), (1480, y + 240), (120, y + 240), (120, y)], 7, on=False)
    with press.block("sun") as block:
        for y in (160, 460):
            block.disc(800, y, 34)
            block.arc(800, y + 20, 54, 10, 170, 12)
    with press.block("night") as block:
        block.fill([(120, 620), (1480, 620), (1560, 860), (40, 860)])
    papers = (
        (300, 690, -16, "white"),
        (520, 660, 9, "sand"),
        (760, 680, -5, "white"),
        (980, 650, 12, "rose"),
        (1210, 690, -9, "white"),
        (1350, 720, 15, "mist"),
        (640, 740, 4, "mist"),
        (1080, 750, -3, "sand"),
        (420, 770, 14, "rose"),
    )
    for x, y, turn, ink in papers:
        with press.block("slate") as block:
            sheet(block, x + 8, y - 6, 230, 330, turn)
        with press.block(ink) as block:
            sheet(block, x, y, 230, 330, turn)
        with press.block("night") as block:
            writing(block, x, y - 40, 230, 220, turn, rows=6)
    _drawer_front(press)


def _drawer_front(press: Press) -> None:
    with press.block("rust") as block:
        block.fill([(-10, 830), (1610, 830), (1560, 1080), (40, 1080)])
        for _ in range(34):
            block.gouge(
                press.random.uniform(60, 1540), press.random.uniform(850, 1060), angle=0, length=280, width=4, bend=4
            )
    with press.block("night") as block:
        block.bar(-10, 818, 1610, 840)
        block.disc(800, 924, 14)
        block.fill([(792, 930), (808, 930), (814, 970), (786, 970)])
    with press.block("sun") as block:
        block.disc(1010, 950, 30)
        block.disc(1010, 950, 14, on=False)
        block.line([(826, 950), (984, 950)], 13)
        block.line([(850, 950), (850, 980)], 12)
        block.line([(882, 950), (882, 974)], 12)
        block.line([(1036, 960), (1080, 1030)], 5)
    with press.block("white") as block:
        block.fill(turned([(-40, -20), (40, -20), (40, 46), (-40, 46)], 1100, 1030, -18))
    with press.block("night") as block:
        block.text(1070, 1046, "NO.", height=26, weight=6)


def draw_printing_press(press: Press) -> None:
    """The hand press at 4 Pump Street."""
    with press.block("sand") as block:
        block.flood()
        for x in range(0, 1600, 90):
            block.line([(x, 0), (x, 800)], 3, on=False)
    with press.block("rust") as block:
        block.bar(-10, 800, 1610, 1080)
        shade(press, block, (0, 806, 1600, 1067), first=0.12, last=0.12, length=240)
        block.bar(1130, 330, 1600, 352)
        block.bar(1130, 560, 1600, 582)
    _ink_tins(press)
    with press.block("night") as block:
        _press_frame(block)
    with press.block("slate") as block:
        block.fill([(300, 640), (900, 640), (900, 690), (300, 690)])
        block.disc(260, 560, 96)
        block.disc(260, 560, 66, on=False)
        for turn in range(6):
            dx, dy = math.cos(turn * math.pi / 3), math.sin(turn * math.pi / 3)
            block.line([(260, 560), (260 + dx * 80, 560 + dy * 80)], 11)
    with press.block("white") as block:
        block.fill([(560, 636), (1010, 600), (1180, 760), (720, 810)])
        block.fill([(560, 636), (720, 810), (720, 822), (556, 646)])
    with press.block("night") as block:
        _front_page(block)
    with press.block("brick") as block:
        block.fill([(876, 668), (980, 659), (1032, 706), (924, 718)])
    with press.block("sun") as block:
        block.fill([(980, 150), (1060, 150), (1110, 230), (930, 230)])
        halo(block, 1020, 250, inner=60, outer=150, rays=16, width=10, on=True)
    with press.block("night") as block:
        block.line([(1020, -10), (1020, 150)], 6)


def _press_frame(block: Block) -> None:
    block.bar(330, 190, 410, 860)
    block.bar(760, 190, 840, 860)
    block.blob(xy("300,240 330,150 470,110 700,110 840,150 870,240 760,200 410,200"))
    block.bar(540, 180, 630, 470)
    block.bar(440, 460, 730, 520)
    block.line([(620, 330), (1010, 410)], 24)
    block.disc(1020, 412, 32)
    block.bar(270, 690, 930, 740)
    for x in (300, 820):
        block.fill([(x, 850), (x + 120, 850), (x + 160, 930), (x - 40, 930)])
    block.line([(260, 560), (420, 660)], 14)
    for y in (330, 360, 390, 420):
        block.line([(530, y), (640, y - 14)], 8, on=False)


def _front_page(block: Block) -> None:
    def at(u: float, v: float) -> tuple[float, float]:
        left = (560 + 160 * v, 636 + 174 * v)
        right = (1010 + 170 * v, 600 + 160 * v)
        return left[0] + (right[0] - left[0]) * u, left[1] + (right[1] - left[1]) * u

    block.fill([at(0.16, 0.1), at(0.84, 0.1), at(0.84, 0.2), at(0.16, 0.2)])
    for u0, u1 in ((0.08, 0.3), (0.35, 0.56)):
        for row in range(11):
            v = 0.32 + row * 0.056
            block.line([at(u0, v), at(u1 - (0.07 if row % 5 == 4 else 0), v)], 4)
    for row in range(3):
        v = 0.74 + row * 0.07
        block.line([at(0.62, v), at(0.92, v)], 4)


def _ink_tins(press: Press) -> None:
    tins = (
        ("brick", 1170, 330, 96),
        ("sea", 1290, 330, 110),
        ("night", 1420, 330, 90),
        ("sun", 1180, 560, 120),
        ("pine", 1320, 560, 90),
        ("slate", 1440, 560, 110),
    )
    for ink, x, foot, height in tins:
        with press.block(ink) as block:
            block.bar(x, foot - height, x + 92, foot)
            block.disc(x + 46, foot - height, 46, 13)
    with press.block("white") as block:
        for _, x, foot, height in tins:
            block.bar(x + 12, foot - height * 0.62, x + 80, foot - height * 0.25)
    with press.block("slate") as block:
        for _, x, foot, height in tins:
            block.disc(x + 46, foot - height, 36, 8)
