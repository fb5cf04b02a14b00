"""The doors of the newsroom's public pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address where nothing is."""
    return render(request, "newsroom/not_found.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours; needs no database and no settings row."""
    return HttpResponse(render_to_string("newsroom/server_error.html"), status=500)
