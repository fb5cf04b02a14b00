"""The pass and its hint as cookies: set where benefits are known, read without a database."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from wagtail.models import Site

from masthead.community.models import CommunitySettings
from masthead.community.queries import Standing
from masthead.kit.keyring import get_pass_signer
from masthead.rules.choosing import day_of
from masthead.rules.passes import COOKIE, HINT_COOKIE, BadPass, Pass

LIFETIME = timedelta(days=30)
RENEW_AFTER = timedelta(days=1)


def read_pass(request: HttpRequest, now: datetime) -> Pass | None:
    """Return the pass that the request bears: None without one, past its end, or not signed by this site."""
    data = get_pass_signer().verify(request.COOKIES.get(COOKIE, ""))
    if data is None:
        return None
    try:
        borne = Pass.decode(data)
    except BadPass:
        return None
    return borne if borne.is_current(now.timestamp()) else None


def issue_pass(response: HttpResponse, standing: Standing, now: datetime, *, named: bool = True) -> None:
    """Set the cookies of what `standing` entitles to, if only to peace; clear them where it is to nothing.

    The pass holds until the paid time and its grace end, 30 days at most; the tag asks for a new one after a day.
    `named` only for the person's own signed-in browser: without it the pass tells benefits and nobody's name.
    """
    quiet_until = None
    if standing.entitled_until is not None and standing.is_entitled(now):
        until = standing.entitled_until
    elif (quiet_until := _find_peace(standing)) is not None and now < quiet_until:
        until = quiet_until
    else:
        clear_pass(response)
        return
    expires = min(until, now + LIFETIME)
    membership = standing.membership
    granted = Pass(
        benefits=tuple(str(benefit) for benefit in standing.benefits),
        expires_at=int(expires.timestamp()),
        name=membership.person.name if named and membership else "",
        since=timezone.localdate(membership.since).isoformat() if named and membership else "",
        membership=membership.tier.key if membership and quiet_until is None else "",
        quiet_until=day_of(quiet_until) if quiet_until else 0,
    )
    renew_at = int(min(expires, now + RENEW_AFTER).timestamp())
    for name, value, is_secret in (
        (COOKIE, get_pass_signer().sign(granted.encode()), True),
        (HINT_COOKIE, granted.hint(renew_at), False),
    ):
        response.set_cookie(
            name,
            value,
            max_age=int((expires - now).total_seconds()),
            path="/",
            secure=settings.MASTHEAD_SECURE,
            httponly=is_secret,
            samesite="Lax",
        )


def _find_peace(standing: Standing) -> datetime | None:
    """Return until when somebody who gave once is asked nothing, None for everyone else."""
    if standing.gave_at is None:
        return None
    site = Site.objects.filter(is_default_site=True).first()
    rest = _get_settings(site).supporters_rest_days if site else 0
    return standing.gave_at + timedelta(days=rest)


def _get_settings(site: Site) -> CommunitySettings:
    found: CommunitySettings = CommunitySettings.for_site(site)  # type: ignore[no-untyped-call]  # Wagtail has no types
    return found


def clear_pass(response: HttpResponse) -> None:
    """Take the pass and its hint away."""
    for name in (COOKIE, HINT_COOKIE):
        response.delete_cookie(name, path="/", samesite="Lax")
