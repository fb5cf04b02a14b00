"""From a kind and its context to subject, plain text and html."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import mjml
from django.conf import settings
from django.template import Context, engines
from django.template.base import Template
from django.utils import translation

from masthead.letters.publication import get_publication
from masthead.rules.errors import MastheadError


class LetterNotRendered(MastheadError):
    """The letter could not be laid out."""

    code: ClassVar[str] = "letter_not_rendered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter in the words that its addressee gets."""

    subject: str
    text: str
    html: str


def render_letter(kind: str, context: Mapping[str, str], *, language: str, unsubscribe_url: str = "") -> Rendered:
    """Render one letter in the language and direction of its edition.

    The html refers to nothing outside itself: no font, no picture, no script. Raises TemplateDoesNotExist for a
    missing template and LetterNotRendered for one that is no MJML.
    """
    with translation.override(language):
        known = {
            **context,
            "publication": get_publication(language),
            "site_url": settings.MASTHEAD_SITE_URL,
            "language": language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "start": "right" if translation.get_language_bidi() else "left",
            "unsubscribe_url": unsubscribe_url,
        }
        subject = " ".join(_fill(f"letters/{kind}/subject.txt", known, escape=False).split())
        text = _fill(f"letters/{kind}/body.txt", known, escape=False).strip() + "\n"
        html = to_html(_fill(f"letters/{kind}/body.mjml", {**known, "subject": subject}, escape=True))
    return Rendered(subject=subject, text=text, html=html)


def to_html(source: str) -> str:
    """Turn MJML into html that asks no other server for anything. Raises LetterNotRendered."""
    try:
        return mjml.mjml2html(source.strip(), disable_comments=True, fonts={})
    except ValueError as error:
        raise LetterNotRendered(f"The letter could not be laid out: {error}") from error


def _fill(name: str, context: Mapping[str, Any], *, escape: bool) -> str:
    template: Template = engines["django"].get_template(name).template  # type: ignore[attr-defined]  # Django's own engine
    return str(template.render(Context(dict(context), autoescape=escape)))
