"""Pages for what is not there and for what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django names both
    """Answer for an address where nothing is."""
    return render(request, "newsroom/not_found.html", status=404)


def server_error(_request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours; asks neither the database nor a row of settings."""
    return HttpResponse(render_to_string("newsroom/server_error.html"), status=500)
