"""What a person paid in a year, as the tax office asks for it: net of what went back, by currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils import timezone

from masthead.accounts.models import User
from masthead.payments.letters import get_receipt_number
from masthead.payments.models import Payment
from masthead.rules.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One payment: when it arrived, what for, its receipt, what arrived, and what of that was kept."""

    paid_at: datetime
    what: str
    number: str
    amount: Money
    kept: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A year's payments of one person, the first one first, and their sums, one a currency, by its name."""

    year: int
    lines: tuple[StatementLine, ...]
    totals: tuple[Money, ...]


def get_year(year: int) -> tuple[datetime, datetime]:
    """Return the moments between which a year lies in the site's zone, the second one not in it."""
    zone = timezone.get_default_timezone()
    return datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)


def list_kept(year: int) -> QuerySet[Payment]:
    """Return the payments of a year of which anything was kept."""
    begins, ends = get_year(year)
    return Payment.objects.filter(paid_at__gte=begins, paid_at__lt=ends, refunded_minor__lt=F("amount_minor"))


def make_statement(person: User, year: int) -> Statement | None:
    """Return what the person paid in a year, as it stands now; None where nothing was kept."""
    payments = list(list_kept(year).filter(person=person).order_by("paid_at", "pk"))
    if not payments:
        return None
    kept: dict[str, Money] = {}
    for payment in payments:
        kept[payment.currency] = kept.get(payment.currency, Money(0, payment.currency)) + payment.kept
    lines = tuple(
        StatementLine(
            paid_at=payment.paid_at,
            what=payment.product_name,
            number=get_receipt_number(payment),
            amount=payment.amount,
            kept=payment.kept,
        )
        for payment in payments
    )
    return Statement(year=year, lines=lines, totals=tuple(kept[currency] for currency in sorted(kept)))


def list_years(person: User) -> list[int]:
    """Return the years in which the person paid anything that was kept, the last one first."""
    kept = Payment.objects.filter(person=person, refunded_minor__lt=F("amount_minor"))
    moments = kept.datetimes("paid_at", "year", order="DESC", tzinfo=timezone.get_default_timezone())
    return [moment.year for moment in moments]
