"""Where allauth asks how we do things."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from masthead.accounts.allauth_settings import CODE_MINUTES
from masthead.accounts.mail import KIND_BY_PREFIX, AccountMessage, compose
from masthead.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in and sign-up in our words, with letters through the outbox."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _("That is not the code we sent. Please check the newest letter and try again."),
        "too_many_login_attempts": _("That was tried too often. Please wait a few minutes and try again."),
        "rate_limited": _("That was a little fast. Please wait a moment and try again."),
        "account_inactive": _("This account is closed."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of the letters of signing in, in the language of the person or, for a stranger, of the page."""
        person = User.objects.with_email(email).first()
        message: AccountMessage = compose(
            KIND_BY_PREFIX[template_prefix],
            to=email,
            language=person.language if person else get_language() or settings.LANGUAGE_CODE,
            context={
                "email": email,
                "code": str(context.get("code", "")),
                "minutes": str(CODE_MINUTES),
                "login_url": _link("account_login", email),
                "signup_url": _link("account_signup", email),
                "passkeys_url": settings.MASTHEAD_SITE_URL + reverse("mfa_index"),
            },
        )
        message.send()

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell someone who signs up with a known address that they only need to sign in."""
        self.send_mail("account/email/account_already_exists", email, {})

    def new_user(self, request: HttpRequest) -> User:  # noqa: ARG002  allauth hands it over
        """Begin a new person in the language they sign up in."""
        return User(language=get_language() or settings.LANGUAGE_CODE)


class PasskeyAdapter(DefaultMFAAdapter):
    """Passkeys: a way to sign in alone, never a second step."""

    def is_mfa_enabled(self, user: AbstractBaseUser, types: list[Authenticator.Type] | None = None) -> bool:
        """Say whether a second step is due: never because of a passkey.

        allauth asks with both types when a sign-in by code is done, and with WEBAUTHN alone on its own pages.
        """
        if types is not None and Authenticator.Type.TOTP in types:
            types = [kind for kind in types if kind != Authenticator.Type.WEBAUTHN]
        return bool(super().is_mfa_enabled(user, types))

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        """Suggest a name for a new passkey."""
        known = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return str(_("My passkey")) if not known else _("Passkey %(number)d") % {"number": known + 1}


def _link(name: str, email: str) -> str:
    return f"{settings.MASTHEAD_SITE_URL}{reverse(name)}?{urlencode({'email': email})}"
