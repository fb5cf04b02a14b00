"""The pass, asked for anew by the tag once a day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from masthead.accounts.models import User
from masthead.community import queries
from masthead.community.passes import clear_pass, issue_pass
from masthead.community.started import list_started


@never_cache
@require_safe
def refresh_pass(request: HttpRequest) -> HttpResponse:
    """Set the pass of whoever is signed in, or of what this browser has paid for; take it away from everyone else."""
    now = timezone.now()
    response = HttpResponse(status=204)
    if isinstance(request.user, User):
        issue_pass(response, queries.get_standing(request.user, now=now), now)
        # A member who comes back stays signed in: the session begins its time anew.
        request.session.modified = True
        return response
    started = list_started(request.session)
    if started:
        issue_pass(response, queries.get_standing_of_checkouts(started, now=now), now, named=False)
    else:
        clear_pass(response)
    return response
