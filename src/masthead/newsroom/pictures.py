"""The shapes in which pictures are shown, and how they are had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from wagtail.images import get_image_model
from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import SourceImageIOError

# In lists; the templates of stories name the same shapes. Wagtail makes anew what is not among the prefetched ones,
# so what is read with lists names every shape that they, or the feeds, ask for.
LIST_SHAPES = tuple(f"fill-{size}|format-webp" for size in ("320x213", "640x427", "960x640", "1440x960"))
# Above an article and in its body.
LEAD_SHAPES = tuple(f"width-{width}|format-webp" for width in (640, 960, 1440, 1920))
BODY_SHAPES = tuple(f"width-{width}|format-webp" for width in (480, 800, 1280))
# Beside the name of an author.
BYLINE_SHAPE, VOICE_SHAPE = (f"fill-{size}|format-webp" for size in ("120x120", "160x160"))
# In a house ad.
HOUSE_AD_SHAPE = LIST_SHAPES[0]
# What social networks and search engines ask for: wide, 4:3 and square.
SHARING_SHAPES = tuple(f"fill-{size}|format-jpeg" for size in ("1200x630", "1200x900", "1200x1200"))
IN_LISTS = (*LIST_SHAPES, SHARING_SHAPES[0])
IN_ARTICLES = (*LEAD_SHAPES, *BODY_SHAPES, *SHARING_SHAPES, BYLINE_SHAPE)


def prefetch(*shapes: str, of: str = "") -> Prefetch[str, Any, str]:
    """Read the renditions of pictures with the rows that have them; `of` names the way to the picture.

    What is shown of these pictures has to be among `shapes`.
    """
    made = get_image_model().get_rendition_model().objects.filter(filter_spec__in=shapes)
    return Prefetch(f"{of}__renditions" if of else "renditions", queryset=made, to_attr="prefetched_renditions")


def fetch_renditions(found: Iterable[Any], shapes: Iterable[str]) -> None:
    """Read the renditions of all these pictures at once; a picture may be None."""
    prefetch_related_objects([picture for picture in found if picture is not None], prefetch(*shapes))


def get_renditions(picture: Any, shapes: Iterable[str]) -> list[Any]:
    """Return the picture in these shapes, made now where they were not yet; none of a picture whose file is gone."""
    if picture is None:
        return []
    try:
        return list(picture.get_renditions(*shapes).values())
    except (SourceImageIOError, InvalidFilterSpecError, OSError):
        return []
