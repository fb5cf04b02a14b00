"""The console's pages for helping members."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from masthead.accounts.models import User
from masthead.community.care import operations
from masthead.community.care.forms import CompForm, EndForm, RefundForm
from masthead.community.care.queries import SHORTEST, find_people, tell_story
from masthead.community.queries import get_standing
from masthead.community.words import say_amount, say_day, say_price
from masthead.letters.models import Letter
from masthead.payments.models import Payment
from masthead.rules.errors import MastheadError

LOOK_UP = "community.look_up_people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something staff can do for a person: its permission, its words, its form and what it does."""

    permission: str
    label: str | Promise
    means: str | Promise
    make_form: Callable[[HttpRequest, User], forms.Form]
    act: Callable[[User, dict[str, Any], User], str]


def _comp(person: User, typed: dict[str, Any], staff: User) -> str:
    given = operations.comp(person, tier=typed["tier"], until=typed["until"], staff=staff, now=timezone.now())
    return _("{tier} until {day}.").format(tier=given.tier.name, day=say_day(given.ends_at or typed["until"]))


def _refund(_person: User, typed: dict[str, Any], staff: User) -> str:
    operations.refund(
        typed["payment"],
        amount=typed["money"],
        refunded_before=typed["refunded_before"],
        staff=staff,
        now=timezone.now(),
    )
    return _("{amount} goes back.").format(amount=say_amount(typed["money"]))


def _end(person: User, typed: dict[str, Any], staff: User) -> str:
    ended = operations.end(person, at_once=typed["at_once"], staff=staff, now=timezone.now())
    if not ended.is_live:
        return _("The membership has ended.")
    return _("The membership ends on {day}.").format(day=say_day(ended.ends_at or timezone.now()))


def _make_refund_form(request: HttpRequest, person: User) -> forms.Form:
    if request.method == "POST":
        return RefundForm(request.POST, person=person)
    reference = request.GET.get("payment", "")
    payment = get_object_or_404(
        Payment, person=person, pk=int(reference) if reference.isascii() and reference.isdecimal() else 0
    )
    return RefundForm(person=person, payment=payment)


ACTIONS = {
    "comp": Action(
        permission="community.comp_person",
        label=gettext_lazy("Give a membership"),
        means=gettext_lazy("They are a member until the day that you name, and nothing is ever charged for it."),
        make_form=lambda request, _person: CompForm(request.POST if request.method == "POST" else None),
        act=_comp,
    ),
    "refund": Action(
        permission="community.refund_payment",
        label=gettext_lazy("Send a payment back"),
        means=gettext_lazy(
            "The money goes back to the card it came from. A payment that goes back whole pays for nothing any more."
        ),
        make_form=_make_refund_form,
        act=_refund,
    ),
    "end": Action(
        permission="community.cancel_membership",
        label=gettext_lazy("End the membership"),
        means=gettext_lazy("Nothing more is charged. Until the paid time is over they can take it back themselves."),
        make_form=lambda request, _person: EndForm(request.POST if request.method == "POST" else None),
        act=_end,
    ),
}


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Look people up; without a question, nobody is shown."""
    _need(request, LOOK_UP)
    asked = request.GET.get("q", "")[:100]
    found = find_people(asked)
    context = {"asked": asked, "found": found, "is_short": bool(asked.strip()) and len(asked.strip()) < SHORTEST}
    return render(request, "community/care/people.html", context)


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how a person stands, and their whole story."""
    _need(request, LOOK_UP)
    whom = get_object_or_404(User, pk=pk)
    standing = get_standing(whom, now=timezone.now())
    mine = standing.membership
    context = {
        "whom": whom,
        "membership": mine,
        "price": say_price(mine.amount, mine.interval) if mine and not mine.is_granted else "",
        "paid_until": say_day(mine.paid_until) if mine and mine.paid_until else "",
        "entitled_until": say_day(standing.entitled_until) if standing.entitled_until else "",
        "card": mine.subscription.card_label if mine and mine.subscription else "",
        "reference": mine.subscription.reference if mine and mine.subscription else "",
        "story": tell_story(whom),
        "actions": [
            (name, action.label)
            for name, action in ACTIONS.items()
            if name != "refund" and request.user.has_perm(action.permission)
        ],
        "may_refund": request.user.has_perm("community.refund_payment"),
        "may_resend": request.user.has_perm("community.resend_letter"),
    }
    return render(request, "community/care/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Say what an action means; on POST do it, and go back to the person."""
    known = ACTIONS.get(action)
    if known is None:
        raise Http404
    staff = _need(request, known.permission)
    whom = get_object_or_404(User, pk=pk)
    form = known.make_form(request, whom)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, known.act(whom, form.cleaned_data, staff))
        except MastheadError as error:
            messages.error(request, str(error))
        return redirect("care_person", pk=pk)
    return render(request, "community/care/act.html", {"whom": whom, "action": known, "name": action, "form": form})


@require_http_methods(["POST"])
def resend(request: HttpRequest, pk: int, letter_id: int) -> HttpResponse:
    """Send a letter once more."""
    staff = _need(request, "community.resend_letter")
    whom = get_object_or_404(User, pk=pk)
    try:
        operations.resend(get_object_or_404(Letter, pk=letter_id), whom, staff=staff, now=timezone.now())
    except MastheadError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The letter is on its way once more."))
    return redirect("care_person", pk=pk)


def _need(request: HttpRequest, permission: str) -> User:
    """Return who of staff asks. Raises PermissionDenied."""
    if not isinstance(request.user, User) or not request.user.has_perm(permission):
        raise PermissionDenied
    return request.user
