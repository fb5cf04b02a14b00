"""Draw the pictures and keep them among the site's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from django.core.files.base import ContentFile
from wagtail.images.models import Image

from masthead.demo.content import Newspaper
from masthead.demo.pictures.drawings import PORTRAIT_SIZE, make_drawing, make_portrait, make_signature
from masthead.demo.prose import Picture
from masthead.demo.traces import Traces
from masthead.newsroom.pictures import LIST_SHAPES, get_renditions

DRAWERS = 2
AD_WIDTH = 960
# Of the shapes of lists, all but the largest, which only the leading article needs.
CARD_SHAPES = LIST_SHAPES[:3]
PORTRAIT_SHAPES = tuple(f"fill-{size}|format-webp" for size in ("120x120", "160x160", "320x320"))


Step = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One picture to be drawn: its name, what it shows, how it is drawn, and the shapes in which lists show it."""

    key: str
    title: str
    alt: str
    draw: Callable[[], bytes]
    suffix: str
    shapes: tuple[str, ...] = ()


def list_sheets(paper: Newspaper, *, width: int) -> Iterator[Sheet]:
    """List every picture of the paper, each once; drawings are `width` pixels wide."""
    described = {article.picture.drawing: article.picture.alt for article in paper.articles}
    for key, alt in described.items():
        yield _sheet(key, alt, width=width, shapes=CARD_SHAPES)
    for article in paper.articles:
        for block in article.blocks:
            if isinstance(block, Picture) and block.drawing not in described:
                described[block.drawing] = block.alt
                yield _sheet(block.drawing, block.alt, width=width)
    for ad in paper.house_ads:
        yield _sheet(ad.drawing, ad.alt, width=min(width, AD_WIDTH))
    yield _sheet(paper.publication.logo, paper.publication.logo_alt, width=width)
    for author in paper.authors:
        yield Sheet(
            key=f"face-{author.face}",
            title=author.name,
            alt=author.alt,
            draw=partial(make_portrait, author.face, width=min(width, PORTRAIT_SIZE)),
            suffix="jpg",
            shapes=PORTRAIT_SHAPES,
        )
    yield Sheet(
        key="signature", title="Signature", alt=paper.publication.signature_alt, draw=make_signature, suffix="png"
    )


def _sheet(key: str, alt: str, *, width: int, shapes: tuple[str, ...] = ()) -> Sheet:
    title = key.replace("-", " ").capitalize()
    return Sheet(
        key=key, title=title, alt=alt, draw=partial(make_drawing, key, width=width), suffix="jpg", shapes=shapes
    )


def add_pictures(sheets: Sequence[Sheet], traces: Traces, *, step: Step) -> None:
    """Draw the pictures and add them in the shapes of lists, but for those that were added before.

    Drawing goes on in threads while finished pictures are kept; `step` is told how many are. Safe to repeat.
    """
    missing = [sheet for sheet in sheets if not traces.has("picture", sheet.key)]
    done = len(sheets) - len(missing)
    with ThreadPoolExecutor(max_workers=DRAWERS) as drawers:
        drawings = [drawers.submit(sheet.draw) for sheet in missing]
        try:
            for number, (sheet, drawing) in enumerate(zip(missing, drawings, strict=True), start=1):
                traces.once("picture", sheet.key, partial(_keep, sheet, drawing.result()))
                _cut(find_picture(sheet.key, traces), sheet.shapes)
                step(done + number)
        finally:
            drawers.shutdown(cancel_futures=True)


def _cut(picture: Image | None, shapes: Sequence[str]) -> None:
    """Make the shapes of lists, so that the first reader of the front page need not wait."""
    for rendition in get_renditions(picture, shapes):
        rendition.file.close()


def _keep(sheet: Sheet, drawn: bytes) -> Image:
    file = ContentFile(drawn, name=f"{sheet.key}.{sheet.suffix}")
    image = Image(title=sheet.title, description=sheet.alt, file=file)
    image.save()
    return image


def find_picture(key: str, traces: Traces) -> Image | None:
    """Return a picture that was added; None where staff have deleted it."""
    return Image.objects.filter(pk=traces.find("picture", key) or 0).first()
