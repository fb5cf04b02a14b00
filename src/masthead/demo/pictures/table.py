"""Still lifes: desks, shelves, kitchens, and what came up in the nets."""

from __future__ import annotations

import math

from masthead.demo.pictures.motifs import fish, halo, shade
from masthead.demo.pictures.press import Block, Point, Points, Press, smooth, xy


def turned(points: Points, x: float, y: float, degrees: float) -> list[Point]:
    """Return points about the origin, turned and moved to (x, y)."""
    turn = math.radians(degrees)
    return [
        (x + px * math.cos(turn) - py * math.sin(turn), y + px * math.sin(turn) + py * math.cos(turn))
        for px, py in points
    ]


def sheet(block: Block, x: float, y: float, width: float, height: float, degrees: float) -> None:
    """Draw a sheet of paper about its centre."""
    w, h = width / 2, height / 2
    block.fill(turned([(-w, -h), (w, -h), (w, h), (-w, h)], x, y, degrees))


def writing(block: Block, x: float, y: float, width: float, height: float, degrees: float, *, rows: int) -> None:
    """Draw the lines of a letter on a sheet."""
    for row in range(rows):
        py = -height / 2 + height * (row + 1.2) / (rows + 1.2)
        reach = width * (0.82 if row % 4 != 3 else 0.45)
        block.line(turned([(-width * 0.41, py), (-width * 0.41 + reach, py)], x, y, degrees), 5)
    block.line(turned([(-width * 0.41, -height * 0.45), (-width * 0.1, -height * 0.45)], x, y, degrees), 12)


def wood(press: Press, ink: str) -> None:
    """Print a table top, its grain cut out."""
    with press.block(ink) as block:
        block.flood()
        for row in range(24):
            for _ in range(4):
                x, y = press.random.uniform(0, 1600), row * 46 + press.random.uniform(0, 30)
                block.gouge(
                    x, y, angle=press.random.uniform(-2, 2), length=press.random.uniform(160, 420), width=4, bend=5
                )


def draw_ledger_desk(press: Press) -> None:
    """The papers of the sea wall, a ruler, two pencils, tea."""
    wood(press, "rust")
    with press.block("sun") as block:
        block.disc(560, 480, 560, 520)
        halo(block, 560, 480, inner=590, outer=700, rays=44, width=20, on=True)
    sheets = ((330, 330, 360, 470, -9), (640, 300, 360, 470, 6), (1180, 320, 360, 470, 14), (420, 760, 360, 470, 8))
    for number, (x, y, w, h, turn) in enumerate(sheets):
        with press.block("night" if number % 2 else "rust") as block:
            sheet(block, x + 12, y + 14, w, h, turn)
        with press.block("white") as block:
            sheet(block, x, y, w, h, turn)
        with press.block("slate") as block:
            writing(block, x, y, w, h, turn, rows=11)
    with press.block("white") as block:
        block.fill(turned([(-520, -120), (520, -120), (520, 120), (-520, 120)], 1010, 740, -6))
        block.disc(1536, 684, 40, 124)
    _wallpaper(press)
    _pencils(press)
    with press.block("sea") as block:
        block.disc(1370, 250, 120)
        block.arc(1486, 250, 60, -100, 100, 26)
    with press.block("rust") as block:
        block.disc(1370, 250, 94)
        block.arc(1370, 250, 70, 200, 260, 8, on=False)


def _wallpaper(press: Press) -> None:
    boxes = [(-500 + column * 50, -60) for column in range(20)]
    for ink, chosen in (("sea", range(9)), ("brick", range(6, 16)), ("night", range(6, 9))):
        with press.block(ink) as block:
            for column in chosen:
                x, y = boxes[column]
                block.fill(turned([(x + 4, y), (x + 46, y), (x + 46, y + 120), (x + 4, y + 120)], 1010, 740, -6))
    with press.block("night") as block:
        for x, _ in boxes:
            block.line(turned([(x, -62), (x, 62)], 1010, 740, -6), 4)
        for y in (-62, 62):
            block.line(turned([(-500, y), (500, y)], 1010, 740, -6), 5)
        block.arc(1536, 684, 30, 0, 300, 6)


def _pencils(press: Press) -> None:
    for ink, x, y, turn in (("sea", 830, 960, -12), ("brick", 1150, 980, 8)):
        with press.block(ink) as block:
            block.fill(turned([(-190, -17), (150, -17), (150, 17), (-190, 17)], x, y, turn))
        with press.block("sand") as block:
            block.fill(turned([(150, -17), (206, 0), (150, 17)], x, y, turn))
        with press.block(ink) as block:
            block.fill(turned([(188, -6), (206, 0), (188, 6)], x, y, turn))
    with press.block("sand") as block:
        block.fill(turned([(-270, -28), (270, -28), (270, 28), (-270, 28)], 870, 560, -24))
    with press.block("night") as block:
        for step in range(27):
            long = 26 if step % 5 == 0 else 14
            block.line(turned([(-260 + step * 20, -28), (-260 + step * 20, -28 + long)], 870, 560, -24), 4)


def draw_coins_scale(press: Press) -> None:
    """The town in one pan, its money in the other."""
    with press.block("mist") as block:
        block.flood()
        halo(block, 800, 430, inner=300, outer=1100, rays=60, width=26, on=False)
    with press.block("rust") as block:
        block.bar(-10, 930, 1610, 1080)
        shade(press, block, (0, 940, 1600, 1067), first=0.15, last=0.15, length=200)
    with press.block("night") as block:
        block.fill([(776, 250), (824, 250), (836, 880), (764, 880)])
        block.blob(xy("580,936 620,880 740,850 860,850 980,880 1020,936"))
        block.brush([(330, 360), (560, 300), (800, 280), (1040, 260), (1270, 250)], 44)
        block.disc(800, 240, 50)
        for x, y, foot in ((350, 352, 720), (1250, 254, 620)):
            block.line([(x, y), (x - 150, foot)], 7)
            block.line([(x, y), (x + 150, foot)], 7)
            block.blob(
                [(x - 190, foot - 6), (x + 190, foot - 6), (x + 120, foot + 60), (x, foot + 80), (x - 120, foot + 60)]
            )
    _coins_and_house(press)


def _coins_and_house(press: Press) -> None:
    with press.block("sun") as block:
        for column, count in ((240, 5), (350, 9), (460, 4)):
            for step in range(count):
                block.disc(column, 700 - step * 30, 56, 19)
                block.bar(column - 56, 700 - step * 30, column + 56, 712 - step * 30)
                block.disc(column, 712 - step * 30, 56, 17)
        block.disc(800, 240, 28)
    with press.block("rust") as block:
        for column, count in ((240, 5), (350, 9), (460, 4)):
            for step in range(count):
                block.brush(
                    [(column - 54, 716 - step * 30), (column, 732 - step * 30), (column + 54, 716 - step * 30)], 6
                )
            block.text(column - 13, 714 - (count - 1) * 30 - 4, "C", height=24, weight=5)
    with press.block("white") as block:
        block.bar(1170, 500, 1330, 612)
        block.bar(1290, 400, 1316, 460)
    with press.block("brick") as block:
        block.fill([(1146, 506), (1250, 410), (1354, 506)])
        block.bar(1284, 392, 1322, 408)
    with press.block("night") as block:
        block.bar(1234, 556, 1268, 612)
        block.bar(1188, 530, 1218, 562)
        block.bar(1284, 530, 1314, 562)


def draw_school_kitchen(press: Press) -> None:
    """Rolls, soup, and seven ingredients at most."""
    with press.block("foam") as block:
        block.flood()
        for x in range(0, 1601, 134):
            block.line([(x, 0), (x, 560)], 4, on=False)
        for y in range(40, 560, 134):
            block.line([(0, y), (1600, y)], 4, on=False)
    with press.block("sea") as block:
        for column in range(12):
            for row in range(4):
                if (column + row) % 4 == 0:
                    x, y = column * 134 + 67, row * 134 + 107
                    for turn in range(4):
                        block.gouge(
                            x + 26 * math.cos(turn * math.pi / 2),
                            y + 26 * math.sin(turn * math.pi / 2),
                            angle=turn * 90,
                            length=52,
                            width=20,
                            on=True,
                        )
    with press.block("brick") as block:
        block.bar(-10, 600, 1610, 1080)
        for row in range(6):
            for column in range(17):
                if (row + column) % 2:
                    block.bar(column * 100 - 10, 600 + row * 80, column * 100 + 90, 680 + row * 80, on=False)
    with press.block("slate") as block:
        block.fill([(90, 560), (860, 560), (980, 860), (-20, 860)])
        block.fill([(40, 850), (920, 850), (900, 890), (60, 890)])
    _rolls(press)
    _pot(press)
    _vegetables(press)


def _rolls(press: Press) -> None:
    places = [
        (180 + column * 132 - row * 26 + row * column * 10, 580 + row * 88) for row in range(3) for column in range(5)
    ]
    with press.block("sun") as block:
        for x, y in places:
            block.disc(x, y, 62, 48)
    with press.block("rust") as block:
        for x, y in places:
            block.brush([(x - 56, y + 16), (x, y + 50), (x + 56, y + 16)], 14)
            block.gouge(x, y - 12, angle=-12, length=66, width=9, on=True)
            block.gouge(x - 4, y + 8, angle=-12, length=60, width=8, on=True)
    with press.block("foam") as block:
        for x, y in places[:5]:
            block.brush([(x - 6, y - 80), (x + 14, y - 120), (x - 10, y - 160), (x + 8, y - 210)], 13)


def _pot(press: Press) -> None:
    with press.block("deep") as block:
        block.fill(smooth(xy("1020,400 1030,640 1080,700 1360,700 1410,640 1420,400"), closed=False))
        block.line([(990, 480), (1020, 480)], 30)
        block.line([(1420, 480), (1450, 480)], 30)
    with press.block("sun") as block:
        block.disc(1220, 400, 200, 52)
    with press.block("night") as block:
        block.arc(1220, 400, 200, 0, 360, 1)
        block.brush([(1040, 470), (1050, 600), (1090, 670)], 16)
    with press.block("brick") as block:
        for x, y in ((1130, 396), (1210, 420), (1300, 390), (1260, 372)):
            block.disc(x, y, 19, 10)
    with press.block("slate") as block:
        block.line([(1290, 400), (1440, 110)], 18)
        block.disc(1448, 92, 26)
        block.disc(1448, 92, 12, on=False)


def _vegetables(press: Press) -> None:
    with press.block("sun") as block:
        for x, y, turn in ((1080, 860, 20), (1160, 920, 6), (1040, 950, 30)):
            block.fill(turned(smooth(xy("-150,0 -60,-24 60,-36 86,0 60,36 -60,24")), x, y, turn))
    with press.block("pine") as block:
        for x, y, turn in ((1080, 860, 20), (1160, 920, 6), (1040, 950, 30)):
            for lift in (-26, 0, 26):
                block.brush(turned([(80, 0), (130, lift * 0.6), (190, lift * 1.6)], x, y, turn), 20)
    with press.block("rust") as block:
        for x, y in ((1400, 880), (1500, 820), (1490, 940)):
            block.blob(
                [(x - 70, y + 10), (x - 40, y - 50), (x, y - 66), (x + 40, y - 50), (x + 70, y + 10), (x, y + 58)]
            )
            block.line([(x, y - 60), (x + 6, y - 92)], 8)
            for bend in (-34, 0, 34):
                block.brush([(x, y - 54), (x + bend, y), (x + bend * 0.3, y + 48)], 6, on=False)


def draw_fish_pie(press: Press) -> None:
    """The pie, its fish, a lemon, a knife."""
    with press.block("sea") as block:
        block.flood()
        for row in range(12):
            for column in range(18):
                block.disc(column * 94 + row % 2 * 47, row * 94, 7, on=False)
    with press.block("night") as block:
        block.disc(816, 560, 430, 400)
    with press.block("white") as block:
        block.disc(800, 540, 430, 400)
        for ring in range(40):
            angle = ring / 40 * 360
            block.disc(
                800 + 408 * math.cos(math.radians(angle)), 540 + 378 * math.sin(math.radians(angle)), 9, on=False
            )
    with press.block("sun") as block:
        block.disc(800, 540, 366, 338)
    with press.block("rust") as block:
        for ring in range(46):
            angle = ring / 46 * 360
            x, y = 800 + 338 * math.cos(math.radians(angle)), 540 + 312 * math.sin(math.radians(angle))
            block.gouge(x, y, angle=angle, length=62, width=10, on=True)
        for ring in (230, 275):
            for step in range(26):
                angle = step / 26 * 360 + ring
                x, y = 800 + ring * math.cos(math.radians(angle)), 540 + ring * 0.92 * math.sin(math.radians(angle))
                block.gouge(x, y, angle=angle + 90, length=44, width=9, bend=-6, on=True)
    with press.block("sand") as block:
        fish(block, 800, 540, 400)
    with press.block("rust") as block:
        block.disc(648, 528, 10)
        block.brush([(690, 490), (716, 540), (690, 590)], 8)
        for column in range(5):
            for row in range(3 - column // 3):
                block.arc(742 + column * 36, 512 + row * 28 + column * 4, 14, -80, 80, 5)
        for lift in (-14, 0, 14):
            block.line([(950, 540 + lift), (986, 540 + lift * 2.2)], 5)
    _pie_side(press)


def _pie_side(press: Press) -> None:
    with press.block("lemon") as block:
        block.disc(250, 300, 118)
    with press.block("white") as block:
        block.disc(250, 300, 98)
    with press.block("lemon") as block:
        for wedge in range(8):
            block.blob(turned([(18, 0), (84, -26), (90, 0), (84, 26)], 250, 300, wedge * 45))
    with press.block("moss") as block:
        for stem in range(6):
            lean = -70 + stem * 28
            tip_x, tip_y = 240 + lean * 1.5, 780 + abs(lean) * 0.5
            block.line([(240, 990), (240 + lean, 860), (tip_x, tip_y)], 8, curved=True)
            for leaf in range(5):
                turn = -170 + leaf * 40
                block.gouge(
                    tip_x + 26 * math.cos(math.radians(turn)),
                    tip_y + 26 * math.sin(math.radians(turn)),
                    angle=turn,
                    length=62,
                    width=24,
                    on=True,
                )
    with press.block("foam") as block:
        block.blob([(1370, 150), (1420, 200), (1424, 560), (1376, 590)])
    with press.block("rust") as block:
        block.fill([(1372, 590), (1420, 590), (1426, 900), (1400, 930), (1374, 900)])
        for y in (650, 750, 850):
            block.disc(1398, y, 10, on=False)
