"""Drawings of the town: its hall, schools, streets and stages."""

from __future__ import annotations

from masthead.demo.pictures.motifs import (
    SKINS,
    body,
    crowd,
    halo,
    hat,
    head,
    panes,
    ripple,
    roof_line,
    shade,
)
from masthead.demo.pictures.press import Block, Press, smooth, xy


def draw_town_hall_night(press: Press) -> None:
    """The town hall across the square, lit from inside."""
    with press.block("deep") as block:
        block.bar(-10, -10, 1610, 780)
        shade(press, block, (0, 0, 1600, 780), first=0.02, last=0.3, length=150, pitch=26)
    with press.block("sun") as block:
        block.disc(1330, 190, 70)
    with press.block("deep") as block:
        block.disc(1300, 170, 62)
    with press.block("night") as block:
        _side_streets(block)
        _town_hall(block)
    with press.block("sun") as block:
        for index in range(7):
            if index != 3:
                left = 428 + index * 112
                arch = [(left, 620), (left, 500), (left + 34, 456), (left + 68, 500), (left + 68, 620)]
                block.fill(smooth(arch, closed=False))
        block.disc(800, 246, 50)
        block.fill(smooth([(760, 740), (760, 640), (800, 600), (840, 640), (840, 740)], closed=False))
        for x, y in xy("70,640 150,690 1450,620 1530,680 1390,700 210,600"):
            panes(block, x, y, 34, 44, bars=4)
    with press.block("night") as block:
        for index in range(7):
            x = 428 + index * 112
            block.line([(x + 34, 456), (x + 34, 620)], 5)
            block.line([(x, 540), (x + 68, 540)], 5)
        block.line([(800, 246), (800, 208)], 7)
        block.line([(800, 246), (776, 262)], 7)
        block.line([(800, 640), (800, 740)], 4)
    _wet_square(press)


def _wet_square(press: Press) -> None:
    with press.block("slate") as block:
        block.fill([(-10, 780), (1610, 780), (1610, 1080), (-10, 1080)])
        shade(press, block, (0, 800, 1600, 1067), first=0.02, last=0.16, length=120, pitch=26)
    with press.block("sun") as block:
        for x in (462, 574, 686, 800, 910, 1022, 1134):
            _reflect(press, block, x)
    _lamps(press, (250, 1350))
    crowd(
        press,
        [
            (560, 930, 190, "brick", "night", "cap"),
            (640, 948, 176, "pine", "rust", "bun"),
            (1030, 920, 184, "sea", "sun", "wool"),
        ],
    )
    with press.block("night") as block:
        _folding_chair(block, 700, 948)


def _town_hall(block: Block) -> None:
    block.bar(390, 420, 1210, 780)
    block.fill([(360, 420), (1240, 420), (1210, 380), (390, 380)])
    block.fill([(640, 380), (800, 320), (960, 380)])
    block.bar(720, 130, 880, 400)
    block.fill([(700, 130), (900, 130), (880, 106), (720, 106)])
    block.blob([(730, 110), (740, 60), (800, 20), (860, 60), (870, 110)])
    block.line([(800, 40), (800, -20)], 8)
    for step in range(4):
        block.bar(640 - step * 26, 740 + step * 12, 960 + step * 26, 752 + step * 12)


def _side_streets(block: Block) -> None:
    for x, width, wall, peak in ((-40, 160, 190, 80), (110, 150, 240, 70), (1340, 140, 200, 90), (1470, 170, 250, 70)):
        roof_line(block, x, 790, width, wall, peak)
        block.bar(x + width * 0.68, 790 - wall - peak, x + width * 0.8, 790 - wall)


def _reflect(press: Press, block: Block, x: float) -> None:
    for step in range(12):
        block.gouge(
            x + press.random.uniform(-10, 10),
            800 + step * 17,
            angle=0,
            length=press.random.uniform(20, 80),
            width=9,
            on=True,
        )


def _lamps(press: Press, places: tuple[float, ...]) -> None:
    with press.block("night") as block:
        for x in places:
            block.line([(x, 960), (x, 700)], 12)
            block.bar(x - 26, 950, x + 26, 968)
            block.fill([(x - 30, 640), (x + 30, 640), (x + 20, 700), (x - 20, 700)])
            block.fill([(x - 36, 640), (x, 610), (x + 36, 640)])
    with press.block("sun") as block:
        for x in places:
            block.fill([(x - 22, 648), (x + 22, 648), (x + 14, 690), (x - 14, 690)])
            halo(block, x, 668, inner=48, outer=110, rays=18, width=7, on=True)


def _folding_chair(block: Block, x: float, y: float) -> None:
    block.line([(x, y), (x + 60, y - 90)], 8)
    block.line([(x + 60, y), (x, y - 90)], 8)
    block.line([(x - 6, y - 48), (x + 62, y - 48)], 9)
    block.line([(x, y - 90), (x + 2, y - 128)], 8)
    block.line([(x - 6, y - 126), (x + 10, y - 126)], 10)


_COUNCIL = (
    "sea",
    "brick",
    "moss",
    "sun",
    "rust",
    "slate",
    "pine",
    "rose",
    "sea",
    "brick",
    "sun",
    "slate",
    "moss",
    "rust",
    "pine",
)
_COVERS = (
    "bob",
    "plain",
    "bun",
    "cap",
    "bob",
    "bun",
    "plain",
    "bob",
    "wool",
    "bun",
    "bob",
    "plain",
    "bun",
    "bob",
    "cap",
)


def draw_council_chamber(press: Press) -> None:
    """Fifteen councillors behind a curved bench; eight hands are up."""
    with press.block("pine") as block:
        block.flood()
        for x in range(0, 1600, 64):
            block.bar(x, 0, x + 4, 620, on=False)
    with press.block("mist") as block:
        for x in (110, 330, 1150, 1370):
            block.fill(smooth([(x, 420), (x, 190), (x + 60, 110), (x + 120, 190), (x + 120, 420)], closed=False))
    with press.block("night") as block:
        for x in (110, 330, 1150, 1370):
            block.line([(x + 60, 120), (x + 60, 420)], 7)
            block.line([(x, 260), (x + 120, 260)], 7)
            block.line([(x, 340), (x + 120, 340)], 7)
    with press.block("sand") as block:
        block.blob(xy("690,90 800,60 910,90 900,250 800,350 700,250"))
    with press.block("brick") as block:
        block.fill([(772, 290), (782, 170), (818, 170), (828, 290)])
        block.fill([(772, 150), (800, 118), (828, 150)])
        block.bar(764, 290, 836, 306)
        halo(block, 800, 160, inner=34, outer=96, rays=14, width=8, on=True)
    _councillors(press)
    _bench_and_gallery(press)


def _bench_and_gallery(press: Press) -> None:
    with press.block("rust") as block:
        block.fill(
            [
                *smooth([(-10, 700), (300, 640), (800, 616), (1300, 640), (1610, 700)], closed=False),
                (1610, 960),
                (-10, 960),
            ]
        )
    with press.block("night") as block:
        block.brush([(-40, 716), (300, 650), (800, 624), (1300, 650), (1640, 716)], 34)
        for x in (530, 1070):
            block.line([(x, -10), (x, 60)], 5)
        for x in range(40, 1600, 126):
            lift = 66 * (1 - ((x - 800) / 800) ** 2)
            left, right, upper, lower = x, x + 90, 780 - lift, 930 - lift * 0.6
            block.line([(left, upper), (right, upper), (right, lower), (left, lower), (left, upper)], 6)
    _audience(press, "night", y=946)
    with press.block("sun") as block:
        for x in (530, 1070):
            block.fill([(x - 22, 58), (x + 22, 58), (x + 64, 100), (x - 64, 100)])


def _audience(press: Press, ink: str, *, y: float, start: float = 70) -> None:
    """Print a row of heads from behind; every second one has kept a hat on."""
    with press.block(ink) as block:
        for index, x in enumerate(range(round(start), 1600, 182)):
            top = y + index % 3 * 14
            block.disc(x, top, 42, 50)
            block.blob(
                [
                    (x - 96, top + 164),
                    (x - 84, top + 80),
                    (x - 30, top + 50),
                    (x + 30, top + 50),
                    (x + 84, top + 80),
                    (x + 96, top + 164),
                ]
            )
            if index % 2:
                block.line([(x - 78, top - 22), (x + 78, top - 22)], 14)
                block.blob([(x - 44, top - 24), (x - 38, top - 74), (x + 38, top - 74), (x + 44, top - 24)])


def _councillors(press: Press) -> None:
    places = [(70 + index * 104, 760 - 74 * (1 - ((index - 7) / 7) ** 2)) for index in range(15)]
    voting = {0, 2, 3, 5, 7, 8, 11, 13}
    for turn, skin in enumerate(SKINS):
        with press.block(skin) as block:
            for index, (x, y) in list(enumerate(places))[turn :: len(SKINS)]:
                if index in voting:
                    block.line([(x + 34, y - 90), (x + 44, y - 214)], 17)
                    block.disc(x + 45, y - 226, 15, 19)
                head(block, x, y + 158, 330)
    for ink in sorted(set(_COUNCIL)):
        with press.block(ink) as block:
            for index, (x, y) in enumerate(places):
                if _COUNCIL[index] == ink:
                    body(block, x, y + 158, 330)
                    if index in voting:
                        block.line([(x + 26, y - 84), (x + 40, y - 160)], 30)
    for ink, chosen in (("night", range(0, 15, 3)), ("foam", range(1, 15, 3)), ("rust", range(2, 15, 3))):
        with press.block(ink) as block:
            for index in chosen:
                hat(block, places[index][0], places[index][1] + 158, 330, kind=_COVERS[index])


def draw_theatre(press: Press) -> None:
    """The kitchen on the stage of the Old Chapel, the water rising."""
    with press.block("night") as block:
        block.flood()
    with press.block("sand") as block:
        block.bar(330, 190, 1270, 720)
        for x in range(330, 1270, 52):
            block.line([(x, 190), (x, 720)], 3, on=False)
        block.fill([(800, 170), (520, 720), (1080, 720)], on=True)
    with press.block("sun") as block:
        block.fill([(790, 330), (810, 330), (1000, 700), (600, 700)])
    with press.block("slate") as block:
        block.bar(420, 280, 560, 450)
        block.bar(1060, 330, 1220, 700)
    with press.block("deep") as block:
        panes(block, 432, 292, 116, 146, bars=10)
        for y in (380, 460, 540, 620):
            block.bar(1074, y, 1206, y + 6)
        for x in (1090, 1130, 1170):
            block.disc(x, 366, 14)
            block.disc(x, 446, 14)
    with press.block("sea") as block:
        block.bar(330, 664, 1270, 742)
        ripple(press, block, top=668, bottom=742, x0=330, x1=1260, amount=0.9)
    _kitchen(press)
    _curtains_and_house(press)


def _curtains_and_house(press: Press) -> None:
    with press.block("brick") as block:
        for side in (-1, 1):
            edge = 800 + side * 470
            block.fill(
                smooth(
                    [
                        (edge, 140),
                        (edge - side * 40, 400),
                        (edge + side * 20, 560),
                        (edge + side * 90, 760),
                        (edge + side * 340, 760),
                        (edge + side * 340, 140),
                    ],
                    closed=False,
                )
            )
            for fold in range(5):
                x = edge + side * (50 + fold * 52)
                block.brush([(x, 170), (x - side * 14, 440), (x + side * 26, 750)], 12, on=False)
        block.fill([(200, 80), (1400, 80), (1400, 200), (200, 200)])
        for swag in range(6):
            block.disc(300 + swag * 200, 196, 100, 52)
            block.arc(300 + swag * 200, 150, 86, 20, 160, 8, on=False)
    with press.block("rust") as block:
        block.bar(120, 742, 1480, 800)
        block.bar(120, 50, 1480, 96)
    _audience(press, "deep", y=852, start=160)
    _audience(press, "slate", y=966)


def _kitchen(press: Press) -> None:
    with press.block("rust") as block:
        block.bar(620, 560, 990, 584)
        for x in (650, 950):
            block.bar(x, 580, x + 16, 716)
    with press.block("night") as block:
        block.line([(800, 190), (800, 320)], 5)
        block.fill([(770, 344), (786, 310), (814, 310), (830, 344)])
    with press.block("white") as block:
        block.disc(700, 552, 40, 9)
        block.disc(860, 552, 40, 9)
        block.fill([(770, 560), (764, 520), (800, 520), (794, 560)])
    crowd(press, [(560, 716, 290, "pine", "foam", "bun"), (1020, 716, 270, "brick", "night", "bob")])


def draw_queue(press: Press) -> None:
    """The right-hand line at the post office."""
    with press.block("sand") as block:
        block.bar(-10, -10, 1610, 830)
        for x in range(0, 1600, 80):
            block.bar(x, 0, x + 3, 560, on=False)
        block.bar(0, 556, 1600, 562, on=False)
    with press.block("pine") as block:
        block.bar(-10, 826, 1610, 1080)
        for column in range(17):
            for row in range(3):
                if (column + row) % 2:
                    x, y = column * 100 - row * 30, 836 + row * 80
                    block.fill([(x, y), (x + 92, y), (x + 70, y + 72), (x - 24, y + 72)], on=False)
    with press.block("rust") as block:
        block.bar(60, 470, 370, 900)
        block.bar(40, 440, 390, 474)
    with press.block("night") as block:
        block.fill(xy("90,440 90,150 120,120 330,120 360,150 360,440 336,440 336,160 114,160 114,440"))
        block.text(136, 112, "POST", height=52, weight=12)
    with press.block("mist") as block:
        block.bar(114, 160, 336, 440)
    _clerk_and_line(press)


def _clerk_and_line(press: Press) -> None:
    with press.block("rose") as block:
        block.disc(224, 300, 48, 58)
    with press.block("sea") as block:
        block.blob([(130, 450), (150, 380), (224, 354), (298, 380), (320, 450)])
    with press.block("night") as block:
        block.blob(xy("180,290 190,240 224,232 264,244 270,290 240,262"))
        for x in (204, 244):
            block.arc(x, 304, 15, 0, 360, 5)
        block.line([(218, 304), (230, 304)], 4)
    people = [
        (520, 910, 400, "brick", "night", "bun"),
        (690, 920, 450, "sea", "rust", "brim"),
        (850, 906, 330, "sun", "brick", "wool"),
        (1000, 922, 470, "night", "slate", "plain"),
        (1170, 912, 380, "rust", "foam", "bob"),
        (1330, 920, 440, "slate", "pine", "cap"),
        (1490, 910, 400, "pine", "sun", "wool"),
    ]
    crowd(press, people, shoes="night")
    _parcels(press)


def _parcels(press: Press) -> None:
    with press.block("sand") as block:
        for x, y, w, h in ((566, 660, 90, 66), (1046, 640, 110, 80), (1376, 680, 70, 90)):
            block.bar(x, y, x + w, y + h)
    with press.block("brick") as block:
        for x, y, w, h in ((566, 660, 90, 66), (1046, 640, 110, 80), (1376, 680, 70, 90)):
            block.bar(x + w * 0.44, y, x + w * 0.56, y + h)
            block.bar(x, y + h * 0.44, x + w, y + h * 0.56)
    with press.block("white") as block:
        block.blob(xy("744,700 760,640 800,650 830,620 850,650 826,690 800,720"))
        block.blob(
            xy(
                "1210,880 1220,830 1290,826 1300,790 1336,786 1344,812 1326,840 1322,900 1306,900 1300,862 "
                "1240,862 1236,900 1220,900"
            )
        )
    with press.block("brick") as block:
        block.fill([(832, 622), (848, 600), (856, 628)])
    with press.block("night", rough=False) as block:
        block.disc(842, 640, 5)
        block.disc(1326, 806, 5)
        block.disc(1346, 804, 6)
        block.line([(1300, 842), (1262, 690)], 4)
