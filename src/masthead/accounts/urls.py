"""What of allauth is wanted: sign in and up by code, sign out, passkeys."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.generic import RedirectView

from masthead.accounts.views import ConfirmSignInView, SignInView

sign_in = SignInView.as_view()
list_passkeys = passkeys.list_webauthn
home = RedirectView.as_view(url=settings.LOGIN_REDIRECT_URL)

urlpatterns = [
    path("login/", sign_in, name="account_login"),
    path("login/", sign_in, name="account_request_login_code"),
    path("login/code/", ConfirmSignInView.as_view(), name="account_confirm_login_code"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", account.signup, name="account_signup"),
    path("signup/code/", account.email_verification_sent, name="account_email_verification_sent"),
    path("closed/", account.account_inactive, name="account_inactive"),
    path("email/", home, name="account_email"),
    path("passkeys/", list_passkeys, name="mfa_index"),
    path("passkeys/", list_passkeys, name="mfa_list_webauthn"),
    path("passkeys/add/", login_required(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/rename/", login_required(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", login_required(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
]
