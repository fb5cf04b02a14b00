"""Who is meant, and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry

from masthead.accounts.models import User
from masthead.community.models import Membership
from masthead.community.words import say_amount, say_day, say_price
from masthead.letters.models import Letter
from masthead.payments.models import Checkout, Payment

MOST_FOUND: Final = 50
MOST_TOLD: Final = 200
SHORTEST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of a person's story. `letter` and `payment` are the rows that staff can do something with, or None."""

    at: datetime
    words: str
    note: str = ""
    letter: int | None = None
    payment: int | None = None


def find_people(text: str) -> list[User]:
    """Return who is meant by an address, a name, or a reference of the provider; 50 at most, in two queries.

    Fewer than three signs find nobody: a list of everyone is no look-up.
    """
    text = text.strip()
    if len(text) < SHORTEST:
        return []
    by_reference = Q(payments__reference=text) | Q(checkouts__reference=text)
    by_customer = Q(subscriptions__reference=text) | Q(subscriptions__customer=text)
    found = User.objects.filter(Q(email__icontains=text) | Q(name__icontains=text) | by_reference | by_customer)
    return list(found.distinct().order_by("email")[:MOST_FOUND])


def tell_story(person: User) -> list[Happening]:
    """Return all that happened to a person, the newest first, 200 lines at most; five queries."""
    lines = [*_tell_checkouts(person), *_tell_payments(person), *_tell_memberships(person)]
    lines += [*_tell_letters(person), *_tell_actions(person)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST_TOLD]


def _tell_checkouts(person: User) -> list[Happening]:
    rows = Checkout.objects.filter(person=person).order_by("-created_at")[:MOST_TOLD]
    return [
        Happening(
            at=row.created_at,
            words=_("Went to pay {price} for {product}").format(
                price=say_price(row.amount, row.interval), product=row.product_name
            ),
            note=row.get_state_display(),
        )
        for row in rows
    ]


def _tell_payments(person: User) -> list[Happening]:
    lines = []
    for row in Payment.objects.filter(person=person).order_by("-paid_at")[:MOST_TOLD]:
        paid = _("Paid {amount} for {product}").format(amount=say_amount(row.amount), product=row.product_name)
        lines.append(Happening(at=row.paid_at, words=paid, note=row.reference, payment=row.pk))
        if row.refunded_minor and row.refunded_at:
            back = _("Got {amount} back").format(amount=say_amount(row.refunded))
            lines.append(Happening(at=row.refunded_at, words=back, note=row.reference))
    return lines


def _tell_memberships(person: User) -> list[Happening]:
    lines = []
    for row in Membership.objects.filter(person=person).select_related("tier"):
        begun = _("Became a member: {tier}").format(tier=row.tier.name)
        lines.append(Happening(at=row.since, words=begun, note=row.get_source_display()))
        if row.ends_at is not None:
            ended = _("The membership ended") if not row.is_live else _("The membership is to end")
            lines.append(Happening(at=row.ends_at, words=ended, note=row.tier.name))
    return lines


def _tell_letters(person: User) -> list[Happening]:
    rows = Letter.objects.filter(to__iexact=person.email).order_by("-created_at")[:MOST_TOLD]
    return [
        Happening(
            at=row.created_at,
            words=_("Letter: {subject}").format(subject=row.subject or row.kind),
            note=row.get_state_display(),
            letter=row.pk,
        )
        for row in rows
    ]


def _tell_actions(person: User) -> list[Happening]:
    entries = ModelLogEntry.objects.for_instance(person).select_related("user").order_by("-timestamp")[:MOST_TOLD]
    return [
        Happening(
            at=entry.timestamp,
            words=str(registry.get_action_label(entry.action)),
            note=_("by {who}, on {day}").format(who=entry.user or "–", day=say_day(entry.timestamp)),
        )
        for entry in entries
    ]
