"""Stop letters: by the link in each of them without signing in, or on a page of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from masthead.accounts.models import User
from masthead.letters.kinds import Group, get_kind, is_known
from masthead.letters.marks import read_stop_token
from masthead.letters.models import Letter
from masthead.letters.operations import resume_letters, stop_letters
from masthead.letters.queries import get_unreachable, is_stopped, list_stopped

TITLES: Final = {
    Group.REMINDERS: gettext_lazy("Reminders about your membership"),
    Group.INVITATIONS: gettext_lazy("Invitations to come back"),
}
MEANINGS: Final = {
    Group.REMINDERS: gettext_lazy(
        "Before a yearly charge, when a card expires or a payment fails, and when a membership ends."
    ),
    Group.INVITATIONS: gettext_lazy("One letter, some months after a membership has ended."),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One group on the page of preferences."""

    group: Group
    title: str
    meaning: str
    is_wanted: bool


@never_cache
@csrf_exempt  # the signed link is the permission, and mail programs press it without a cookie (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask with one button whether letters like this one shall stop; on POST stop them, or send them again.

    A GET changes nothing: mail programs and their filters follow links.
    """
    letter, group = _find(token)
    if request.method == "POST":
        if "again" in request.POST:
            resume_letters(letter.to, group)
        else:
            stop_letters(letter.to, group, now=timezone.now())
    with translation.override(letter.language):
        context = {
            "title": TITLES[group],
            "meaning": MEANINGS[group],
            "is_stopped": is_stopped(letter.to, group),
            "is_answer": request.method == "POST",
            "LANGUAGE_CODE": translation.get_language(),
        }
        return render(request, "letters/stop.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show which letters one gets, and keep what is ticked."""
    person = request.user
    if not isinstance(person, User):
        raise Http404
    if request.method == "POST":
        wanted = request.POST.getlist("group")
        for group in Group:
            if group in wanted:
                resume_letters(person.email, group)
            else:
                stop_letters(person.email, group, now=timezone.now())
        messages.success(request, _("Kept. This holds from now on."))
        return redirect("letters_preferences")
    stopped = list_stopped(person.email)
    choices = [Choice(group, str(TITLES[group]), str(MEANINGS[group]), group not in stopped) for group in Group]
    context = {"choices": choices, "unreachable": get_unreachable(person.email)}
    return render(request, "letters/preferences.html", context)


def _find(token: str) -> tuple[Letter, Group]:
    letter_id = read_stop_token(token)
    letter = Letter.objects.filter(pk=letter_id).first() if letter_id is not None else None
    group = get_kind(letter.kind).group if letter is not None and is_known(letter.kind) else None
    if letter is None or group is None:
        raise Http404
    return letter, group
