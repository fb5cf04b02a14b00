"""A printing press of paper, inks and cut blocks.

A picture is printed as a linocut is: one block an ink, from the lightest to the darkest. A block is a mask at
twice the picture's size; what is drawn on it will print, what is cut out of it shows the ink below. Printing
roughens the edges, lets the ink miss a few grains, and sets each block down a hair beside the last one.

Everything follows from the seed: the same seed and size give the same bytes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from masthead.demo.pictures.lettering import letter_strokes

Point = tuple[float, float]
Points = Sequence[Point]
Colour = tuple[int, int, int]

OVERSIZE = 2
DESIGN_WIDTH = 1600

PAPER = "#f4ecdb"
INKS = {
    "night": "#1b2a3f",
    "deep": "#24495c",
    "sea": "#2f6b78",
    "mist": "#a9c6c0",
    "foam": "#dfe7dc",
    "slate": "#62727d",
    "sand": "#e2c38c",
    "sun": "#eda63a",
    "lemon": "#f0cd66",
    "brick": "#c9563c",
    "rust": "#853a2d",
    "rose": "#e5ab93",
    "tan": "#c68a63",
    "umber": "#7d5240",
    "moss": "#7b8f5d",
    "pine": "#37533f",
    "paper": PAPER,
    "white": "#fbf6ea",
}


def get_colour(name: str) -> Colour:
    """Return an ink by its name, or any colour that Pillow can read."""
    red, green, blue = ImageColor.getrgb(INKS.get(name, name))[:3]
    return red, green, blue


def xy(text: str) -> list[Point]:
    """Read points written as pairs, as `"10,20 30,40"`."""
    pairs = (pair.split(",") for pair in text.split())
    return [(float(x), float(y)) for x, y in pairs]


def smooth(points: Points, *, closed: bool = True, steps: int = 10) -> list[Point]:
    """Return the points of a Catmull-Rom curve through `points`, `steps` to each span."""
    count = len(points)
    curve: list[Point] = []
    spans = count if closed else count - 1
    for index in range(spans):
        if closed:
            p0, p1, p2, p3 = (points[(index + shift) % count] for shift in (-1, 0, 1, 2))
        else:
            p0, p1 = points[max(index - 1, 0)], points[index]
            p2, p3 = points[index + 1], points[min(index + 2, count - 1)]
        curve.extend(_between(p0, p1, p2, p3, step / steps) for step in range(steps))
    if not closed:
        curve.append(points[-1])
    return curve


def _between(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    def axis(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)

    return axis(p0[0], p1[0], p2[0], p3[0]), axis(p0[1], p1[1], p2[1], p3[1])


class Block:
    """One cut block. Lengths are in units of a picture 1,600 wide; `on=False` cuts instead of drawing."""

    def __init__(self, size: tuple[int, int], factor: float) -> None:
        self._factor = factor
        self.mask = Image.new("L", size, 0)
        self._draw = ImageDraw.Draw(self.mask)

    def _scaled(self, points: Iterable[Point]) -> list[Point]:
        return [(x * self._factor, y * self._factor) for x, y in points]

    def flood(self) -> None:
        """Draw the whole block."""
        self.mask.paste(255, (0, 0, *self.mask.size))

    def fill(self, points: Points, *, on: bool = True) -> None:
        """Draw a polygon."""
        self._draw.polygon(self._scaled(points), fill=255 if on else 0)

    def blob(self, points: Points, *, on: bool = True) -> None:
        """Draw a closed smooth shape through the points."""
        self.fill(smooth(points), on=on)

    def bar(self, x0: float, y0: float, x1: float, y1: float, *, on: bool = True) -> None:
        """Draw an upright rectangle between two corners."""
        self.fill([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], on=on)

    def disc(self, x: float, y: float, rx: float, ry: float | None = None, *, on: bool = True) -> None:
        """Draw an ellipse about its centre."""
        ry = rx if ry is None else ry
        f = self._factor
        self._draw.ellipse(((x - rx) * f, (y - ry) * f, (x + rx) * f, (y + ry) * f), fill=255 if on else 0)

    def line(self, points: Points, width: float, *, on: bool = True, curved: bool = False) -> None:
        """Draw a line of even width with round ends."""
        path = smooth(points, closed=False) if curved else list(points)
        pixels = max(1, round(width * self._factor))
        self._draw.line(self._scaled(path), fill=255 if on else 0, width=pixels, joint="curve")
        for x, y in (path[0], path[-1]):
            self.disc(x, y, width / 2, on=on)

    def arc(
        self, x: float, y: float, radius: float, start: float, end: float, width: float, *, on: bool = True
    ) -> None:
        """Draw part of a ring, from one angle to another in degrees, clockwise from the right."""
        turns = [math.radians(start + (end - start) * step / 24) for step in range(25)]
        self.line([(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns], width, on=on)

    def gouge(
        self, x: float, y: float, *, angle: float, length: float, width: float, bend: float = 0, on: bool = False
    ) -> None:
        """Cut one stroke of the gouge about its centre: pointed at both ends, widest in the middle."""
        turn = math.radians(angle)
        dx, dy = math.cos(turn), math.sin(turn)
        upper, lower = [], []
        for step in range(9):
            t = step / 8 * 2 - 1
            along, bulge = t * length / 2, (1 - t * t)
            across = bend * bulge
            half = width / 2 * bulge
            upper.append((x + dx * along - dy * (across + half), y + dy * along + dx * (across + half)))
            lower.append((x + dx * along - dy * (across - half), y + dy * along + dx * (across - half)))
        self.fill(upper + lower[::-1], on=on)

    def brush(self, points: Points, width: float, *, on: bool = True, steps: int = 10) -> None:
        """Draw a curved stroke through the points that swells in the middle and is pointed at the ends."""
        path = smooth(points, closed=False, steps=steps)
        last = len(path) - 1
        left, right = [], []
        for index, (x, y) in enumerate(path):
            ahead, behind = path[min(index + 1, last)], path[max(index - 1, 0)]
            dx, dy = ahead[0] - behind[0], ahead[1] - behind[1]
            size = math.hypot(dx, dy) or 1
            half = width / 2 * math.sin(math.pi * index / last) ** 0.7
            left.append((x - dy / size * half, y + dx / size * half))
            right.append((x + dy / size * half, y - dx / size * half))
        self.fill(left + right[::-1], on=on)

    def text(self, x: float, y: float, words: str, *, height: float, weight: float, on: bool = True) -> float:
        """Letter the words in hand-cut capitals from the left of the base line; return where they end."""
        for stroke in letter_strokes(words, x=x, y=y, height=height):
            self.line(stroke.points, weight, on=on)
        return stroke_end(words, x=x, height=height)

    @contextmanager
    def within(self, points: Points) -> Iterator[None]:
        """Confine to a polygon what is drawn or cut inside the context."""
        before = self.mask.copy()
        region = Image.new("L", self.mask.size, 0)
        ImageDraw.Draw(region).polygon(self._scaled(points), fill=255)
        yield
        self.mask.paste(before, (0, 0), ImageChops.invert(region))


def stroke_end(words: str, *, x: float, height: float) -> float:
    """Return the right edge of `words` when lettered from `x` at this height."""
    ends = [point[0] for stroke in letter_strokes(words, x=x, y=0, height=height) for point in stroke.points]
    return max(ends, default=x)


class Press:
    """A sheet of paper on which blocks are printed one after another."""

    def __init__(self, *, width: int, height: int, seed: str, paper: str = PAPER) -> None:
        self.random = random.Random(seed)  # noqa: S311  it draws, and keeps no secret
        self.width = DESIGN_WIDTH
        self.height = DESIGN_WIDTH * height / width
        self._size = (width, height)
        self._factor = width * OVERSIZE / DESIGN_WIDTH
        self._sheet = Image.new("RGB", self._size, get_colour(paper))

    @contextmanager
    def block(self, ink: str, *, overprint: bool = False, rough: bool = True) -> Iterator[Block]:
        """Cut a block, and print it in this ink when the context ends.

        An overprint lets the inks below shine through, as transparent ink does; otherwise the ink covers.
        """
        width, height = self._size
        block = Block((width * OVERSIZE, height * OVERSIZE), self._factor)
        yield block
        self._print(block.mask, get_colour(ink), overprint=overprint, rough=rough)

    def _print(self, mask: Image.Image, colour: Colour, *, overprint: bool, rough: bool) -> None:
        """Print the inked part of the mask; what lies outside it costs nothing."""
        inked = mask.getbbox()
        shift = self.random.randrange(1 << 30)
        slip = self._size[0] / DESIGN_WIDTH * 1.3
        right, down = round(self.random.uniform(-slip, slip)), round(self.random.uniform(-slip, slip))
        if inked is None:
            return
        box = _widen(inked, by=6 * OVERSIZE, size=mask.size)
        mask = mask.crop(box).reduce(OVERSIZE)
        if rough:
            mask = _roughen(mask, _swatch(_wander(self._size), mask.size, shift), self._size[0] / DESIGN_WIDTH)
        mask = ImageChops.multiply(mask, _swatch(_grain(self._size), mask.size, shift))
        left, top = box[0] // OVERSIZE + right, box[1] // OVERSIZE + down
        solid = Image.new("RGB", mask.size, colour)
        if overprint:
            below = self._sheet.crop((left, top, left + mask.width, top + mask.height))
            solid = ImageChops.multiply(below, solid)
        self._sheet.paste(solid, (left, top), mask)

    def pull(self) -> Image.Image:
        """Return the finished print, with the paper's own tooth."""
        tooth = _swatch(_tooth(self._size), self._size, self.random.randrange(1 << 30))
        return ImageChops.multiply(self._sheet, Image.merge("RGB", (tooth, tooth, tooth)))


def _widen(box: tuple[int, int, int, int], *, by: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the box with a margin, on even pixels, inside the block."""
    left, top = max(box[0] - by, 0), max(box[1] - by, 0)
    return left - left % OVERSIZE, top - top % OVERSIZE, min(box[2] + by, size[0]), min(box[3] + by, size[1])


_SPARE = 256


def _swatch(texture: Image.Image, size: tuple[int, int], shift: int) -> Image.Image:
    """Return a piece of a texture, from another place each time."""
    left, top = shift % _SPARE, shift // _SPARE % _SPARE
    return texture.crop((left, top, left + size[0], top + size[1]))


def _bolt(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] + _SPARE, size[1] + _SPARE


def _noise(size: tuple[int, int], seed: str) -> Image.Image:
    return Image.frombytes("L", size, random.Random(seed).randbytes(size[0] * size[1]))  # noqa: S311  as above


@lru_cache(maxsize=8)
def _wander(size: tuple[int, int]) -> Image.Image:
    """Return soft noise about 128, by which an edge strays from its line."""
    size = _bolt(size)
    small = (size[0] // 3, size[1] // 3)
    soft = _noise(small, "edge").filter(ImageFilter.GaussianBlur(1)).resize(size, Image.Resampling.BICUBIC)
    return soft.point([round(128 + max(-72, min(72, (value - 128) * 1.5))) for value in range(256)])


@lru_cache(maxsize=8)
def _grain(size: tuple[int, int]) -> Image.Image:
    """Return how much ink takes: nearly all of it, in clouds, with a pinch of salt."""
    size = _bolt(size)
    cloud = _noise((size[0] // 24, size[1] // 24), "cloud").resize(size, Image.Resampling.BICUBIC)
    cloud = cloud.point([round(238 + value / 255 * 17) for value in range(256)])
    salt = _noise(size, "salt").filter(ImageFilter.GaussianBlur(0.9))
    salt = salt.point([255 if value < 176 else round(255 - min(value - 176, 12) * 17) for value in range(256)])
    return ImageChops.multiply(cloud, salt)


@lru_cache(maxsize=8)
def _tooth(size: tuple[int, int]) -> Image.Image:
    soft = _noise(_bolt(size), "tooth").filter(ImageFilter.GaussianBlur(0.7))
    return soft.point([round(243 + value / 255 * 12) for value in range(256)])


def _roughen(mask: Image.Image, wander: Image.Image, scale: float) -> Image.Image:
    soft = mask.filter(ImageFilter.GaussianBlur(max(0.4, 1.3 * scale)))
    return ImageChops.add(soft, wander, scale=1, offset=-128).point(_EDGE)


_EDGE = [max(0, min(255, round((value - 128) * 3.4 + 128))) for value in range(256)]
