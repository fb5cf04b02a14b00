"""The constants of allauth: sign-in by a code sent to the address, or by passkey; readers have no passwords.

The settings module takes every name from here.
"""

from __future__ import annotations

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/membership/"
LOGOUT_REDIRECT_URL = "/"

CODE_MINUTES = 10

ACCOUNT_ADAPTER = "masthead.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD: str | None = None
ACCOUNT_USER_DISPLAY = str
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_NOTIFICATIONS = True

# Eight letters of twenty: 26 thousand million codes, three attempts at each.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": False, "length": 8, "dashed": True}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = CODE_MINUTES * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True

ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = ACCOUNT_LOGIN_BY_CODE_FORMAT
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = CODE_MINUTES * 60
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True

# Whoever asks gets the same page; whoever owns the address learns the truth by letter.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True

ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,3/m/key,20/h/key",
    "signup": "10/m/ip,60/h/ip",
    "login_failed": "20/m/ip,10/15m/key",
    "confirm_email": "1/10s/key",
}
ACCOUNT_FORMS = {
    "request_login_code": "masthead.accounts.forms.SignInForm",
    "confirm_login_code": "masthead.accounts.forms.CodeForm",
    "signup": "masthead.accounts.forms.SignUpForm",
    "confirm_email_verification_code": "masthead.accounts.forms.AddressCodeForm",
}

# A passkey is a way in of its own here, never a second step after the code.
MFA_ADAPTER = "masthead.accounts.adapters.PasskeyAdapter"
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TRUST_ENABLED = False
# Readers have no password to ask for again; every change of their passkeys is told to them by letter.
MFA_REAUTHENTICATION_REQUIRED = False
MFA_FORMS = {"add_webauthn": "masthead.accounts.forms.AddPasskeyForm"}
