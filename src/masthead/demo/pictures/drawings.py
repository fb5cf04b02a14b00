"""Every drawing by its name, as files ready to be published."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

from PIL import Image

from masthead.demo.pictures import (
    festival,
    finds,
    harbour,
    maps,
    portraits,
    quays,
    schools,
    shelves,
    shops,
    shore,
    sport,
    table,
    town,
)
from masthead.demo.pictures.press import Press

WIDTH, HEIGHT = 1600, 1067
PORTRAIT_SIZE = 900
QUALITY = 82

Draw = Callable[[Press], None]

_MODULES = (harbour, quays, shore, maps, town, schools, sport, festival, table, shelves, finds, shops)
DRAWINGS: dict[str, Draw] = {
    name.removeprefix("draw_").replace("_", "-"): getattr(module, name)
    for module in _MODULES
    for name in vars(module)
    if name.startswith("draw_") and getattr(module, name).__module__ == module.__name__
}
PORTRAITS = tuple(portraits.FACES)


def make_drawing(name: str, *, width: int = WIDTH) -> bytes:
    """Return a drawing as JPEG, `width` pixels wide and two thirds as high. Raises KeyError for an unknown name."""
    return _print(DRAWINGS[name], name, width=width, height=round(width * HEIGHT / WIDTH))


def make_portrait(name: str, *, width: int = PORTRAIT_SIZE) -> bytes:
    """Return a portrait as JPEG, `width` pixels wide and high. Raises KeyError for an unknown name."""
    return _print(partial(portraits.draw_portrait, name=name), name, width=width, height=width)


def make_signature(*, width: int = PORTRAIT_SIZE) -> bytes:
    """Return the editor's signature as PNG on a clear ground."""
    return _save(portraits.draw_signature(width=width), "PNG")


def _print(draw: Draw, name: str, *, width: int, height: int) -> bytes:
    press = Press(width=width, height=height, seed=name)
    draw(press)
    return _save(press.pull(), "JPEG")


def _save(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, quality=QUALITY, optimize=kind == "PNG")
    return file.getvalue()
