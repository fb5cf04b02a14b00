"""Everything that the site holds about one person, for that person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Manager

from masthead.accounts.mail import CONFIRM_ADDRESS, SIGN_IN_CODE
from masthead.accounts.models import OtherAddress, User
from masthead.community.models import Contribution, EndReason, Membership, SurplusSubscription
from masthead.letters.models import Letter, UnreachableAddress, Unsubscription
from masthead.payments.models import Checkout, Payment, Subscription


class _Told(NamedTuple):
    """What is told of some rows: how they are found by the person, and their columns."""

    rows: Manager[Any]
    whose: str
    columns: str


# Under which name what is told, oldest first. Amounts are in the currency's minor units, moments in UTC.
TOLD: Final[Mapping[str, _Told]] = {
    "addresses": _Told(EmailAddress.objects, "user", "email verified"),
    "further_addresses": _Told(OtherAddress.objects, "user", "email"),
    "passkeys_and_codes": _Told(Authenticator.objects, "user", "type data__name created_at last_used_at"),
    "memberships": _Told(
        Membership.objects, "person", "tier__name amount_minor currency interval source state since paid_until ends_at"
    ),
    "reasons_to_end": _Told(EndReason.objects, "person", "why words said_at"),
    "double_payments": _Told(SurplusSubscription.objects, "person", "tier__name paid_until noticed_at end_asked_at"),
    "contributions": _Told(Contribution.objects, "person", "payment__amount_minor payment__currency given_at"),
    "checkouts": _Told(
        Checkout.objects,
        "person",
        "created_at completed_at state email name product_name amount_minor currency interval language network "
        "account declines "
        "provider reference",
    ),
    "subscriptions": _Told(
        Subscription.objects,
        "person",
        "provider reference customer product_name amount_minor currency interval status started_at paid_until "
        "cancel_at_period_end ended_at card_label card_expires_on next_product_name next_amount_minor next_interval "
        "next_at resumes_at",
    ),
    "payments": _Told(
        Payment.objects,
        "person",
        "paid_at product_name amount_minor currency country refunded_minor refunded_at covers_until provider reference",
    ),
    "unsubscribed": _Told(Unsubscription.objects, "address__in", "group since"),
    "unreachable": _Told(UnreachableAddress.objects, "address__in", "address reason since"),
    "letters": _Told(Letter.objects, "to__in", "created_at sent_at kind to language subject text state"),
}
_WORDS: Final = frozenset({"subject", "text"})
_WITH_CODE: Final = frozenset({SIGN_IN_CODE, CONFIRM_ADDRESS})
NOT_HERE: Final = (
    "Which articles you read is in your own browser only, not here: the page “Your reads” shows it. Card numbers are "
    "with the payment provider; this site never sees them. Letters are told once a code sent to your address has come "
    "back, and codes are not told at all."
)


def export_person(person: User, *, now: datetime) -> dict[str, Any]:
    """Return everything held about a person, as values that JSON takes."""
    account = {
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "known_since": person.date_joined,
        "last_sign_in": person.last_login,
        "works_for_the_newsroom": person.is_staff,
    }
    proved = _list_proved(person)
    rows: dict[str, list[dict[str, Any]]] = {
        name: list(
            told.rows.filter(**{told.whose: person if told.whose in {"person", "user"} else proved})
            .order_by("pk")
            .values(*told.columns.split())
        )
        for name, told in TOLD.items()
    }
    rows["letters"] = _withhold(rows["letters"])
    return {"told_at": now, "not_here": NOT_HERE, "account": account, **rows}


def _list_proved(person: User) -> list[str]:
    """Return those of the person's addresses to which a code was sent that came back; paying with one proves nothing.

    Letters to others are not told: who paid with a stranger's address could read here the code that proves it.
    """
    theirs = [person.email, *OtherAddress.objects.filter(user=person).values_list("email", flat=True)]
    return list(
        EmailAddress.objects.filter(user=person, email__in=theirs, verified=True).values_list("email", flat=True)
    )


def _withhold(letters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what was said in letters that carry a code."""
    return [
        {name: value for name, value in letter.items() if name not in _WORDS or letter["kind"] not in _WITH_CODE}
        for letter in letters
    ]
