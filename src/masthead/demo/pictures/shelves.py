"""Still lifes that hang or stand: keys and books."""

from __future__ import annotations

from masthead.demo.pictures.press import Block, Points, Press, smooth, xy
from masthead.demo.pictures.table import turned


def draw_keys_board(press: Press) -> None:
    """The clerk's keys on their hooks."""
    with press.block("mist") as block:
        block.flood()
        for x in range(0, 1600, 100):
            block.line([(x, 0), (x, 1067)], 3, on=False)
    with press.block("rust") as block:
        block.bar(140, 80, 1460, 990)
        for row in range(40):
            block.gouge(press.random.uniform(160, 1440), 100 + row * 22, angle=0, length=260, width=4, bend=4)
    with press.block("night") as block:
        for edge in (
            ((140, 80), (1460, 80)),
            ((1460, 80), (1460, 990)),
            ((1460, 990), (140, 990)),
            ((140, 990), (140, 80)),
        ):
            block.line(list(edge), 22)
    places = [(240 + column * 141, 170 + row * 270) for row in range(3) for column in range(9)]
    empty = 14
    inks = ("night", "sun", "slate")
    for turn, ink in enumerate(inks):
        with press.block(ink) as block:
            for index, (x, y) in enumerate(places):
                if index != empty and (index * 7 + index // 9) % 3 == turn:
                    _key(block, x, y, kind=index)
    _key_tags(press, places, empty)


def _key_tags(press: Press, places: Points, empty: int) -> None:
    with press.block("white") as block:
        for index, (x, y) in enumerate(places):
            if index != empty and index < 18:
                turn = press.random.uniform(-14, 14)
                block.fill(turned([(-24, 0), (0, -20), (24, 0), (24, 56), (-24, 56)], x + 44, y + 84, turn))
    with press.block("night") as block:
        for index, (x, y) in enumerate(places):
            block.arc(x, y - 4, 13, -180, 60, 7)
            if index != empty and index < 18:
                block.line([(x + 6, y + 18), (x + 42, y + 78)], 3)
                for row in range(3):
                    block.line([(x + 32, y + 98 + row * 12), (x + 56, y + 98 + row * 12)], 3)
    with press.block("white") as block:
        block.bar(612, 944, 988, 978)
    with press.block("night") as block:
        block.text(706, 972, "FIT NOTHING", height=21, weight=5)


def _key(block: Block, x: float, y: float, *, kind: int) -> None:
    radius = 26 + kind * 5 % 12
    length = 120 + kind * 37 % 50
    if kind % 4 == 1:
        for dx, dy in ((-16, 26), (16, 26), (0, 4)):
            block.disc(x + dx, y + dy + 6, 19)
            block.disc(x + dx, y + dy + 6, 9, on=False)
    elif kind % 4 == 2:
        block.fill([(x - radius, y + 8), (x + radius, y + 8), (x + radius * 0.7, y + 56), (x - radius * 0.7, y + 56)])
        block.disc(x, y + 28, 12, on=False)
    else:
        block.disc(x, y + 26, radius)
        block.disc(x, y + 26, radius - 13, on=False)
    block.bar(x - 8, y + 48, x + 8, y + 48 + length)
    block.bar(x - 14, y + 56, x + 14, y + 66)
    foot = y + 48 + length
    for step in range(2 + kind % 2):
        block.bar(x + 4, foot - 14 - step * 24, x + 30 + (kind + step) % 3 * 7, foot - step * 24)


_SPINES = (
    "brick",
    "sea",
    "sand",
    "pine",
    "rust",
    "deep",
    "mist",
    "sun",
    "slate",
    "moss",
    "brick",
    "deep",
    "sand",
    "rust",
    "sea",
    "foam",
    "pine",
    "brick",
)


def draw_library_books(press: Press) -> None:
    """A shelf, one book leaning out, a cat."""
    with press.block("night") as block:
        block.flood()
        for strip in range(0, 1600, 54):
            block.line([(strip, 0), (strip, 1067)], 3, on=False)
    books = _shelf_books(press)
    for ink in sorted(set(_SPINES)):
        with press.block(ink) as block:
            for x, top, width, foot, own in books:
                if own == ink:
                    block.bar(x, top, x + width, foot)
    with press.block("night") as block:
        for x, top, width, foot, _ in books:
            block.line([(x + width, top), (x + width, foot)], 5)
    with press.block("white") as block:
        for index, (x, top, width, foot, _) in enumerate(books):
            if index % 2:
                block.bar(x + 8, top + 44, x + width - 8, top + 52)
                block.bar(x + 8, foot - 70, x + width - 8, foot - 62)
            else:
                block.bar(x + width * 0.3, top + 70, x + width * 0.7, top + 170)
    with press.block("rust") as block:
        for y in (510, 960):
            block.bar(-10, y, 1610, y + 48)
    with press.block("night") as block:
        for y in (558, 1008):
            block.bar(-10, y, 1610, y + 16)
    _leaning_book(press)
    _cat(press)


def _shelf_books(press: Press) -> list[tuple[float, float, float, float, str]]:
    books: list[tuple[float, float, float, float, str]] = []
    for shelf, (foot, gaps) in enumerate(((510.0, ()), (960.0, ((560, 770), (1130, 1620))))):
        x, index = 20.0, shelf * 5
        while x < 1580:
            width = float(press.random.randrange(48, 92))
            if not any(x + width > start and x < end for start, end in gaps):
                books.append((x, foot - press.random.randrange(250, 370), width, foot, _SPINES[index % len(_SPINES)]))
            x += width + 3
            index += 1
    return books


def _leaning_book(press: Press) -> None:
    with press.block("brick") as block:
        block.fill(turned([(-42, -330), (52, -330), (52, 0), (-42, 0)], 670, 960, 13))
    with press.block("white") as block:
        block.fill(turned([(-30, -270), (40, -270), (40, -170), (-30, -170)], 670, 960, 13))
    with press.block("night") as block:
        block.line(turned([(-42, -330), (-42, 0)], 670, 960, 13), 6)
        loop = smooth(xy("-22,-222 0,-256 26,-228 6,-206 -16,-236 4,-250 30,-200"), closed=False)
        block.line(turned(loop, 670, 960, 13), 7)


def _cat(press: Press) -> None:
    with press.block("sun") as block:
        block.blob(xy("1150,950 1160,850 1240,790 1360,790 1450,840 1480,920 1460,962 1180,964"))
        block.disc(1220, 870, 78, 68)
        block.fill([(1154, 840), (1160, 766), (1210, 810)])
        block.fill([(1236, 806), (1290, 770), (1290, 846)])
        block.brush([(1450, 940), (1540, 930), (1560, 850), (1520, 800)], 44)
    with press.block("rust") as block:
        for x, y in ((1330, 812), (1380, 826), (1424, 856)):
            block.gouge(x, y, angle=70, length=80, width=15, on=True)
        for x in (1192, 1246):
            block.arc(x, 866, 17, 20, 160, 6)
        block.fill([(1210, 890), (1230, 890), (1220, 902)])
        for side in (-1, 1):
            for lift in (-8, 6):
                block.line([(1220 + side * 26, 900), (1220 + side * 92, 896 + lift)], 3)
