"""The content security policy: strict for readers, Wagtail's own needs in the console."""

from __future__ import annotations

from csp.middleware import CSPMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Wagtail's admin writes inline scripts and styles; previews show pages of the site in a frame.
CONSOLE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; object-src 'none'; "
    "form-action 'self'"
)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """django-csp with a second, looser policy below `/cms/`."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set the policy's header on the answer."""
        if request.path_info.startswith("/cms/"):
            response.headers.setdefault("Content-Security-Policy", CONSOLE_POLICY)
            return response
        return super().process_response(request, response)
