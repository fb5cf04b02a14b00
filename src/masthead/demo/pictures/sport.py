"""Drawings of the Rope Walk, of the board, and of the one night on which the whole town is out."""

from __future__ import annotations

from masthead.demo.pictures.motifs import crowd, gull, halo, hill, rain, ripple, shade, sky
from masthead.demo.pictures.press import Block, Press, smooth, xy


def draw_football(press: Press) -> None:
    """A shot, a dive, rain, and floodlights."""
    with press.block("deep") as block:
        block.bar(-10, -10, 1610, 620)
        shade(press, block, (0, 0, 1600, 600), first=0.03, last=0.22, length=120, pitch=26)
    with press.block("night") as block:
        block.bar(-10, 470, 1610, 600)
        for index in range(54):
            block.disc(16 + index * 30, 468 + (index * 7) % 17, 15, 19)
        for x in (240, 1180):
            block.line([(x, 470), (x, 90)], 14)
            block.bar(x - 70, 40, x + 70, 110)
    with press.block("sun") as block:
        for x in (240, 1180):
            for column in range(3):
                for row in range(2):
                    block.disc(x - 42 + column * 42, 58 + row * 34, 14)
            halo(block, x, 76, inner=104, outer=190, rays=26, width=8, on=True)
    with press.block("moss") as block:
        block.bar(-10, 590, 1610, 1080)
    with press.block("pine") as block:
        for step in range(4):
            top = 640 + step * (76 + step * 14)
            block.bar(-10, top, 1610, top + 44 + step * 16)
        shade(press, block, (0, 600, 1600, 1067), first=0.05, last=0.05, length=60, pitch=30)
    _goal(press)
    _striker(press)
    _keeper(press)
    with press.block("white") as block:
        block.disc(990, 560, 40)
        for step in range(5):
            block.gouge(820 - step * 44, 600 + step * 22 + (step % 2) * 20, angle=-22, length=120, width=8, on=True)
        rain(press, block, (0, 0, 1600, 1050), drops=90, on=True)
    with press.block("night") as block:
        block.fill([(982, 548), (1002, 544), (1010, 562), (994, 574), (978, 566)])
        for x, y in ((958, 548), (1020, 540), (972, 590), (1012, 590)):
            block.disc(x, y, 7)


def _goal(press: Press) -> None:
    with press.block("foam") as block:
        for step in range(17):
            block.line([(1120 + step * 30, 330), (1090 + step * 34, 700)], 3)
        for step in range(12):
            block.line([(1110, 350 + step * 32), (1610, 350 + step * 32)], 3)
    with press.block("white") as block:
        block.line([(1090, 760), (1090, 320), (1640, 320)], 24)


def _striker(press: Press) -> None:
    with press.block("umber") as block:
        block.disc(450, 420, 50, 58)
        block.line([(400, 520), (300, 600), (230, 540)], 36)
        block.line([(510, 530), (600, 600), (690, 560)], 34)
        block.line([(430, 760), (400, 880), (330, 990)], 46)
        block.line([(520, 750), (660, 770), (770, 690)], 46)
    with press.block("pine") as block:
        block.blob(xy("386,500 450,476 520,500 540,640 520,700 400,700 376,620"))
        block.line([(400, 520), (344, 576)], 56)
        block.line([(512, 530), (570, 580)], 54)
    with press.block("white") as block:
        for y in (540, 600, 660):
            block.line([(384, y), (530, y + 6)], 16)
        block.fill(xy("396,690 532,690 590,760 540,810 470,760 440,820 370,800"))
        block.line([(380, 900), (340, 976)], 40)
        block.line([(690, 756), (760, 700)], 40)
    with press.block("night") as block:
        block.blob(xy("398,420 402,366 450,348 496,370 504,400 450,396 420,440"))
        block.disc(392, 366, 30, 26)
        block.blob([(300, 980), (350, 984), (400, 1010), (390, 1026), (300, 1022)])
        block.blob([(752, 706), (742, 664), (782, 628), (806, 640), (792, 712)])


def _keeper(press: Press) -> None:
    with press.block("rose") as block:
        block.disc(1210, 486, 40, 44)
        block.line([(1400, 640), (1500, 700), (1580, 660)], 38)
        block.line([(1400, 610), (1520, 600), (1590, 560)], 38)
    with press.block("sun") as block:
        block.blob(xy("1220,540 1260,500 1360,550 1430,620 1400,670 1290,630"))
        block.line([(1240, 540), (1150, 500), (1080, 470)], 44)
        block.line([(1260, 580), (1160, 580), (1090, 560)], 44)
    with press.block("brick") as block:
        block.disc(1068, 464, 33)
        block.disc(1076, 556, 33)
        block.blob(xy("1176,476 1180,440 1220,430 1254,456 1250,490 1216,466"))
    with press.block("night") as block:
        block.blob([(1380, 600), (1440, 590), (1480, 640), (1440, 690), (1390, 670)])
        for x, y in ((1590, 656), (1596, 556)):
            block.disc(x, y, 30, 24)


def draw_football_ground(press: Press) -> None:
    """The Rope Walk, with the stand that came by sea."""
    sky(press, "mist", horizon=520, first=0.1, last=0.8)
    with press.block("sea") as block:
        block.bar(-10, 470, 1610, 560)
        ripple(press, block, top=476, bottom=560, amount=0.6)
    with press.block("sand") as block:
        block.bar(-10, 556, 1610, 720)
        for x in range(-10, 1610, 40):
            block.line([(x, 572), (x, 712)], 3, on=False)
    with press.block("slate") as block:
        hill(press, block, [(900, 476), (1100, 430), (1300, 410), (1640, 450)], base=490)
    _box(press)
    _old_stand(press)
    with press.block("moss") as block:
        block.bar(-10, 700, 1610, 1080)
        for step in range(5):
            block.fill(
                [(120 + step * 300, 700), (270 + step * 300, 700), (200 + step * 370, 1080), (-10 + step * 370, 1080)],
                on=False,
            )
    with press.block("pine") as block:
        for step in range(5):
            block.fill(
                [(120 + step * 300, 700), (270 + step * 300, 700), (200 + step * 370, 1080), (-10 + step * 370, 1080)]
            )
        shade(press, block, (0, 700, 1600, 1067), first=0.05, last=0.06, length=60, pitch=28)
    _people_at_the_ground(press)


def _people_at_the_ground(press: Press) -> None:
    with press.block("white") as block:
        block.line([(-10, 730), (1610, 730)], 9)
        block.line([(800, 730), (800, 1080)], 10)
        block.arc(800, 960, 210, 180, 360, 10)
        block.line([(90, 760), (90, 640), (250, 640), (250, 760)], 10)
    with press.block("night") as block:
        for x in (360, 1500):
            block.line([(x, 720), (x, 140)], 14)
            block.bar(x - 60, 90, x + 60, 156)
        gull(block, 740, 130, 56, tilt=-8)
        gull(block, 900, 220, 36, tilt=8)
        gull(block, 150, 180, 44)
    with press.block("sun") as block:
        for x in (360, 1500):
            for column in range(3):
                block.disc(x - 38 + column * 38, 122, 15)
    crowd(
        press,
        [
            (560, 900, 150, "brick", "night", "bun"),
            (980, 860, 136, "brick", "rust", "bob"),
            (1130, 960, 176, "sun", "night", "plain"),
            (700, 830, 130, "sun", "night", "bun"),
            (1290, 830, 130, "brick", "foam", "bob"),
        ],
    )
    with press.block("white") as block:
        block.disc(860, 880, 15)


def _box(press: Press) -> None:
    with press.block("brick") as block:
        block.bar(640, 560, 1010, 720)
        for x in range(652, 1010, 22):
            block.line([(x, 572), (x, 708)], 5, on=False)
    with press.block("sea") as block:
        block.bar(1014, 560, 1384, 720)
        for x in range(1026, 1384, 22):
            block.line([(x, 572), (x, 708)], 5, on=False)
    with press.block("rust") as block:
        for step in range(5):
            block.bar(650 + step * 12, 530 - step * 40, 1374 - step * 12, 560 - step * 40)
    with press.block("night") as block:
        for step in range(5):
            for seat in range(22):
                if press.random.random() < 0.8:
                    x = 690 + seat * 29 + step * 4
                    block.disc(x, 512 - step * 40, 10, 12)
        for x in (660, 1364):
            block.line([(x, 560), (x, 300)], 10)
    with press.block("white") as block:
        for stripe in range(0, 14, 2):
            _stripe(block, stripe)
    with press.block("pine") as block:
        for stripe in range(1, 14, 2):
            _stripe(block, stripe)
    with press.block("sand") as block:
        block.bar(700, 600, 950, 680)
        block.bar(1074, 600, 1324, 680)
    with press.block("night") as block:
        block.text(768, 662, "TEA", height=44, weight=10)
        block.text(1110, 662, "THE BOX", height=40, weight=9)


def _stripe(block: Block, stripe: int) -> None:
    x0, x1 = 610 + stripe * 58, 610 + (stripe + 1) * 58
    t0, t1 = 650 + stripe * 52.3, 650 + (stripe + 1) * 52.3
    block.fill([(t0, 230), (t1, 230), (x1, 320), (x0, 320)])
    block.disc((x0 + x1) / 2, 320, 29, 24)


def _old_stand(press: Press) -> None:
    with press.block("rust") as block:
        block.bar(-10, 600, 330, 720)
        block.fill([(-20, 430), (300, 400), (360, 470), (-20, 490)])
    with press.block("night") as block:
        for x in range(20, 340, 62):
            block.line([(x, 480), (x, 720)], 10)
        for row in range(2):
            for seat in range(10):
                if (seat + row) % 3:
                    block.disc(30 + seat * 31, 586 - row * 34, 11, 13)


def draw_chess(press: Press) -> None:
    """The board in the saloon of the Patience, Hollin in the window."""
    with press.block("rust") as block:
        block.flood()
        shade(press, block, (0, 0, 1600, 1067), first=0.04, last=0.04, length=220, pitch=26)
    with press.block("mist") as block:
        block.blob(xy("350,130 1250,130 1320,330 1250,560 350,560 280,330"))
    window = smooth(xy("350,130 1250,130 1320,330 1250,560 350,560 280,330"))
    with press.block("moss") as block, block.within(window):
        hill(press, block, [(560, 400), (760, 320), (900, 290), (1080, 340), (1240, 400)], base=420, cuts=10)
    with press.block("sea") as block, block.within(window):
        block.bar(200, 396, 1400, 600)
        ripple(press, block, top=400, bottom=580, amount=0.6)
    with press.block("white") as block, block.within(window):
        rain(press, block, (280, 60, 1320, 560), drops=56, on=True)
    with press.block("night") as block:
        block.line([*window, window[0]], 34)
        for x, y in xy("300,120 1300,120 260,336 1340,336 300,556 1300,556"):
            block.disc(x, y, 17)
    with press.block("rust") as block:
        for x, y in xy("300,120 1300,120 260,336 1340,336 300,556 1300,556"):
            block.disc(x, y, 7)
    _board(press)
    with press.block("white") as block:
        _rook(block, 420, 880, 1.15)
        _pawn(block, 620, 820, 1.0)
        _king(block, 860, 950, 1.25)
        _pawn(block, 250, 960, 1.15)
    with press.block("night") as block:
        _rook(block, 1190, 850, 1.1)
        _pawn(block, 1020, 810, 1.0)
        _pawn(block, 1340, 930, 1.15)
        _king(block, 690, 740, 0.95)
        for x, y, size in ((860, 950, 1.25), (420, 880, 1.15), (620, 820, 1.0), (250, 960, 1.15)):
            block.brush(
                [(x + 22 * size, y - 20 * size), (x + 26 * size, y - 70 * size), (x + 10 * size, y - 120 * size)],
                7 * size,
            )


def _board(press: Press) -> None:
    corners = [(330, 680), (1270, 680), (1590, 1080), (10, 1080)]
    with press.block("sand") as block:
        block.fill(corners)
    with press.block("brick") as block:
        for row in range(5):
            for column in range(8):
                if (row + column) % 2:
                    block.fill(
                        [
                            _square(column, row),
                            _square(column + 1, row),
                            _square(column + 1, row + 1),
                            _square(column, row + 1),
                        ]
                    )
    with press.block("night") as block:
        block.line([corners[3], corners[0], corners[1], corners[2]], 18)


def _square(column: float, row: float) -> tuple[float, float]:
    depth = 680 + (row / 5) ** 1.25 * 400
    half = 470 + (depth - 680) / 400 * 320
    return 800 - half + column / 8 * 2 * half, depth


def _pawn(block: Block, x: float, y: float, size: float) -> None:
    block.disc(x, y - 106 * size, 27 * size)
    block.fill(
        [
            (x - 15 * size, y - 90 * size),
            (x + 15 * size, y - 90 * size),
            (x + 30 * size, y - 24 * size),
            (x - 30 * size, y - 24 * size),
        ]
    )
    block.line([(x - 24 * size, y - 82 * size), (x + 24 * size, y - 82 * size)], 13 * size)
    block.blob(
        [
            (x - 46 * size, y),
            (x - 38 * size, y - 30 * size),
            (x + 38 * size, y - 30 * size),
            (x + 46 * size, y),
            (x, y + 12 * size),
        ]
    )


def _rook(block: Block, x: float, y: float, size: float) -> None:
    block.fill(
        [
            (x - 32 * size, y - 130 * size),
            (x + 32 * size, y - 130 * size),
            (x + 40 * size, y - 24 * size),
            (x - 40 * size, y - 24 * size),
        ]
    )
    for dx in (-38, -10, 18):
        block.bar(x + dx * size, y - 176 * size, x + (dx + 20) * size, y - 130 * size)
    block.bar(x - 40 * size, y - 150 * size, x + 40 * size, y - 128 * size)
    block.blob(
        [
            (x - 56 * size, y),
            (x - 48 * size, y - 34 * size),
            (x + 48 * size, y - 34 * size),
            (x + 56 * size, y),
            (x, y + 13 * size),
        ]
    )


def _king(block: Block, x: float, y: float, size: float) -> None:
    block.fill(
        [
            (x - 18 * size, y - 150 * size),
            (x + 18 * size, y - 150 * size),
            (x + 38 * size, y - 24 * size),
            (x - 38 * size, y - 24 * size),
        ]
    )
    block.blob(
        [
            (x - 26 * size, y - 150 * size),
            (x - 40 * size, y - 204 * size),
            (x, y - 216 * size),
            (x + 40 * size, y - 204 * size),
            (x + 26 * size, y - 150 * size),
        ]
    )
    block.line([(x - 34 * size, y - 146 * size), (x + 34 * size, y - 146 * size)], 14 * size)
    block.line([(x, y - 210 * size), (x, y - 256 * size)], 11 * size)
    block.line([(x - 18 * size, y - 240 * size), (x + 18 * size, y - 240 * size)], 11 * size)
    block.blob(
        [
            (x - 58 * size, y),
            (x - 50 * size, y - 34 * size),
            (x + 50 * size, y - 34 * size),
            (x + 58 * size, y),
            (x, y + 13 * size),
        ]
    )
