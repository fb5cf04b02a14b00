"""Counting attempts: one row for each subject and hour, raised and lowered in one statement."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import F
from django.utils.crypto import salted_hmac

from masthead.payments.models import Burst, CardPause, FailedAttempt
from masthead.rules.shielding import Tally

# Of the whole site: attempts that reached the provider, those that were turned away, and payments.
SITE: Final = "site"
TURNED_AWAY: Final = "site turned away"
PAID: Final = "site paid"
KEPT: Final = timedelta(days=1)
_ATTEMPTS, _PAUSE, _BURST = (model._meta.db_table for model in (FailedAttempt, CardPause, Burst))  # noqa: SLF001  Django's documented way to a table's name
# Written out: an attack asks it a thousand times a second, and to put it together took ten times as long as the answer.
_SITUATION: Final = (
    f"SELECT subject, SUM(failures) FROM {_ATTEMPTS} "  # noqa: S608  our own tables
    "WHERE subject IN (%s, %s, %s, %s, %s) AND hour >= %s GROUP BY subject "
    f"UNION ALL SELECT '{_PAUSE}', 1 FROM {_PAUSE} WHERE ended_at IS NULL "
    f"UNION ALL SELECT '{_BURST}', 1 FROM {_BURST} WHERE ended_at IS NULL"
)


def hash_subject(what: str, value: str) -> str:
    """Return the keyed hash under which an address, account, network or card is counted, "" for none."""
    if not value:
        return ""
    return salted_hmac(f"masthead.payments.shield.{what}", value, algorithm="sha256").hexdigest()


def hash_network(address: str) -> str:
    """Return the keyed hash of the network that an internet address is in (/24, or /48 of IPv6), "" for none."""
    try:
        ip = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    prefix = 24 if ip.version == 4 else 48
    return hash_subject("network", str(ipaddress.ip_network((ip, prefix), strict=False)))


def hash_address(email: str) -> str:
    """Return the keyed hash of an e-mail address, however it is written."""
    return hash_subject("address", email.strip().lower())


def hash_account(person_id: int | None) -> str:
    """Return the keyed hash of the account that is signed in, "" for none."""
    return hash_subject("account", str(person_id or ""))


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides over an attempt: its sums, and whether new cards are paused and a burst was noticed."""

    tally: Tally
    is_paused: bool
    is_burst_noticed: bool


def read_situation(*, own: str = "", network: str = "", now: datetime) -> Situation:
    """Add up this hour and the last, in one query; `own` and `network` are hashes."""
    subjects = [own, network, SITE, TURNED_AWAY, PAID]
    since = connection.ops.adapt_datetimefield_value(to_hour(now) - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute(_SITUATION, [*subjects, since])
        sums: dict[str, int] = {subject: int(total) for subject, total in cursor.fetchall()}
    tally = Tally(
        own=sums.get(own, 0) if own else 0,
        network=sums.get(network, 0) if network else 0,
        site=sums.get(SITE, 0),
        turned_away=sums.get(TURNED_AWAY, 0),
        paid=sums.get(PAID, 0),
    )
    return Situation(tally, is_paused=_PAUSE in sums, is_burst_noticed=_BURST in sums)


def count_up(subjects: Iterable[str], *, now: datetime) -> None:
    """Count one more for each subject that is not empty, in one statement. Not safe to repeat."""
    # In one order everywhere: two processes that count the same subjects wait for each other, never both.
    counted = sorted({subject for subject in subjects if subject})
    rows = ", ".join(["(%s, %s, 1)"] * len(counted))
    hour = connection.ops.adapt_datetimefield_value(to_hour(now))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_ATTEMPTS} (subject, hour, failures) VALUES {rows} "  # noqa: S608  our own table
            f"ON CONFLICT (subject, hour) DO UPDATE SET failures = {_ATTEMPTS}.failures + 1",
            [value for subject in counted for value in (subject, hour)],
        )


def count_down(subjects: Iterable[str], *, at: datetime) -> None:
    """Take back one for each subject in the hour of `at`; never below nothing. Not safe to repeat."""
    # A lock on each in the same order as above: a statement over many rows takes them in any.
    for subject in sorted({subject for subject in subjects if subject}):
        FailedAttempt.objects.filter(subject=subject, hour=to_hour(at), failures__gt=0).update(
            failures=F("failures") - 1
        )


def forget_old_failures(*, now: datetime) -> int:
    """Delete what was counted more than a day ago. Returns how many rows. Safe to repeat."""
    deleted, _rows = FailedAttempt.objects.filter(hour__lt=now - KEPT).delete()
    return deleted


def to_hour(moment: datetime) -> datetime:
    """Return the beginning of the hour."""
    return moment.replace(minute=0, second=0, microsecond=0)
