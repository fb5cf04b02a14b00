"""From a kind and its context to subject, plain text and html."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol

import mjml
from django.conf import settings
from django.template import Context, engines
from django.template.base import Template
from django.template.loader_tags import BlockNode
from django.utils import translation
from django.utils.translation import gettext as _

from masthead.letters.kinds import get_kind
from masthead.letters.publication import get_publication
from masthead.letters.wording import GREETING, Vocabulary, fill_line, summarize, to_mjml, to_text
from masthead.rules.errors import MastheadError

# Blocks of a letter's template that its words do not name; every other block is a part, as "button".
_FRAME: Final = frozenset({"words", "why", "preview"})
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


class LetterNotRendered(MastheadError):
    """The letter could not be laid out."""

    code: ClassVar[str] = "letter_not_rendered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter in the words that its addressee gets."""

    subject: str
    text: str
    html: str


class OwnWords(Protocol):
    """What the newsroom says in place of our words."""

    @property
    def subject(self) -> str:
        """The subject, with placeholders."""

    @property
    def body(self) -> str:
        """The paragraphs, with placeholders."""


def render_letter(
    kind: str, context: Mapping[str, str], *, language: str, unsubscribe_url: str = "", own: OwnWords | None = None
) -> Rendered:
    """Render one letter in the language and direction of its edition, in our words or the newsroom's `own`.

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
        text_template, html_template = f"letters/{kind}/body.txt", f"letters/{kind}/body.mjml"
        if own is None:
            subject = _fill(f"letters/{kind}/subject.txt", known, escape=False)
        else:
            values = get_values(context, language)
            parts = list_parts(kind)
            subject = fill_line(own.subject, values)
            said = {part: _fill_block(text_template, part, known, escape=False) for part in parts}
            drawn = {part: _fill_block(html_template, part, known, escape=True) for part in parts}
            known |= {
                "shipped_text": text_template,
                "shipped_html": html_template,
                "own_summary": summarize(own.body, values, parts),
                "own_text": to_text(own.body, values, said),
                "own_mjml": to_mjml(own.body, values, drawn),
            }
            text_template, html_template = "letters/own_words.txt", "letters/own_words.mjml"
        subject = " ".join(subject.split())
        text = _EMPTY_LINES.sub("\n\n", _fill(text_template, known, escape=False)).strip() + "\n"
        html = to_html(_fill(html_template, {**known, "subject": subject}, escape=True))
    return Rendered(subject=subject, text=text, html=html)


def to_html(source: str) -> str:
    """Turn MJML into html that asks no other server for anything. Raises LetterNotRendered."""
    try:
        return mjml.mjml2html(source.strip(), disable_comments=True, fonts={})
    except ValueError as error:
        raise LetterNotRendered(f"The letter could not be laid out: {error}") from error


def list_parts(kind: str) -> tuple[str, ...]:
    """Return the parts of a kind's layout that words can put in a place: the named blocks of its template."""
    return tuple(name for name in _find_blocks(f"letters/{kind}/body.mjml") if name not in _FRAME)


def get_values(context: Mapping[str, str], language: str) -> dict[str, str]:
    """Return what words can name, in the present language: what the letter tells, and what every letter knows."""
    publication = get_publication(language)
    name = context.get("name", "")
    return {
        **{key: str(value) for key, value in context.items()},
        GREETING: _("Dear %(name)s,") % {"name": name} if name else _("Dear reader,"),
        "publication": publication.name,
        "editor": publication.editor_name or publication.name,
    }


def get_vocabulary(kind: str, language: str) -> Vocabulary:
    """Return what the words of a kind may name, each with an example in the language."""
    known = get_kind(kind)
    with translation.override(language):
        common = get_values({"name": known.sample.get("name", "")}, language)
    del common["name"]
    return Vocabulary(values={**common, **known.values}, parts=list_parts(kind), required=known.required)


def get_shipped_words(kind: str, language: str) -> tuple[str, str]:
    """Return our subject and words of a kind as the newsroom could have written them, to begin with."""
    named = {
        **{name: f"{{{name}}}" for name in get_kind(kind).sample},
        "site_url": settings.MASTHEAD_SITE_URL,
        "publication": {"name": "{publication}", "editor_name": "{editor}"},
    }
    with translation.override(language):
        subject = _fill(f"letters/{kind}/subject.txt", named, escape=False)
        body = _fill_block(f"letters/{kind}/body.txt", "words", named, escape=False)
        for part in list_parts(kind):
            drawn = _fill_block(f"letters/{kind}/body.txt", part, named, escape=False)
            body = body.replace(drawn, f"\n{{{part}}}\n", 1)
        body = body.replace(_("Dear %(name)s,") % {"name": "{name}"}, f"{{{GREETING}}}")
    return " ".join(subject.split()), _EMPTY_LINES.sub("\n\n", body).strip()


def _fill(name: str, context: Mapping[str, Any], *, escape: bool) -> str:
    return str(_get_template(name).render(Context(dict(context), autoescape=escape)))


def _fill_block(name: str, block: str, context: Mapping[str, Any], *, escape: bool) -> str:
    """Render one block of a template alone."""
    template = _get_template(name)
    values = Context(dict(context), autoescape=escape)
    with values.bind_template(template), values.render_context.push_state(template):
        return str(_find_blocks(name)[block].nodelist.render(values))


def _find_blocks(name: str) -> dict[str, BlockNode]:
    nodes = _get_template(name).nodelist.get_nodes_by_type(BlockNode)
    return {node.name: node for node in nodes if isinstance(node, BlockNode)}


def _get_template(name: str) -> Template:
    template: Template = engines["django"].get_template(name).template  # type: ignore[attr-defined]  # Django's own engine
    return template
