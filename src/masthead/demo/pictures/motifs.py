"""What recurs on this coast: skies, water, birds, roofs, lamps, people."""

from __future__ import annotations

import math
from collections.abc import Sequence

from masthead.demo.pictures.press import Block, Point, Points, Press, smooth, xy

# x, y of the feet, height, ink of the coat, ink of the hat, kind of hat
Person = tuple[float, float, float, str, str, str]
SKINS = ("rose", "umber", "rose", "tan")


def shade(
    press: Press,
    block: Block,
    area: tuple[float, float, float, float],
    *,
    first: float,
    last: float,
    length: float = 120,
    pitch: float = 17,
    angle: float = 0,
) -> None:
    """Cut rows of gouge marks so that the block pales from `first` at the top to `last` at the bottom (0 to 1)."""
    x0, y0, x1, y1 = area
    rows = max(1, round((y1 - y0) / pitch))
    for row in range(rows):
        share = first + (last - first) * row / rows
        y = y0 + (row + 0.5) * pitch
        x = x0 - press.random.uniform(0, length)
        while x < x1 + length:
            span = length * press.random.uniform(0.6, 1.4)
            if press.random.random() < share * 1.5:
                width = pitch * min(1.05, share * press.random.uniform(0.7, 1.2))
                block.gouge(x, y + press.random.uniform(-2, 2), angle=angle, length=span, width=width)
            x += span * 0.78


def sky(press: Press, ink: str, *, horizon: float, first: float = 0.1, last: float = 0.8, length: float = 190) -> None:
    """Print a sky that pales towards the horizon."""
    with press.block(ink) as block:
        block.bar(-10, -10, 1610, horizon)
        shade(press, block, (0, 0, 1600, horizon), first=first, last=last, length=length, pitch=21)


def ripple(
    press: Press, block: Block, *, top: float, bottom: float, x0: float = 0, x1: float = 1600, amount: float = 0.5
) -> None:
    """Cut the light out of open water: fine and close at the horizon, long and wide near the reader."""
    y, depth = top + 6, bottom - top
    while y < bottom:
        near = (y - top) / depth
        x = x0 - press.random.uniform(0, 80)
        while x < x1:
            length = (24 + 150 * near) * press.random.uniform(0.6, 1.5)
            if press.random.random() < amount:
                width = (2.4 + 9 * near) * press.random.uniform(0.7, 1.2)
                block.gouge(x, y, angle=press.random.uniform(-2, 2), length=length, width=width, bend=-1.5 - 6 * near)
            x += length * press.random.uniform(0.8, 1.3)
        y += 8 + 26 * near


def glitter(
    press: Press, block: Block, *, x: float, top: float, bottom: float, spread: float, on: bool = False
) -> None:
    """Cut the path of a light on the water below it."""
    y = top + 4
    while y < bottom:
        near = (y - top) / (bottom - top)
        for _ in range(3):
            length = (20 + spread * near) * press.random.uniform(0.4, 1.1)
            drift = press.random.gauss(0, 8 + spread * near * 0.35)
            block.gouge(x + drift, y, angle=0, length=length, width=4 + 8 * near, on=on)
        y += 9 + 15 * near


def sea(press: Press, ink: str, *, top: float, bottom: float, amount: float = 0.5) -> None:
    """Print open water from the horizon down."""
    with press.block(ink) as block:
        block.bar(-10, top, 1610, bottom + 10)
        ripple(press, block, top=top, bottom=bottom, amount=amount)


def gull(block: Block, x: float, y: float, size: float, *, tilt: float = 0, on: bool = True) -> None:
    """Draw a gull on the wing, seen from before it."""
    turn = math.radians(tilt)

    def place(dx: float, dy: float) -> Point:
        return (
            x + size * (dx * math.cos(turn) - dy * math.sin(turn)),
            y + size * (dx * math.sin(turn) + dy * math.cos(turn)),
        )

    for side in (-1, 1):
        points = xy("0,0.06 0.28,-0.2 0.6,-0.24 1,0.06 0.62,-0.12 0.3,-0.06 0.05,0.2")
        block.fill([place(side * dx, dy) for dx, dy in points], on=on)
    block.blob([place(-0.1, 0.02), place(0, -0.07), place(0.1, 0.02), place(0, 0.26)], on=on)


def roof_line(block: Block, x: float, y: float, width: float, wall: float, peak: float) -> None:
    """Draw the front of a gabled house, standing on `y`."""
    block.fill(
        [(x, y), (x, y - wall), (x + width / 2, y - wall - peak), (x + width, y - wall), (x + width, y)],
    )


def panes(block: Block, x: float, y: float, width: float, height: float, *, bars: float = 3, on: bool = True) -> None:
    """Draw a window of four panes with its top left corner at (x, y)."""
    block.bar(x, y, x + width, y + height, on=on)
    block.bar(x + width / 2 - bars / 2, y, x + width / 2 + bars / 2, y + height, on=not on)
    block.bar(x, y + height * 0.45 - bars / 2, x + width, y + height * 0.45 + bars / 2, on=not on)


def halo(block: Block, x: float, y: float, *, inner: float, outer: float, rays: int, width: float, on: bool) -> None:
    """Draw or cut rays about a light."""
    for ray in range(rays):
        turn = 360 / rays * ray
        reach = (inner + outer) / 2
        dx, dy = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        block.gouge(x + dx * reach, y + dy * reach, angle=turn, length=outer - inner, width=width, on=on)


def rain(press: Press, block: Block, area: tuple[float, float, float, float], *, drops: int, on: bool = False) -> None:
    """Cut slanting rain."""
    x0, y0, x1, y1 = area
    for _ in range(drops):
        x, y = press.random.uniform(x0, x1), press.random.uniform(y0, y1)
        block.gouge(x, y, angle=112, length=press.random.uniform(40, 90), width=4.5, on=on)


def hill(press: Press, block: Block, ridge: Points, *, base: float, cuts: int = 0) -> None:
    """Draw a hill under a ridge line, with gouge marks that follow the slope."""
    line = smooth(ridge, closed=False)
    block.fill([*line, (line[-1][0], base), (line[0][0], base)])
    for _ in range(cuts):
        at = press.random.randrange(1, len(line) - 1)
        (ax, ay), (bx, by) = line[at - 1], line[at + 1]
        down = press.random.random() ** 1.6 * (base - line[at][1]) * 0.9 + 14
        slope = math.degrees(math.atan2(by - ay, bx - ax))
        block.gouge(
            line[at][0], line[at][1] + down, angle=slope * 0.8, length=press.random.uniform(40, 130), width=6, bend=-5
        )


def body(block: Block, x: float, y: float, height: float, *, lean: float = 0, girth: float = 1) -> None:
    """Draw somebody in a coat, standing on (x, y), without the head."""
    h, w = height, height * 0.135 * girth
    top = y - h * 0.8
    block.blob(
        [
            (x - w * 0.62 + lean, top + h * 0.02),
            (x + lean, top - h * 0.012),
            (x + w * 0.62 + lean, top + h * 0.02),
            (x + w * 0.98 + lean * 0.7, y - h * 0.55),
            (x + w * 1.12, y - h * 0.24),
            (x, y - h * 0.2),
            (x - w * 1.12, y - h * 0.24),
            (x - w * 0.98 + lean * 0.7, y - h * 0.55),
        ]
    )


def legs(block: Block, x: float, y: float, height: float, *, stride: float = 0.05) -> None:
    """Draw the legs and shoes of somebody who stands on (x, y)."""
    for side in (-1, 1):
        foot = x + side * height * stride
        block.line([(x + side * height * 0.035, y - height * 0.26), (foot, y - height * 0.02)], height * 0.052)
        block.line([(foot, y - height * 0.016), (foot + height * 0.04, y - height * 0.016)], height * 0.036)


def head(block: Block, x: float, y: float, height: float, *, lean: float = 0) -> None:
    """Draw the head and neck of somebody who stands on (x, y)."""
    block.disc(x + lean * 1.15, y - height * 0.895, height * 0.062, height * 0.074)
    block.bar(x + lean - height * 0.024, y - height * 0.85, x + lean + height * 0.024, y - height * 0.775)


_HATS: dict[str, Points] = {
    "cap": xy("-1,0 -0.8,-1 0.5,-1.15 1.05,-0.2"),
    "brim": xy("-1,-0.3 -0.8,-1.4 0.8,-1.4 1,-0.3"),
    "bob": xy("-1.15,1 -1.1,-0.5 0,-1.25 1.1,-0.5 0.9,-0.1 -0.2,-0.3 -0.5,1.1"),
    "bun": xy("-1,0.2 -0.9,-0.9 0.5,-1.2 1,-0.3 0,-0.4"),
    "plain": xy("-1.1,-0.1 -0.9,-1.1 0,-1.6 0.9,-1.1 1.1,-0.1"),
    "wool": xy("-1.1,-0.1 -0.9,-1.1 0,-1.6 0.9,-1.1 1.1,-0.1"),
}


def hat(block: Block, x: float, y: float, height: float, *, kind: str, lean: float = 0) -> None:
    """Draw hair or a hat on somebody who stands on (x, y): cap, brim, bob, bun, plain or wool."""
    cx, cy, r = x + lean * 1.15, y - height * 0.9, height * 0.07
    shape = [(cx + dx * r, cy + dy * r) for dx, dy in _HATS[kind]]
    if kind == "cap":
        block.fill(shape)
        block.line([(cx + r * 0.3, cy - r * 0.2), (cx + r * 1.7, cy)], r * 0.3)
        return
    block.blob(shape)
    if kind == "brim":
        block.line([(cx - r * 1.8, cy - r * 0.35), (cx + r * 1.8, cy - r * 0.35)], r * 0.34)
    elif kind == "bun":
        block.disc(cx - r * 0.6, cy - r * 1.25, r * 0.5)
    elif kind == "wool":
        block.disc(cx, cy - r * 1.7, r * 0.35)


def crowd(
    press: Press,
    people: Sequence[Person],
    *,
    shoes: str = "night",
) -> None:
    """Print people: each is x, foot y, height, coat ink, hat ink, hat kind. One block an ink."""
    with press.block(shoes, rough=False) as block:
        for x, y, height, *_ in people:
            legs(block, x, y, height)
    for turn, skin in enumerate(SKINS):
        with press.block(skin, rough=False) as block:
            for x, y, height, *_ in people[turn :: len(SKINS)]:
                head(block, x, y, height)
    for ink in sorted({person[3] for person in people}):
        with press.block(ink) as block:
            for x, y, height, coat, *_ in people:
                if coat == ink:
                    body(block, x, y, height)
    for ink in sorted({person[4] for person in people}):
        with press.block(ink) as block:
            for x, y, height, _coat, cover, kind in people:
                if cover == ink:
                    hat(block, x, y, height, kind=kind)


def fish(block: Block, x: float, y: float, length: float, *, on: bool = True, up: float = 0) -> None:
    """Draw a fish that swims to the left, about its centre, rising by `up`."""
    h = length * 0.16
    left, right = x - length / 2, x + length * 0.32
    block.blob(
        [
            (left, y - up),
            (left + length * 0.16, y - h * 0.8 - up * 0.7),
            (left + length * 0.42, y - h),
            (right, y - h * 0.24 + up * 0.6),
            (right, y + h * 0.24 + up * 0.6),
            (left + length * 0.42, y + h),
            (left + length * 0.16, y + h * 0.8 - up * 0.7),
        ],
        on=on,
    )
    tail = x + length / 2
    block.fill(
        [
            (right - 6, y + up * 0.6),
            (tail, y - h * 1.05 + up),
            (tail - length * 0.06, y + up),
            (tail, y + h * 1.05 + up),
        ],
        on=on,
    )
