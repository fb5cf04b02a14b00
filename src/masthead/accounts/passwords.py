"""Signing in with a password: for staff, and not too often."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from masthead.accounts.models import User, normalize_email


class PasswordBackend(ModelBackend):
    """Django's own, which after too many failures for one address or network says no for a while.

    The limits are `login_failed` of ACCOUNT_RATE_LIMITS. A right password during that while is refused as well.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Return the person, or nobody. Raises PermissionDenied, which ends the sign-in, beyond the limits."""
        address = normalize_email(username or kwargs.get(User.USERNAME_FIELD) or "")
        if request is None or not address or password is None:
            return None
        if not ratelimit.consume(request, action="login_failed", key=address, dry_run=True):
            raise PermissionDenied
        person: User | None = super().authenticate(request, username=address, password=password)
        if person is None:
            ratelimit.consume(request, action="login_failed", key=address)
        return person
