"""Every setting of Masthead: from the environment, typed, with defaults that need nothing.

How it is run stands here; how it speaks (thresholds, copy, tiers) are rows edited in the console.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from masthead.accounts.allauth_settings import *  # noqa: F403  the constants of allauth, kept beside the app
from masthead.config.basics import *  # noqa: F403  what edge alone reads too
from masthead.kit import env
from masthead.kit.logs import make_logging
from masthead.newsroom.wagtail_settings import *  # noqa: F403  the constants of Wagtail, kept beside the app
from masthead.payments.sandbox.chaos import parse_chaos

PACKAGE = Path(__file__).resolve().parent.parent

# ---- Where and how it runs
ALLOWED_HOSTS = env.words(
    "MASTHEAD_HOSTS",
    sorted({MASTHEAD_SITE_HOST, "localhost", "127.0.0.1", "[::1]"}),
    shown="the site's own host and the loopback names",
    about="Host names that the site answers to.",
)
DEBUG = env.flag("MASTHEAD_DEBUG", default=False, about="Show error details in the browser. Never in production.")

# ---- Secrets
SECRET_KEY_FALLBACKS = MASTHEAD_PREVIOUS_SECRET_KEYS

# ---- Database
_sqlite = f"sqlite:///{MASTHEAD_DATA / 'masthead.sqlite3'}"
_database: dict[str, Any] = dict(
    dj_database_url.parse(
        env.url(
            "MASTHEAD_DATABASE_URL",
            _sqlite,
            schemes=("sqlite", "postgres", "postgresql"),
            shown="SQLite in `MASTHEAD_DATA`",
            about="The database, as `postgres://user:password@host:5432/name`.",
        )
    )
)
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=10000;",
    }
else:
    _database["CONN_HEALTH_CHECKS"] = True
# A connection lasts: making one anew costs more than what is asked of it, on SQLite too.
_database["CONN_MAX_AGE"] = 60
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- Counts
MASTHEAD_COUNTS = env.url(
    "MASTHEAD_COUNTS",
    "",
    schemes=("clickhouse", "clickhouses"),
    shown="the database",
    about="Where counts are kept: a ClickHouse, as `clickhouse://user:password@host:8123/name`; `clickhouses` for TLS.",
)

# ---- Letters
MASTHEAD_SMTP_URL = env.url(
    "MASTHEAD_SMTP_URL",
    "",
    schemes=("smtp", "smtps"),
    shown="none: letters stay in the mailbox at `/mailbox/`",
    about="The mail server, as `smtp://user:password@host:587?tls=yes` or `smtps://…:465`.",
)
MASTHEAD_MAILBOX = env.flag(
    "MASTHEAD_MAILBOX",
    default=not MASTHEAD_SMTP_URL,
    shown="yes without a mail server",
    about="Show every letter at `/mailbox/`, to whoever asks. For trials only.",
)
MASTHEAD_FROM_EMAIL = env.text(
    "MASTHEAD_FROM_EMAIL",
    f"newsroom@{MASTHEAD_SITE_HOST}",
    shown="`newsroom@` the site's host",
    about="Address from which letters are sent.",
)
MASTHEAD_BOUNCE_ADDRESS = env.text(
    "MASTHEAD_BOUNCE_ADDRESS",
    "",
    about="Mailbox to which undeliverable letters come back, at `name+…@host`; for `masthead read-bounces`.",
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MASTHEAD_FROM_EMAIL
EMAIL_BACKEND = "masthead.letters.backend.OutboxBackend"

# ---- Payments
MASTHEAD_PAYMENTS = env.choice(
    "MASTHEAD_PAYMENTS",
    "sandbox",
    ("sandbox", "stripe"),
    about="Where payments are made; in the sandbox no money moves.",
)
MASTHEAD_STRIPE_KEY = env.text("MASTHEAD_STRIPE_KEY", "", shown="none", about="Stripe's secret (or restricted) key.")
MASTHEAD_STRIPE_WEBHOOK_SECRET = env.text(
    "MASTHEAD_STRIPE_WEBHOOK_SECRET", "", shown="none", about="Secret that Stripe signs its webhooks with."
)
MASTHEAD_SANDBOX_PORT = env.number(
    "MASTHEAD_SANDBOX_PORT",
    PORT + 1 if PORT < 65535 else PORT - 1,
    least=1,
    most=65535,
    about="Loopback port on which the sandbox answers like Stripe's API; one above PORT by default.",
)
MASTHEAD_SANDBOX_CHAOS = env.parsed(
    "MASTHEAD_SANDBOX_CHAOS",
    parse_chaos,
    takes="words like `repeat=20,drop=5,seed=7`",
    about=(
        "Trouble that the sandbox makes on purpose, in so many of a hundred messages (`repeat`, `reorder`, `delay`,"
        " `drop`) or calls (`timeout`, `fail`, `die`); with the same `seed` the same trouble."
    ),
)
MASTHEAD_SANDBOX_URL = f"http://127.0.0.1:{MASTHEAD_SANDBOX_PORT}"
MASTHEAD_SANDBOX_PUBLIC_URL = f"{MASTHEAD_SITE_URL}/sandbox"
MASTHEAD_SANDBOX_KEY = "sk_test_masthead_sandbox"
MASTHEAD_SANDBOX_WEBHOOK_SECRET = (
    "whsec_" + hmac.new(SECRET_KEY.encode(), b"masthead.sandbox.webhook", hashlib.sha256).hexdigest()
)

# ---- Edge
ALLAUTH_TRUSTED_PROXY_COUNT = MASTHEAD_TRUSTED_PROXIES
MASTHEAD_AD_HOSTS = env.words(
    "MASTHEAD_AD_HOSTS",
    about="Origins that your own ad snippets load from, as `https://ads.example`; none but these may.",
)

# ---- Language and time
LANGUAGE_CODE = env.choice(
    "MASTHEAD_LANGUAGE", "en", ("en", "he", "ar"), about="Language of the site's own words, where a page has no other."
)
LANGUAGES = [("en", _("English")), ("he", _("Hebrew")), ("ar", _("Arabic"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
TIME_ZONE = env.text("MASTHEAD_TIME_ZONE", "UTC", about="The newsroom's time zone, as `Europe/Lisbon`.")
USE_I18N = USE_TZ = True
LOCALE_PATHS = [PACKAGE / "locale"]

env.refuse_mistakes()

# ---- Django
ROOT_URLCONF = "masthead.config.urls"
WSGI_APPLICATION = "masthead.config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
SITE_ID = 1
MASTHEAD_APPS = [
    "masthead.config.apps.ConfigConfig",
    "masthead.demo.apps.DemoConfig",
    "masthead.insight.apps.InsightConfig",
    "masthead.newsroom.apps.NewsroomConfig",
    "masthead.appeals.apps.AppealsConfig",
    "masthead.community.apps.CommunityConfig",
    "masthead.payments.apps.PaymentsConfig",
    "masthead.letters.apps.LettersConfig",
    "masthead.accounts.apps.AccountsConfig",
    "masthead.kit.jobs.apps.JobsConfig",
]
INSTALLED_APPS = [
    *MASTHEAD_APPS,
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "masthead.config.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "masthead.community.middleware.PassMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "masthead.newsroom.context.publication",
            ],
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "masthead.accounts.passwords.PasswordBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "masthead"}}
TASKS = {"default": {"BACKEND": "masthead.kit.jobs.backend.LeaseBackend", "QUEUES": []}}

WAGTAILADMIN_BASE_URL = MASTHEAD_SITE_URL

# ---- Files
STATIC_URL = "/static/"
STATIC_ROOT = MASTHEAD_DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# edge is no Django app, but the hint belongs beside the style sheets.
STATICFILES_DIRS = [PACKAGE / "edge" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = MASTHEAD_DATA / "media"
# Collected static files carry a hash in their names and are kept by browsers for ever; before
# `masthead collectstatic` has run, they are served as they lie in the package.
_collected = (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _collected
WHITENOISE_MAX_AGE = 3600 if _collected else 0

# ---- What appeals may name, kept by the newsroom that stands beside them
MASTHEAD_SECTION_MODEL = "newsroom.SectionPage"
MASTHEAD_TOPIC_MODEL = "newsroom.Topic"
MASTHEAD_PUBLICATION_MODEL = "newsroom.PublicationSettings"

# ---- Safety
SESSION_COOKIE_NAME = "mh_session"
CSRF_COOKIE_NAME = "mh_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = MASTHEAD_SECURE
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [MASTHEAD_SITE_URL]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if MASTHEAD_SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MASTHEAD_TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "SAMEORIGIN"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
_checkout_hosts = ["https://checkout.stripe.com"] if MASTHEAD_PAYMENTS == "stripe" else []
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/cms/", "/sandbox/"],
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, *MASTHEAD_AD_HOSTS],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *MASTHEAD_AD_HOSTS],
        "connect-src": [SELF, *MASTHEAD_AD_HOSTS],
        "frame-src": [SELF, *MASTHEAD_AD_HOSTS],
        "form-action": [SELF, *_checkout_hosts],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

# ---- Logs: to standard error, nothing about a person
LOGGING = make_logging(MASTHEAD_LOGS)
