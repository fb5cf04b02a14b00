"""Find people, and tell one person's story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from masthead.accounts.models import OtherAddress, User, normalize_email
from masthead.community.care.acts import is_resendable
from masthead.community.care.erasing import list_addresses
from masthead.community.care.log import ACTIONS, list_notes
from masthead.community.models import Contribution, EndReason, Membership, SurplusSubscription
from masthead.community.words import say_amount, say_price
from masthead.letters.models import Letter
from masthead.payments.models import Checkout, Payment, Subscription

# Of each kind of thing, the newest so many; whoever has more is nobody's reader.
MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the story. `detail` and `state` may be empty; `payment` and `letter` are what can be acted on."""

    at: datetime
    what: str
    detail: str = ""
    state: str = ""
    payment: Payment | None = None
    letter: Letter | None = None


def find_people(words: str, *, minor: int | None = None, currency: str = "", on: date | None = None) -> QuerySet[User]:
    """Return the people whom the words name: address, name, or a reference at the provider; narrowed by a payment.

    Nothing asked for is nobody. By address; one query, without the closed accounts of merged people.
    """
    words = words.strip()[:200]
    people: QuerySet[User] = User.objects.exclude(email__endswith="@closed.invalid").order_by("email", "pk")
    if not words and minor is None and on is None:
        return people.none()
    if words:
        people = people.filter(_name(words))
    if minor is not None or on is not None:
        paid = Payment.objects.exclude(person=None)
        if minor is not None:
            paid = paid.filter(amount_minor=minor, **({"currency": currency} if currency else {}))
        if on is not None:
            paid = paid.filter(paid_at__date=on)
        people = people.filter(pk__in=paid.values("person"))
    return people


def _name(words: str) -> Q:
    others = OtherAddress.objects.filter(email__contains=normalize_email(words)).values("user")
    found = Q(email__contains=normalize_email(words)) | Q(name__icontains=words) | Q(pk__in=others)
    for rows in (
        Payment.objects.filter(reference=words),
        Subscription.objects.filter(Q(reference=words) | Q(customer=words)),
        Checkout.objects.filter(reference=words),
    ):
        found |= Q(pk__in=rows.exclude(person=None).values("person"))
    try:
        found |= Q(pk__in=Checkout.objects.filter(pk=UUID(words)).exclude(person=None).values("person"))
    except ValueError:
        pass
    if words.removeprefix("#").isdecimal() and len(words) < 18:
        found |= Q(pk=int(words.removeprefix("#")))
    return found


def tell_story(person: User) -> list[Happening]:
    """Return all that happened with a person, newest first: ten queries at most, at most MOST rows of each kind."""
    happenings = [
        *_tell_checkouts(person),
        *_tell_payments(person),
        *_tell_memberships(person),
        *_tell_letters(person),
        *_tell_notes(person),
        Happening(at=person.date_joined, what=_("Became known")),
    ]
    return sorted(happenings, key=lambda one: one.at, reverse=True)


def _newest(rows: QuerySet[Any]) -> Iterable[Any]:
    return islice(rows[:MOST], MOST)


def _tell_checkouts(person: User) -> Iterator[Happening]:
    for row in _newest(Checkout.objects.filter(person=person)):
        what = f"{row.product_name}, {say_price(row.amount, row.interval)}"
        yield Happening(at=row.created_at, what=_("Went to pay"), detail=what, state=row.get_state_display())


def _tell_payments(person: User) -> Iterator[Happening]:
    for row in _newest(Payment.objects.filter(person=person)):
        detail = f"{say_amount(row.amount)} · {row.product_name} · {row.reference}"
        yield Happening(at=row.paid_at, what=_("Paid"), detail=detail, payment=row)
        if row.refunded_at is not None and row.refunded_minor:
            yield Happening(at=row.refunded_at, what=_("Went back, or is disputed"), detail=say_amount(row.refunded))
    for gift in _newest(Contribution.objects.filter(person=person).select_related("payment")):
        yield Happening(at=gift.given_at, what=_("Single gift"), detail=say_amount(gift.payment.amount))


def _tell_memberships(person: User) -> Iterator[Happening]:
    for row in _newest(Membership.objects.filter(person=person).select_related("tier")):
        yield Happening(
            at=row.since,
            what=_("Membership begins"),
            detail=f"{row.tier} · {row.get_source_display()}",
            state=row.get_state_display(),
        )
        if row.ends_at is not None:
            yield Happening(at=row.ends_at, what=_("Membership ends"), detail=str(row.tier))
    for reason in _newest(EndReason.objects.filter(person=person)):
        said = " · ".join(filter(None, (reason.get_why_display(), reason.words)))
        yield Happening(at=reason.said_at, what=_("Said why"), detail=said)
    for surplus in _newest(SurplusSubscription.objects.filter(person=person).select_related("tier")):
        yield Happening(at=surplus.noticed_at, what=_("Paid a second time"), detail=str(surplus.tier))


def _tell_letters(person: User) -> Iterator[Happening]:
    rows = Letter.objects.filter(to__in=list_addresses(person)).defer("html", "text", "context")
    for row in _newest(rows):
        resendable = row if is_resendable(row) and person.is_active else None
        what = _("Letter, sent again") if row.unique_key.startswith("resent:") else _("Letter")
        detail = row.subject if is_resendable(row) and row.subject else row.kind
        yield Happening(at=row.created_at, what=what, detail=detail, state=row.get_state_display(), letter=resendable)


def _tell_notes(person: User) -> Iterator[Happening]:
    for entry in _newest(list_notes(person.pk)):
        words: tuple[Promise | str, ...] = ACTIONS.get(entry.action, (entry.action, entry.action))
        by = str(entry.user) if entry.user else _("themselves")
        yield Happening(at=entry.timestamp, what=str(words[1]), detail=_say_facts(entry.data), state=by)


def _say_facts(facts: dict[str, Any]) -> str:
    return " · ".join(f"{name}: {value}" for name, value in facts.items() if isinstance(value, str | int))
