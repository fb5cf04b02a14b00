"""How an appeal becomes the markup that a reader's page receives."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import mark_safe
from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import SourceImageIOError
from wagtail.rich_text import expand_db_html

from masthead.appeals.cleaning import clean_copy, clean_markup
from masthead.appeals.models import WRITTEN_FIELDS, Appeal, AppealVariant
from masthead.appeals.placeholders import fill_placeholders

logger = logging.getLogger(__name__)

PORTRAIT_SPEC = "fill-160x160"
SIGNATURE_SPEC = "max-480x160|format-png"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on the site's own media."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(slots=True)
class Pictures:
    """Pictures at the sizes that appeals use, each looked up once; one that cannot be drawn is left out."""

    _known: dict[tuple[int, str], Picture | None] = field(default_factory=dict)

    def find(self, image: Any, spec: str) -> Picture | None:
        """Return the picture of `image` at the size `spec`; None without an image."""
        if image is None:
            return None
        key = (image.pk, spec)
        if key not in self._known:
            self._known[key] = self._draw(image, spec)
        return self._known[key]

    def _draw(self, image: Any, spec: str) -> Picture | None:
        try:
            rendition = image.get_rendition(spec)
        except (SourceImageIOError, InvalidFilterSpecError, OSError) as trouble:
            logger.warning("Picture %s of an appeal cannot be drawn: %s", image.pk, trouble)
            return None
        return Picture(rendition.url, rendition.width, rendition.height, image.default_alt_text)


def render_variant(
    appeal: Appeal, variant: AppealVariant, *, values: Mapping[str, str], join_url: str, pictures: Pictures
) -> str:
    """Return the finished markup of one variant; it holds `{reads}` where the copy does.

    Raises UnknownPlaceholder or EmptyPlaceholder where the copy asks for what nothing can fill in.
    """
    copy = {name: getattr(variant, name) or "" for name in WRITTEN_FIELDS}
    message = fill_placeholders(expand_db_html(clean_copy(copy.pop("body"))), values, markup=True)
    words = {name: fill_placeholders(text, values, markup=False) for name, text in copy.items()}
    with translation.override(settings.LANGUAGE_CODE):
        markup = get_template("appeals/appeal.html").render(
            {
                **words,
                "message": mark_safe(message),  # noqa: S308  cleaned above, its values escaped, and cleaned whole below
                "appeal": appeal,
                "key": variant.key,
                "language": settings.LANGUAGE_CODE,
                "is_rtl": translation.get_language_bidi(),
                "join_url": join_url,
                "portrait": pictures.find(appeal.portrait, PORTRAIT_SPEC),
                "signature": pictures.find(appeal.signature_image, SIGNATURE_SPEC),
            }
        )
    return " ".join(clean_markup(markup).split())
