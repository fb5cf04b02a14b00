"""Portraits of the people who write the Lantern, and the hand in which its editor signs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageDraw

from masthead.demo.pictures.motifs import halo
from masthead.demo.pictures.press import Block, Point, Points, Press, get_colour, smooth, xy


@dataclass(frozen=True, slots=True)
class Face:
    """Whom to draw: the inks, and the two parts that are cut for one person only."""

    paper: str
    rays: str
    skin: str
    shadow: str
    coat: str
    behind: Callable[[Press], None]
    before: Callable[[Press], None]
    smile: float = 18


def draw_portrait(press: Press, name: str) -> None:
    """Print the portrait of one author on a square sheet."""
    face = FACES[name]
    with press.block(face.paper) as block:
        block.flood()
    with press.block(face.rays) as block:
        halo(block, 800, 760, inner=640, outer=1150, rays=48, width=34, on=True)
    face.behind(press)
    _shoulders(press, face)
    with press.block(face.skin) as block:
        block.blob([(700, 980), (900, 980), (910, 1230), (800, 1300), (690, 1230)])
        for side in (-1, 1):
            block.disc(800 + side * 268, 770, 46, 74)
    with press.block(face.shadow) as block:
        block.blob(xy("702,1090 800,1140 898,1090 900,1160 800,1200 700,1160"))
    for _ in range(2):  # twice, so that no grain of the ground is left on a face
        with press.block(face.skin) as block:
            block.blob(_jaw())
    with press.block(face.shadow) as block:
        _features(block)
    with press.block("brick") as block:
        block.brush([(716, 974), (800, 974 + face.smile), (884, 974)], 24)
    _eyes(press)
    face.before(press)


def _jaw() -> list[Point]:
    return xy("540,700 560,540 660,420 800,390 940,420 1040,540 1060,700 1030,880 940,1030 800,1090 660,1030 570,880")


def _shoulders(press: Press, face: Face) -> None:
    with press.block(face.coat) as block:
        block.blob(xy("180,1700 220,1420 420,1270 660,1190 800,1250 940,1190 1180,1270 1380,1420 1420,1700"))


def _features(block: Block) -> None:
    block.brush([(820, 700), (836, 800), (862, 860), (800, 886)], 20)
    block.brush([(1046, 640), (1034, 860), (930, 1036)], 38)
    for side in (-1, 1):
        block.disc(800 + side * 160, 900, 52, 34)


def _eyes(press: Press) -> None:
    with press.block("white", rough=False) as block:
        for side in (-1, 1):
            x = 800 + side * 122
            block.blob([(x - 52, 744), (x, 710), (x + 52, 744), (x, 770)])
    with press.block("night", rough=False) as block:
        for side in (-1, 1):
            x = 800 + side * 122
            block.disc(x + 4, 740, 24, 26)
            block.brush([(x - 60, 742), (x, 702), (x + 60, 742)], 14)
            block.disc(x + 12, 730, 6, on=False)


def _brows(block: Block, *, lift: float = 0, weight: float = 24) -> None:
    for side in (-1, 1):
        x = 800 + side * 124
        block.brush([(x - side * 66, 660 - lift), (x, 634 - lift), (x + side * 76, 656 - lift)], weight)


def _glasses(block: Block, *, radius: float = 92) -> None:
    for side in (-1, 1):
        block.arc(800 + side * 124, 742, radius, 0, 360, 15)
        block.line([(800 + side * (124 + radius), 736), (800 + side * 262, 716)], 13)
    block.arc(800, 748, 36, 200, 340, 14)


def _ines_behind(press: Press) -> None:
    with press.block("foam") as block:
        block.disc(850, 300, 170, 140)
        block.blob(xy("520,760 500,560 600,380 800,320 1000,380 1100,560 1080,760 1000,900 600,900"))


def _ines_before(press: Press) -> None:
    with press.block("foam") as block:
        block.blob(
            xy(
                "520,720 520,540 620,400 800,350 980,400 1080,540 1082,720 1040,620 960,500 820,450 "
                "720,560 600,600 556,660"
            )
        )
        _brows(block, lift=16)
    with press.block("slate") as block:
        for points in (
            [(600, 560), (680, 470), (810, 410)],
            [(980, 470), (1050, 560), (1070, 660)],
            [(760, 270), (850, 210), (960, 280)],
            [(740, 330), (850, 370), (970, 320)],
        ):
            block.brush(points, 14)
    with press.block("night") as block:
        _glasses(block)
    with press.block("white") as block:
        block.fill([(660, 1200), (800, 1330), (700, 1420), (600, 1240)])
        block.fill([(940, 1200), (800, 1330), (900, 1420), (1000, 1240)])
    with press.block("sun") as block:
        for y in (1440, 1540):
            block.disc(800, y, 22)


def _curls(block: Block, centre: Point, radius: Point, *, start: int, end: int, size: float) -> None:
    for step in range(start, end, 17):
        turn = math.radians(step)
        block.disc(centre[0] + radius[0] * math.cos(turn), centre[1] + radius[1] * math.sin(turn), size)


def _teodor_behind(press: Press) -> None:
    with press.block("night") as block:
        _curls(block, (800, 640), (268, 270), start=170, end=372, size=86)


def _teodor_before(press: Press) -> None:
    with press.block("night") as block:
        _curls(block, (800, 560), (220, 160), start=190, end=352, size=72)
        _curls(block, (800, 500), (120, 110), start=180, end=362, size=80)
        _brows(block, weight=32)
        block.blob(
            xy("556,800 600,960 700,1080 800,1120 900,1080 1000,960 1044,800 1000,900 920,930 800,910 680,930 600,900")
        )
    with press.block("brick") as block:
        block.brush([(726, 984), (800, 1002), (874, 984)], 26)
        block.blob(xy("560,1220 700,1180 800,1230 900,1180 1040,1220 1060,1330 800,1390 540,1330"))
        block.fill([(880, 1320), (1010, 1310), (1080, 1620), (920, 1640)])
    with press.block("sun") as block:
        for points in (
            [(560, 1270), (800, 1330), (1040, 1270)],
            [(920, 1430), (1040, 1416)],
            [(930, 1520), (1056, 1506)],
        ):
            block.line(points, 20, curved=len(points) > 2)


def _wren_behind(press: Press) -> None:
    with press.block("sun") as block:
        block.blob(xy("420,1260 460,960 560,1040 800,1100 1040,1040 1140,960 1180,1260"))


def _wren_before(press: Press) -> None:
    with press.block("night") as block:
        block.blob(
            xy("548,660 560,520 640,410 800,368 960,410 1040,520 1052,660 1010,560 920,500 800,488 680,500 590,560")
        )
        _brows(block, lift=4, weight=22)
    with press.block("sun") as block:
        for side in (-1, 1):
            block.arc(800 + side * 274, 890, 40, 0, 360, 14)
        block.fill(xy("690,1200 800,1340 910,1200 980,1260 860,1420 740,1420 620,1260"))
    with press.block("rust") as block:
        block.line([(800, 1350), (800, 1620)], 12)
        for y in (1430, 1530):
            block.disc(850, y, 18)
        block.line([(620, 1262), (742, 1420)], 10)
        block.line([(980, 1262), (858, 1420)], 10)


def _hana_behind(press: Press) -> None:
    with press.block("night") as block:
        block.blob(xy("480,1180 470,700 560,440 800,330 1040,440 1130,700 1120,1180 1000,1210 600,1210"))


def _hana_before(press: Press) -> None:
    with press.block("night") as block:
        block.fill(smooth(xy("520,640 560,470 660,390 800,360 940,390 1040,470 1080,640"), closed=False))
        block.blob(xy("520,620 560,560 590,640 580,1040 520,1100 496,900"))
        block.blob(xy("1080,620 1040,560 1010,640 1020,1040 1080,1100 1104,900"))
        _brows(block, lift=-14, weight=16)
    with press.block("slate") as block:
        for x in range(620, 1000, 60):
            block.gouge(x, 530, angle=90 + (x - 800) / 30, length=150, width=9, on=True)
    with press.block("mist") as block:
        block.blob(xy("650,1200 800,1290 950,1200 990,1250 800,1350 610,1250"))
        for row in range(3):
            for column in range(9):
                x, y = 360 + column * 110 + row % 2 * 55, 1420 + row * 66
                block.fill([(x, y - 18), (x + 18, y), (x, y + 18), (x - 18, y)])


def _marguerite_behind(press: Press) -> None:
    with press.block("white") as block:
        block.blob(xy("500,900 500,640 800,480 1100,640 1100,900 1040,1000 560,1000"))


def _marguerite_before(press: Press) -> None:
    with press.block("white") as block:
        for side in (-1, 1):
            block.blob([(800 + side * dx, dy) for dx, dy in xy("300,600 230,600 250,760 262,900 310,920 330,760")])
        _brows(block, lift=8, weight=26)
    with press.block("brick") as block:
        block.blob(xy("510,600 520,420 620,270 800,220 980,270 1080,420 1090,600 940,560 800,548 660,560"))
        block.disc(800, 190, 72)
    with press.block("rust") as block:
        block.blob(xy("490,620 500,530 640,500 800,490 960,500 1100,530 1110,620 960,590 800,580 640,590"))
        for x in range(560, 1080, 62):
            block.gouge(x, 545, angle=96, length=74, width=8)
    with press.block("night") as block:
        block.fill([(650, 1190), (800, 1300), (760, 1640), (560, 1640), (520, 1300)])
        block.fill([(950, 1190), (800, 1300), (840, 1640), (1040, 1640), (1080, 1300)])
    with press.block("sand") as block:
        for y in (1400, 1510):
            block.line([(760, y), (840, y - 10)], 24)


def _augustin_behind(press: Press) -> None:
    with press.block("slate") as block:
        for side in (-1, 1):
            block.disc(800 + side * 256, 700, 60, 110)


def _augustin_before(press: Press) -> None:
    with press.block("slate") as block:
        for side in (-1, 1):
            block.blob([(800 + side * dx, dy) for dx, dy in xy("8,900 90,890 190,940 270,900 240,990 130,1010 20,970")])
        _brows(block, lift=6, weight=36)
    with press.block("white") as block:
        block.brush([(640, 500), (700, 450), (780, 430)], 22)
        block.fill([(700, 1190), (800, 1270), (900, 1190), (940, 1640), (660, 1640)])
    with press.block("brick") as block:
        for side in (-1, 1):
            block.blob(
                [(800 + side * dx, dy) for dx, dy in ((10, 1290), (150, 1220), (180, 1300), (150, 1380), (10, 1310))]
            )
        block.disc(800, 1300, 38)
    with press.block("sun") as block:
        for x, y in xy("690,1290 730,1330 910,1290 870,1330 910,1340 690,1345"):
            block.disc(x, y, 12)


def _dov_behind(press: Press) -> None:
    with press.block("brick") as block:
        block.blob(xy("510,760 500,560 620,390 800,340 980,390 1100,560 1090,760"))


def _dov_before(press: Press) -> None:
    with press.block("brick") as block:
        block.blob(
            xy(
                "530,700 520,520 600,380 760,320 960,350 1060,460 1076,690 1036,600 1000,520 880,540 "
                "760,480 640,560 570,590"
            )
        )
        block.brush([(880, 380), (960, 280), (1060, 300)], 60)
        _brows(block, weight=26)
    with press.block("rust") as block:
        for x, y in xy("620,850 660,880 690,846 640,910 910,850 950,880 980,846 930,912"):
            block.disc(x, y, 9)
        for points in ([(600, 540), (680, 450), (800, 400)], [(700, 500), (800, 440), (930, 430)]):
            block.brush(points, 14)
    _dov_scarf(press)


def _dov_scarf(press: Press) -> None:
    with press.block("white") as block:
        block.blob(xy("560,1210 700,1170 800,1220 900,1170 1040,1210 1070,1330 800,1400 530,1330"))
        block.fill([(560, 1310), (700, 1330), (690, 1660), (530, 1660)])
    with press.block("pine") as block:
        for x in (560, 680, 800, 920, 1040):
            block.line([(x, 1190), (x + (800 - x) * 0.1, 1390)], 56)
        for y in (1430, 1550):
            block.fill([(552, y), (698, y + 6), (694, y + 62), (546, y + 56)])


def _bettina_behind(press: Press) -> None:
    with press.block("white") as block:
        block.blob(xy("470,960 470,620 580,400 800,320 1020,400 1130,620 1130,960 1060,1040 540,1040"))


def _bettina_before(press: Press) -> None:
    with press.block("white") as block:
        block.blob(
            xy(
                "500,1000 486,700 580,430 760,350 1000,420 1110,640 1110,1000 1030,960 1036,720 960,560 "
                "820,520 660,600 580,720 580,960"
            )
        )
    with press.block("slate") as block:
        for points in (
            [(540, 900), (540, 700), (640, 520)],
            [(1070, 900), (1080, 740), (1010, 560)],
            [(660, 470), (800, 410), (930, 450)],
        ):
            block.brush(points, 14)
        _brows(block, lift=14, weight=18)
    with press.block("brick") as block:
        block.blob(xy("716,972 770,950 800,962 830,950 884,972 800,1016"))
        block.blob(xy("180,1700 240,1400 500,1250 640,1230 800,1460 960,1230 1100,1250 1360,1400 1420,1700"))
    with press.block("sun") as block:
        for row in range(4):
            for column in range(10):
                x, y = 300 + column * 112 + row % 2 * 56, 1390 + row * 76
                if abs(x - 800) > 240 - row * 60:
                    for turn in range(4):
                        angle = turn * 90 + 45
                        block.gouge(
                            x + 16 * math.cos(math.radians(angle)),
                            y + 16 * math.sin(math.radians(angle)),
                            angle=angle,
                            length=36,
                            width=16,
                            on=True,
                        )


FACES = {
    "ines": Face("mist", "sea", "rose", "#d08f76", "pine", _ines_behind, _ines_before, smile=26),
    "teodor": Face("sand", "sun", "tan", "#a56d4a", "deep", _teodor_behind, _teodor_before),
    "wren": Face("sea", "deep", "umber", "#5d3a2c", "sun", _wren_behind, _wren_before, smile=30),
    "hana": Face("rose", "brick", "#eec5a4", "#d99f7e", "sea", _hana_behind, _hana_before, smile=12),
    "marguerite": Face("foam", "mist", "rose", "#d08f76", "slate", _marguerite_behind, _marguerite_before),
    "augustin": Face("moss", "pine", "rose", "#d08f76", "rust", _augustin_behind, _augustin_before, smile=8),
    "dov": Face("deep", "sea", "#f0c7ae", "#dd9c80", "night", _dov_behind, _dov_before, smile=34),
    "bettina": Face("rust", "brick", "#eec5a4", "#d39a7a", "rust", _bettina_behind, _bettina_before, smile=20),
}

# "Ines Caldbeck" in a quick upright hand: pen strokes from left to right, then the line below.
_SIGNATURE: tuple[Points, ...] = (
    ((58, 92), (96, 74), (150, 80)),
    ((108, 76), (104, 150), (88, 236)),
    ((34, 246), (84, 236), (132, 228)),
    xy(
        "150,226 166,178 172,176 164,232 186,188 206,176 208,206 206,232 226,226 244,204 254,186 "
        "242,178 230,200 236,230 262,226 282,192 276,180 282,210 276,236 258,230 300,222"
    ),
    xy("452,96 430,66 390,84 352,150 348,218 384,240 430,216"),
    xy(
        "486,190 462,178 440,206 448,232 472,220 490,186 486,226 504,226 526,168 548,86 540,60 "
        "526,92 516,180 524,230 546,222"
    ),
    xy(
        "594,188 570,178 550,206 558,232 580,222 606,150 620,60 606,160 602,226 622,224 642,160 "
        "656,80 648,56 634,96 626,200 634,232 660,222 672,196 660,184 650,196 680,200 700,206"
    ),
    xy("700,206 718,186 708,176 694,204 702,232 730,222 752,190 770,190 752,180 738,206 746,232 772,222"),
    ((796, 60), (788, 150), (780, 232)),
    xy("840,172 800,206 788,208 810,214 836,240 880,220 930,190"),
    ((120, 300), (320, 280), (560, 276), (800, 284), (960, 262)),
)


def draw_signature(*, width: int = 900) -> Image.Image:
    """Draw the editor's signature in blue ink on nothing; a pen presses where it slows down."""
    scale = width / 1000 * 3
    mask = Image.new("L", (round(1000 * scale), round(340 * scale)), 0)
    draw = ImageDraw.Draw(mask)
    for stroke in _SIGNATURE:
        path = smooth(list(stroke), closed=False, steps=14)
        radius = 0.0
        for index, ((ax, ay), (bx, by)) in enumerate(pairwise(path)):
            speed = math.hypot(bx - ax, by - ay)
            ends = min(1.0, (index + 3) / 12, (len(path) - index + 1) / 12)
            pressed = max(1.9, 5.0 - speed * 0.34) * ends
            radius = pressed if index == 0 else radius * 0.7 + pressed * 0.3
            for step in range(24):
                x, y, r = (ax + (bx - ax) * step / 24) * scale, (ay + (by - ay) * step / 24) * scale, radius * scale
                draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
    mask = mask.resize((width, round(width * 0.34)), Image.Resampling.LANCZOS)
    ink = Image.new("RGBA", mask.size, (*get_colour("#2f62a8"), 0))
    ink.putalpha(mask)
    return ink
