"""The year's statement for the tax office, as a page to print."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from masthead.accounts.models import User
from masthead.community.statements import list_years, make_statement
from masthead.community.words import say_amount, say_day


@never_cache
@login_required
@require_safe
def statement(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """Show what the person paid in a year; without a year, lead to the last one, or say that there is none."""
    person = request.user
    if not isinstance(person, User):
        raise Http404
    years = list_years(person)
    if year is None and years:
        return redirect("membership_statement", years[0])
    made = make_statement(person, year) if year is not None and year in years else None
    if year is not None and made is None:
        raise Http404
    context = {
        "year": year,
        "years": years,
        "person": person,
        "lines": [
            {
                "day": say_day(line.paid_at),
                "what": line.what,
                "number": line.number,
                "amount": say_amount(line.amount),
                "kept": say_amount(line.kept),
                "is_part": line.kept != line.amount,
            }
            for line in (made.lines if made else ())
        ],
        "totals": [say_amount(total) for total in (made.totals if made else ())],
        "today": say_day(timezone.now()),
        "is_running": year == timezone.localdate().year,
    }
    return render(request, "community/statement.html", context)
