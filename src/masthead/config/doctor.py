"""What is unsafe for production, and why: one small examination a concern."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from masthead.config.serving import refuse_bad_country_file
from masthead.edge.countries import BadCountryFile
from masthead.rules.errors import MastheadError


class Weight(StrEnum):
    """How much a finding matters."""

    UNSAFE = "unsafe"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the doctor found: what it is, why it matters, what to do."""

    weight: Weight
    what: str
    why: str
    remedy: str


def examine_debug() -> Iterator[Finding]:
    """Debug pages show settings and code to whoever meets an error."""
    if settings.DEBUG:
        yield Finding(
            Weight.UNSAFE,
            "Debug is on",
            "An error page shows code and settings to any reader.",
            "Unset MASTHEAD_DEBUG.",
        )


def examine_secret() -> Iterator[Finding]:
    """The secret signs passes, sessions and reads."""
    if len(settings.SECRET_KEY) < 32:
        yield Finding(
            Weight.UNSAFE,
            "The secret is short",
            "Whoever guesses it can make passes and sessions.",
            "Set MASTHEAD_SECRET_KEY to at least 32 random characters.",
        )
    elif "MASTHEAD_SECRET_KEY" not in os.environ:
        yield Finding(
            Weight.ADVICE,
            "The secret is kept in the data folder",
            "A copy of that folder carries it, and a second machine would make another.",
            "Set MASTHEAD_SECRET_KEY in the environment; keep the present value in MASTHEAD_PREVIOUS_SECRET_KEYS.",
        )


def examine_address() -> Iterator[Finding]:
    """Cookies are safe on https only."""
    if not settings.MASTHEAD_SECURE:
        yield Finding(
            Weight.UNSAFE,
            f"The site's address is {settings.MASTHEAD_SITE_URL}",
            "Without https, sessions and passes travel in the clear.",
            "Set MASTHEAD_SITE_URL to the https address that readers use.",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding(
            Weight.UNSAFE,
            "Any host name is answered",
            "A forged host name can end up in letters and caches.",
            "Name the site's own hosts in MASTHEAD_HOSTS.",
        )
    if settings.MASTHEAD_SECURE and not settings.MASTHEAD_TRUSTED_PROXIES:
        yield Finding(
            Weight.ADVICE,
            "No proxy is trusted",
            "If a proxy ends https in front of the site, limits per address see only the proxy.",
            "Set MASTHEAD_TRUSTED_PROXIES to the number of your proxies.",
        )


def examine_mail() -> Iterator[Finding]:
    """Letters have to leave the machine, and nobody else may read them."""
    if not settings.MASTHEAD_SMTP_URL:
        yield Finding(
            Weight.UNSAFE,
            "No mail server is set",
            "Sign-in codes, receipts and letters of thanks reach nobody.",
            "Set MASTHEAD_SMTP_URL and MASTHEAD_FROM_EMAIL.",
        )
    if settings.MASTHEAD_MAILBOX:
        yield Finding(
            Weight.UNSAFE,
            "The mailbox is open",
            "Whoever opens /mailbox/ reads every letter, sign-in codes included.",
            "Set MASTHEAD_MAILBOX=no.",
        )


def examine_payments() -> Iterator[Finding]:
    """In production money has to move, and webhooks have to be proved."""
    if settings.MASTHEAD_PAYMENTS == "sandbox":
        yield Finding(
            Weight.UNSAFE,
            "Payments are in the sandbox",
            "Anyone becomes a member with a test card; no money moves.",
            "Set MASTHEAD_PAYMENTS=stripe, MASTHEAD_STRIPE_KEY and MASTHEAD_STRIPE_WEBHOOK_SECRET.",
        )
        return
    if not settings.MASTHEAD_STRIPE_KEY:
        yield Finding(
            Weight.UNSAFE, "Stripe's key is missing", "Nobody can pay.", "Set MASTHEAD_STRIPE_KEY, a restricted key."
        )
    if not settings.MASTHEAD_STRIPE_WEBHOOK_SECRET:
        yield Finding(
            Weight.UNSAFE,
            "The webhook's secret is missing",
            "Stripe's messages are refused; renewals wait for the next reconciliation.",
            "Set MASTHEAD_STRIPE_WEBHOOK_SECRET.",
        )


def is_behind() -> bool:
    """Return whether the database still needs a migration."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def examine_database() -> Iterator[Finding]:
    """The schema has to be the code's, on a database fit for the load."""
    if is_behind():
        yield Finding(
            Weight.UNSAFE,
            "The database is behind the code",
            "Pages that need the missing tables or columns fail.",
            "Run masthead migrate.",
        )
    if connection.vendor == "sqlite":
        yield Finding(
            Weight.ADVICE,
            "The database is SQLite",
            "It serves one machine well and cannot be shared by two.",
            "Set MASTHEAD_DATABASE_URL to PostgreSQL before the site grows.",
        )


def examine_counts() -> Iterator[Finding]:
    """Where counts go to ClickHouse, it has to be there, and its table has to be ours."""
    if not settings.MASTHEAD_COUNTS:
        return
    from masthead.insight.checks import check_counts
    from masthead.insight.stores import get_store

    lost = "Counts wait in memory meanwhile, and end with the process."
    wrong = check_counts()
    for refusal in wrong:
        yield Finding(Weight.UNSAFE, refusal.msg.rstrip("."), "Masthead does not start with it.", refusal.hint or "")
    if wrong:
        return
    try:
        get_store().check()
    except MastheadError as error:
        yield Finding(Weight.UNSAFE, str(error).rstrip("."), lost, "Mend ClickHouse or MASTHEAD_COUNTS, or unset it.")


def examine_files() -> Iterator[Finding]:
    """Static files are kept by browsers only when they were collected."""
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        yield Finding(
            Weight.ADVICE,
            "Static files were not collected",
            "Browsers ask for style sheets again at each page.",
            "Run masthead collectstatic --no-input after each upgrade.",
        )


def examine_countries() -> Iterator[Finding]:
    """A file of countries that cannot be read keeps the site from starting."""
    try:
        refuse_bad_country_file(settings.MASTHEAD_COUNTRY_FILE)
    except BadCountryFile as error:
        yield Finding(
            Weight.UNSAFE,
            str(error).rstrip("."),
            "The site does not start with it.",
            "Put a whole .mmdb file there, or unset MASTHEAD_COUNTRY_FILE.",
        )


def examine_demo() -> Iterator[Finding]:
    """The demonstration's staff have no place on a real site."""
    from masthead.accounts.models import User

    if User.objects.filter(is_staff=True, email__endswith=".example").exists():
        yield Finding(
            Weight.UNSAFE,
            "The demonstration's staff can sign in",
            "Their passwords lie in the data folder.",
            "Start with an empty database, or delete these users in the console.",
        )


EXAMINATIONS: tuple[Callable[[], Iterator[Finding]], ...] = (
    examine_debug,
    examine_secret,
    examine_address,
    examine_mail,
    examine_payments,
    examine_database,
    examine_counts,
    examine_files,
    examine_countries,
)
# These read tables, so they wait until the database is in step with the code.
DEEPER_EXAMINATIONS: tuple[Callable[[], Iterator[Finding]], ...] = (examine_demo,)


def examine() -> list[Finding]:
    """Return every finding, the unsafe ones first."""
    found = [finding for examination in EXAMINATIONS for finding in examination()]
    if not any(finding.remedy == "Run masthead migrate." for finding in found):
        found += [finding for examination in DEEPER_EXAMINATIONS for finding in examination()]
    return sorted(found, key=lambda finding: finding.weight is not Weight.UNSAFE)
