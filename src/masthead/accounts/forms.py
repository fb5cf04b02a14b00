"""The forms of signing in and up."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ConfirmEmailVerificationCodeForm, ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.account.forms import SignupForm as AllauthSignUpForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from masthead.accounts.models import User, normalize_email
from masthead.accounts.operations import align_address

EMAIL_LENGTH = 254
EMAIL_ATTRS = {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
CODE_ATTRS = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}


def _ask_for_email(form: forms.Form) -> None:
    email = form.fields["email"]
    email.label = _("E-mail address")
    email.widget.attrs = {**EMAIL_ATTRS, "maxlength": EMAIL_LENGTH}
    email.validators = [*email.validators, MaxLengthValidator(EMAIL_LENGTH)]


def _ask_for_code(form: forms.Form) -> None:
    code = form.fields["code"]
    code.label = _("Code")
    code.widget.attrs = {**CODE_ATTRS, "maxlength": 20}


class SignInForm(RequestLoginCodeForm):
    """Asks for the address that the code goes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_email(self)

    def clean_email(self) -> str:
        """Find the person of the address, and only by one they are known by: theirs, or one of a merged account."""
        email: str = super().clean_email()
        person = getattr(self, "_user", None)
        if person is not None and not User.objects.with_email(email).filter(pk=person.pk).exists():
            self._user = person = None
        if person is not None:
            align_address(person)
        return normalize_email(email)


class SignUpForm(AllauthSignUpForm):
    """Asks for the address of a new account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_email(self)


class CodeForm(ConfirmLoginCodeForm):
    """Asks for the code of a sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self)


class AddressCodeForm(ConfirmEmailVerificationCodeForm):
    """Asks for the code that confirms the address of a new account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_code(self)


class AddPasskeyForm(AddWebAuthnForm):
    """Asks for the name of a new passkey; it always signs in alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].widget.attrs = {"autocomplete": "off", "maxlength": 60}
        self.fields["passwordless"].initial = True
