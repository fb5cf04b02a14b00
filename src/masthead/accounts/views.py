"""The pages of signing in: allauth's, with our words."""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth_views
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _


class SignInView(allauth_views.RequestLoginCodeView):
    """Asks for the address; `?email=` fills it in."""

    template_name = "account/request_login_code.html"

    def get_initial(self) -> dict[str, Any]:
        """Fill in the address of the link that led here, if it is one."""
        initial: dict[str, Any] = super().get_initial()
        email = self.request.GET.get("email", "")
        try:
            validate_email(email)
        except ValidationError:
            return initial
        return {**initial, "email": email}


class ConfirmSignInView(allauth_views.ConfirmLoginCodeView):
    """Asks for the code; says so when it has expired."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, or send back to the first page with the reason."""
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        if getattr(self, "_process", self) is None:
            messages.error(request, _("The code has expired. Please ask for a new one."))
        return response
