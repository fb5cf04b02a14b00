"""The door through which providers send their messages."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from masthead.payments import operations
from masthead.rules.errors import MastheadError


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Keep a signed message; anything else gets one sentence and a status."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        operations.receive_webhook(provider, request.body, headers, now=timezone.now())
    except RequestDataTooBig:
        return _say("This message is too large.", status=413)
    except MastheadError as error:
        return _say(str(error), status=error.status)
    return _say("Thank you.", status=200)


def _say(sentence: str, *, status: int) -> HttpResponse:
    answer = HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer
