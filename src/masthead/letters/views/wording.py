"""The console's pages on which staff word letters, look at them and try them out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.auth import permission_required
from wagtail.models import ModelLogEntry

from masthead.accounts.models import User
from masthead.letters.forms import WordsForm
from masthead.letters.kinds import Kind, UnknownLetterKind, get_kind, list_kinds
from masthead.letters.models import LetterWords
from masthead.letters.operations import reset_words, send_test, write_words
from masthead.letters.queries import get_words
from masthead.letters.rendering import (
    OwnWords,
    Rendered,
    get_shipped_words,
    get_vocabulary,
    render_letter,
)
from masthead.letters.views.mailbox import LETTER_POLICY, View

PERMISSION: Final = "letters.change_letterwords"
LANGUAGES: Final = dict(settings.LANGUAGES)
_DARK: Final = "@media (prefers-color-scheme: dark)"
# What the frame of the preview pretends of the addressee's device, whatever the editor's is.
_AS_SEEN: Final = {"light": "@media not all", "dark": "@media all"}
_EXAMPLE_LINK: Final = "/membership/letters/"


@dataclass(frozen=True, slots=True)
class Typed:
    """Words that are not saved."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Row:
    """One kind on the list: how ours begins, and for each language whether it is worded anew."""

    key: str
    subject: str
    editions: list[tuple[str, str, LetterWords | None]]


def for_editors(view: View) -> View:
    """Let in who may word letters; find kind and language, or answer 404."""

    @permission_required(PERMISSION)  # type: ignore[untyped-decorator]  # Wagtail's
    @wraps(view)
    def guarded(request: HttpRequest, kind: str, language: str) -> HttpResponse:
        try:
            known = get_kind(kind)
        except UnknownLetterKind:
            raise Http404 from None
        if language not in LANGUAGES:
            raise Http404
        return view(request, known, language)

    return cast("View", guarded)


@never_cache
@require_safe
@permission_required(PERMISSION)  # type: ignore[untyped-decorator]  # Wagtail's
def list_words(request: HttpRequest) -> HttpResponse:
    """List every kind of letter, with the languages in which the newsroom says it in its own words."""
    own = {(words.kind, words.language): words for words in LetterWords.objects.exclude(body="")}
    shown = translation.get_language() if translation.get_language() in LANGUAGES else "en"
    rows = [
        Row(
            kind.key,
            render_letter(kind.key, kind.sample, language=shown or "en").subject,
            [(code, str(name), own.get((kind.key, code))) for code, name in LANGUAGES.items()],
        )
        for kind in list_kinds()
    ]
    return render(request, "letters/console/words.html", {"rows": rows, "page_title": _("Words of letters")})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_editors
def edit_words(request: HttpRequest, kind: Kind, language: str) -> HttpResponse:
    """Show the words of one letter in one language, with a preview; keep, reset or try them out."""
    editor = cast("User", request.user)
    now = timezone.now()
    own = get_words(kind.key, language)
    if request.method == "POST" and "reset" in request.POST:
        reset_words(kind.key, language, by=editor, now=now)
        messages.success(request, _("The letter is sent in our words again."))
        return redirect("letters_words_edit", kind.key, language)
    subject, body = (own.subject, own.body) if own else get_shipped_words(kind.key, language)
    form = WordsForm(
        request.POST or None,
        initial={"subject": subject, "body": body},
        vocabulary=get_vocabulary(kind.key, language),
        direction=_get_direction(language),
    )
    if request.method == "POST" and form.is_valid():
        typed = Typed(form.cleaned_data["subject"], form.cleaned_data["body"])
        if "test" in request.POST:
            send_test(kind.key, language, own=typed, to=editor, now=now)
            messages.success(request, _("A test is on its way to {address}.").format(address=editor.email))
        else:
            write_words(kind.key, language, subject=typed.subject, body=typed.body, by=editor, now=now)
            messages.success(request, _("Kept. Letters that are sent from now on say it like this."))
            return redirect("letters_words_edit", kind.key, language)
    context = {
        "form": form,
        "kind": kind,
        "language": language,
        "language_name": LANGUAGES[language],
        "own": own,
        "values": [(name, example.replace("\n", ", ")) for name, example in form.vocabulary.values.items()],
        "parts": form.vocabulary.parts,
        "required": form.vocabulary.required,
        "history": _list_history(kind.key, language),
        "seen_as": [("light", _("Light")), ("dark", _("Dark")), ("text", _("Plain text"))],
        "page_title": render_letter(kind.key, kind.sample, language=language).subject,
    }
    return render(request, "letters/console/words_edit.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_editors
def preview_words(request: HttpRequest, kind: Kind, language: str) -> HttpResponse:
    """Serve the sample of a letter as it would look: in the words that are posted, else in those that are in force."""
    asked = request.POST or request.GET
    seen = asked.get("seen", "light")
    own: OwnWords | None = get_words(kind.key, language)
    if request.method == "POST":
        own = Typed(request.POST.get("subject", "")[:200], request.POST.get("body", "")[:10_000])
    link = settings.MASTHEAD_SITE_URL + _EXAMPLE_LINK if kind.group is not None else ""
    letter = render_letter(kind.key, kind.sample, language=language, unsubscribe_url=link, own=own)
    answer = HttpResponse(_draw(letter, seen, language))
    answer["Content-Security-Policy"] = LETTER_POLICY
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _draw(letter: Rendered, seen: str, language: str) -> str:
    if seen == "text":
        context = {"letter": letter, "language": language, "direction": _get_direction(language)}
        return render_to_string("letters/console/plain.html", context)
    html = letter.html.replace(_DARK, _AS_SEEN.get(seen, _DARK))
    return html.replace("<head>", '<head><base target="_blank">', 1)


def _get_direction(language: str) -> str:
    return "rtl" if language in settings.LANGUAGES_BIDI else "ltr"


def _list_history(kind: str, language: str) -> list[Any]:
    words = LetterWords.objects.filter(kind=kind, language=language).first()
    if words is None:
        return []
    content_type = ContentType.objects.get_for_model(LetterWords)
    entries = ModelLogEntry.objects.filter(content_type=content_type, object_id=str(words.pk))
    return list(entries.select_related("user").order_by("-timestamp")[:20])
