"""Who may see a page about themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from masthead.accounts.models import User

View = Callable[[HttpRequest, User], HttpResponse]


def for_signed_in(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Lead whoever is not signed in to the sign-in, and from there to "my membership"."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return redirect_to_login(reverse("membership"), reverse("account_login"))
        return view(request, request.user)

    return guarded
