"""Puts the pass on the answer in which somebody signs in, and takes it away where they sign out."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from masthead.community.passes import clear_pass, issue_pass
from masthead.community.queries import get_standing

FLAG = "masthead_pass"
ISSUE, CLEAR = "issue", "clear"


class PassMiddleware:
    """Costs nothing on a request that signs nobody in or out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and put the pass on or take it away where the view signed somebody in or out."""
        response = self.get_response(request)
        match getattr(request, FLAG, None):
            case "issue" if request.user.is_authenticated:
                now = timezone.now()
                issue_pass(response, get_standing(request.user, now=now), now)
            case "issue" | "clear":
                clear_pass(response)
        return response
