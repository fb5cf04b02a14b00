"""The shield against trying out cards: who failed too often lately is refused before the provider is asked.

Addresses and networks are counted under a keyed hash, by the hour, and forgotten after a day.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta
from typing import ClassVar

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.crypto import salted_hmac

from masthead.payments.conf import MOST_FAILURES_A_NETWORK, MOST_FAILURES_AN_ADDRESS
from masthead.payments.models import Checkout, FailedAttempt
from masthead.payments.queries import count_failures
from masthead.rules.errors import MastheadError

KEPT = timedelta(days=1)


class TooManyAttempts(MastheadError):
    """Too many payments were begun from here and not finished. Nothing was charged. Please try again in an hour."""

    code: ClassVar[str] = "too_many_attempts"
    status: ClassVar[int] = 429
    retriable: ClassVar[bool] = True


def hash_network(address: str) -> str:
    """Return the keyed hash of the network that an internet address is in (/24, or /48 of IPv6), "" for none."""
    try:
        ip = ipaddress.ip_address(address.strip())
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    prefix = 24 if ip.version == 4 else 48
    return _hash("network", str(ipaddress.ip_network((ip, prefix), strict=False)))


def refuse_burst(*, email: str, network: str, now: datetime) -> None:
    """Raise TooManyAttempts if address or network (hashed) came to nothing too often in this hour and the last."""
    limits = _limits(email, network)
    failures = count_failures(list(limits), since=_hour(now) - timedelta(hours=1))
    if any(failures.get(subject, 0) >= most for subject, most in limits.items()):
        raise TooManyAttempts


def note_failure(checkout: Checkout, *, now: datetime) -> None:
    """Count one attempt that came to nothing; one that is begun counts until it is paid. Not safe to repeat."""
    for subject in _limits(checkout.email, checkout.network):
        row, is_new = FailedAttempt.objects.get_or_create(subject=subject, hour=_hour(now), defaults={"failures": 1})
        if not is_new:
            FailedAttempt.objects.filter(pk=row.pk).update(failures=F("failures") + 1)


def forgive(checkout: Checkout) -> None:
    """Take back what was counted when the checkout was begun: it was paid. Not safe to repeat."""
    subjects = list(_limits(checkout.email, checkout.network))
    begun = FailedAttempt.objects.filter(subject__in=subjects, hour=_hour(checkout.created_at), failures__gt=0)
    begun.update(failures=Greatest(F("failures") - 1, 0))


def forget_old_failures(*, now: datetime) -> int:
    """Delete what was counted more than a day ago. Returns how many rows. Safe to repeat."""
    deleted, _ = FailedAttempt.objects.filter(hour__lt=now - KEPT).delete()
    return deleted


def _limits(email: str, network: str) -> dict[str, int]:
    limits = {}
    if email:
        limits[_hash("address", email.strip().lower())] = MOST_FAILURES_AN_ADDRESS
    if network:
        limits[network] = MOST_FAILURES_A_NETWORK
    return limits


def _hash(what: str, value: str) -> str:
    return salted_hmac(f"masthead.payments.shield.{what}", value, algorithm="sha256").hexdigest()


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
