"""The one night on which the whole town is out."""

from __future__ import annotations

from masthead.demo.pictures.motifs import (
    Person,
    crowd,
    halo,
    ripple,
    shade,
)
from masthead.demo.pictures.press import Block, Point, Press, smooth


def draw_festival(press: Press) -> None:
    """The net comes down Netmaker Lane."""
    with press.block("deep") as block:
        block.flood()
        shade(press, block, (0, 0, 1600, 420), first=0.03, last=0.2, length=110, pitch=28)
    with press.block("sea") as block:
        block.bar(620, 430, 980, 600)
        ripple(press, block, top=440, bottom=600, x0=620, x1=980, amount=0.6)
    _lane(press)
    with press.block("slate") as block:
        block.fill([(640, 600), (960, 600), (1500, 1080), (100, 1080)])
        for row in range(9):
            y = 620 + row * row * 6
            for column in range(9):
                if (column + row) % 2:
                    block.gouge(800 + (column - 4) * (30 + row * 16), y, angle=0, length=24 + row * 9, width=5 + row)
    _lanterns(press)
    inks = ("brick", "sun", "sea", "rust", "foam", "brick")
    kinds = ("wool", "bob", "cap", "bun", "brim", "wool")
    left: list[Person] = []
    right: list[Person] = []
    for step in range(6):
        size, y, last = 110 + step * 46, 640 + step * 68, kinds[(step + 2) % 6]
        left.append((760 - step * 66, y, size, inks[step], inks[(step + 2) % 6], kinds[step]))
        right.append((850 + step * 62, y + 16, size, inks[(step + 3) % 6], inks[(step + 4) % 6], last))
    crowd(press, [*left, *right])
    with press.block("white") as block:
        _net(block, left, right)


def _lane(press: Press) -> None:
    for side in (-1, 1):
        for step, ink in enumerate(("rust", "brick", "rust")):
            _house(press, ink, side=side, step=step)


def _house(press: Press, ink: str, *, side: int, step: int) -> None:
    """Print a house of the lane: `side` -1 or 1, `step` 0 far and 2 near."""

    def at(across: float, y: float) -> Point:
        return 800 + side * across, y

    inner, outer = 180 + step * 190, 370 + step * 190 + (80 if step == 2 else 0)
    eaves, gable = 330 - step * 110, 200 - step * 130
    roof = [at(inner, eaves), at((inner + outer) / 2, gable), at(outer, eaves - 110)]
    x0, x1 = inner + 50 + step * 8, inner + 110 + step * 22
    windows = [eaves + 40 + row * (120 + step * 40) - step * 16 for row in range(2)]
    with press.block(ink) as block:
        block.fill([at(inner, 600 + step * 150), *roof, at(outer, 750 + step * 150)])
    with press.block("sun") as block:
        for y in windows:
            block.fill([at(x0, y), at(x1, y - 12), at(x1, y + 62 + step * 22), at(x0, y + 70 + step * 16)])
    with press.block("night") as block:
        for y in windows:
            block.line([at((x0 + x1) / 2, y - 6), at((x0 + x1) / 2, y + 66 + step * 18)], 7)
            block.line([at(x0, y + 34), at(x1, y + 26)], 7)
        block.line(roof, 16)


def _lanterns(press: Press) -> None:
    strings = (
        ((420, 130), (800, 260), (1180, 130)),
        ((250, 0), (800, 130), (1350, 0)),
        ((540, 270), (800, 350), (1060, 270)),
    )
    spots = []
    with press.block("night") as block:
        for string in strings:
            path = smooth(list(string), closed=False)
            block.line(path, 5)
            spots.extend(path[2:-1:3])
    for turn, ink in enumerate(("sun", "brick", "foam")):
        with press.block(ink) as block:
            for x, y in spots[turn::3]:
                block.disc(x, y + 34, 24, 28)
                halo(block, x, y + 34, inner=36, outer=62, rays=12, width=5, on=True)
    with press.block("night") as block:
        for x, y in spots:
            block.bar(x - 11, y + 2, x + 11, y + 10)
            block.bar(x - 11, y + 58, x + 11, y + 65)


def _net(block: Block, left: list[Person], right: list[Person]) -> None:
    upper = [(x + size * 0.12, y - size * 0.62) for x, y, size, *_ in left]
    lower = [(x - size * 0.12, y - size * 0.62) for x, y, size, *_ in right]
    block.line(upper, 9, curved=True)
    block.line(lower, 9, curved=True)
    a, b = smooth(upper, closed=False, steps=5), smooth(lower, closed=False, steps=5)
    for index in range(len(a)):
        sag = 10.0 + index * 3
        (ax, ay), (bx, by) = a[index], b[index]
        block.line([(ax, ay), ((ax + bx) / 2, (ay + by) / 2 + sag), (bx, by)], 2.5 + index * 0.08, curved=True)
    for share in (0.2, 0.35, 0.5, 0.65, 0.8):
        run = []
        for index in range(len(a)):
            (ax, ay), (bx, by) = a[index], b[index]
            sag = (10 + index * 3) * (1 - (2 * share - 1) ** 2)
            run.append((ax + (bx - ax) * share, ay + (by - ay) * share + sag))
        block.line(run, 3)
