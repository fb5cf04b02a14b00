""" "My membership": be forgotten."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from masthead.accounts.models import User
from masthead.community.care import erasing
from masthead.community.care.forms import TypedForm
from masthead.community.views.guarding import for_signed_in
from masthead.rules.errors import MastheadError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_signed_in
def erase_me(request: HttpRequest, person: User) -> HttpResponse:
    """Say what erasing takes and keeps; once the person has typed their address, do it and report once."""
    form = TypedForm(request.POST if request.method == "POST" else None, word=person.email)
    consequences = erasing.say_consequences(person)
    is_done = False
    if request.method == "POST" and form.is_valid():
        try:
            erasing.ask_erasure(person, by=None, now=timezone.now())
        except MastheadError as error:
            messages.error(request, str(error))
        else:
            logout(request)
            is_done = True
    context = {"form": form, "consequences": consequences, "is_done": is_done}
    return render(request, "community/membership_erase.html", context)
