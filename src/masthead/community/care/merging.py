"""Two people who are one: everything moves to the one that stays, and the other account is closed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from masthead.accounts.models import OtherAddress, User
from masthead.accounts.operations import put_others_out
from masthead.community.care.log import note
from masthead.community.models import Contribution, EndReason, Erasure, Membership, SurplusSubscription
from masthead.payments.models import Checkout, Payment, Subscription
from masthead.rules.errors import MastheadError
from masthead.rules.pledges import PledgeState

# Each of these has a `person`; erasing a person goes by the same list.
MOVED: Final[tuple[type[Model], ...]] = (
    Membership,
    SurplusSubscription,
    EndReason,
    Contribution,
    Checkout,
    Subscription,
    Payment,
)
# An address that no mail server can have: names under .invalid do not exist.
CLOSED: Final = "merged-{key}@closed.invalid"


class NotMergeable(MastheadError):
    """These two cannot be merged."""

    code: ClassVar[str] = "not_mergeable"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say so in the reader's language."""
        return _("These two cannot be merged: choose two different readers, neither of whom works here or is leaving.")


class TwoPayMemberships(MastheadError):
    """Both of them pay for a membership."""

    code: ClassVar[str] = "two_pay_memberships"
    status: ClassVar[int] = 409

    def __str__(self) -> str:
        """Say what to do first."""
        return _("Both pay for a membership. End one of them at once first, send back what is owed, and merge then.")


def is_merged(person: User) -> bool:
    """Return whether this account was merged into another and is closed."""
    return person.email == CLOSED.format(key=person.pk)


@transaction.atomic
def merge_people(stays: User, goes: User, *, by: User | None, now: datetime) -> User:
    """Move all that `goes` has to `stays`, close `goes`, and return `stays` as it is now. Safe to repeat.

    Both addresses sign in to the one that stays; letters go to its own. What was given makes room for what is paid,
    and of two that were given the longer one stays; each goes on entitling to its end. Passkeys of the closed account
    are gone: they name it. Raises NotMergeable, TwoPayMemberships; then nothing has changed.
    """
    locked = {one.pk: one for one in User.objects.select_for_update().filter(pk__in=[stays.pk, goes.pk]).order_by("pk")}
    if len(locked) != 2:
        raise NotMergeable
    stays, goes = locked[stays.pk], locked[goes.pk]
    if is_merged(goes) and OtherAddress.objects.filter(user=stays).exists() and not is_merged(stays):
        return stays
    leaving = Erasure.objects.filter(person_key__in=list(locked)).exists()
    if leaving or any(one.is_staff or one.is_superuser or is_merged(one) for one in (stays, goes)):
        raise NotMergeable
    _make_room(stays, goes, now=now)
    for model in MOVED:
        QuerySet(model).filter(person=goes).update(person=stays)
    _move_addresses(stays, goes)
    if goes.name and not stays.name:
        stays.name = goes.name
        stays.save(update_fields=["name"])
    note(stays, "merge", by=by, other=goes.pk)
    note(goes, "merge", by=by, other=stays.pk)
    return stays


def _make_room(stays: User, goes: User, *, now: datetime) -> None:
    """End one of two live memberships, so that one remains: never one that is paid for."""
    live = list(Membership.objects.live().filter(person__in=[stays, goes]))
    if len(live) < 2:
        return
    given = sorted(
        (one for one in live if one.is_granted), key=lambda one: (one.ends_at or now, one.person_id != goes.pk)
    )
    if not given:
        raise TwoPayMemberships
    given[0].state, given[0].ends_at = PledgeState.ENDED, now
    given[0].save(update_fields=["state", "ends_at", "updated_at"])


def _move_addresses(stays: User, goes: User) -> None:
    address = goes.email
    proved = EmailAddress.objects.filter(user=goes, email__iexact=address, verified=True).exists()
    EmailAddress.objects.filter(user=goes).exclude(email__in=goes.other_addresses.values("email")).delete()
    EmailAddress.objects.filter(user=goes).update(user=stays, primary=False)
    OtherAddress.objects.filter(user=goes).update(user=stays)
    put_others_out(goes)
    goes.email, goes.name, goes.is_active = CLOSED.format(key=goes.pk), "", False
    goes.save()
    OtherAddress.objects.create(user=stays, email=address)
    EmailAddress.objects.create(user=stays, email=address, verified=proved, primary=False)
