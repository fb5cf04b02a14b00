"""The letters about money: the receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from masthead.kit.formats import format_date, format_money
from masthead.letters.kinds import register
from masthead.letters.operations import queue_letter
from masthead.payments.models import Burst, Payment
from masthead.payments.permissions import list_keepers
from masthead.rules.pledges import Interval

RECEIPT: Final = "receipt"
BURST_ALARM: Final = "burst_alarm"

register(
    RECEIPT,
    sample={
        "name": "Noor Example",
        "amount": "$12",
        "paid_on": "November 22, 2026",
        "product": "Community",
        "what": "Membership, every month",
        "covers_until": "December 22, 2026",
        "number": "M-1042",
    },
)


register(
    BURST_ALARM,
    sample={"began_at": "14:05", "shield_url": "https://lantern.example/cms/shield/"},
    urgent=True,
)


def queue_burst_alarm(burst: Burst, *, now: datetime) -> None:
    """Queue the alarm of a burst to everybody who may pause new cards, in the caller's transaction; once each."""
    context = {
        "began_at": f"{timezone.localtime(burst.began_at):%H:%M}",
        "shield_url": settings.MASTHEAD_SITE_URL + reverse("payments_shield"),
    }
    for person in list_keepers():
        queue_letter(
            kind=BURST_ALARM,
            to=person.email,
            context=context,
            language=person.language,
            unique_key=f"burst:{burst.pk}:{person.pk}",
            now=now,
        )


def queue_receipt(payment: Payment, *, now: datetime) -> None:
    """Queue the receipt of a payment, in the caller's transaction; once, however often it is called.

    A payment whose person is not known any more gets none.
    """
    person, checkout = payment.person, payment.checkout
    email = person.email if person else (checkout.email if checkout else "")
    if not email:
        return
    language = (person.language if person else "") or (checkout.language if checkout else "") or "en"
    with translation.override(language):
        context = {
            "name": person.name if person else "",
            "amount": format_money(payment.amount, language),
            "paid_on": _day(payment.paid_at, language),
            "product": payment.product_name,
            "what": say_what(payment),
            "covers_until": _day(payment.covers_until, language) if payment.covers_until else "",
            "number": get_receipt_number(payment),
        }
    queue_letter(
        kind=RECEIPT,
        to=email,
        context=context,
        language=language,
        unique_key=f"receipt:{payment.provider}:{payment.reference}",
        now=now,
    )


def get_receipt_number(payment: Payment) -> str:
    """Return the number under which a payment is found again."""
    return f"M-{payment.pk}"


def say_what(payment: Payment) -> str:
    """Say in the present language what was paid for."""
    if payment.subscription is None:
        return _("One-time contribution")
    if payment.subscription.interval == Interval.YEAR:
        return _("Membership, every year")
    return _("Membership, every month")


def _day(moment: datetime, language: str) -> str:
    return format_date(timezone.localtime(moment).date(), language)
