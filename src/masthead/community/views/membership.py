""" "My membership": how it stands, the amount, the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from masthead.accounts.models import User
from masthead.community import benefits, operations, queries
from masthead.community.export import export_person
from masthead.community.forms import AmountForm
from masthead.community.joining import offer_amounts, to_major
from masthead.community.models import EndReason, Membership, TierPrice
from masthead.community.passes import issue_pass
from masthead.community.views.guarding import for_signed_in
from masthead.community.views.joining import link_to_join
from masthead.community.views.plans import link_to_confirm
from masthead.community.words import say_amount, say_day, say_price
from masthead.kit.formats import format_date
from masthead.payments.models import Payment
from masthead.rules.asking import suggest_amounts
from masthead.rules.errors import MastheadError
from masthead.rules.pledges import GRACE, Interval, PledgeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One payment as the list shows it. `refunded` is "" where nothing went back."""

    day: str
    what: str
    amount: str
    refunded: str


@never_cache
@require_safe
@for_signed_in
def membership(request: HttpRequest, person: User) -> HttpResponse:
    """Show how the membership stands, with everything that can be done about it."""
    return _show(request, person)


@never_cache
@require_POST
@for_signed_in
def change_amount(request: HttpRequest, person: User) -> HttpResponse:
    """Have a lower amount charged from the next period on; say first what a higher one means."""
    mine = queries.get_membership(person)
    if mine is None or mine.state not in {PledgeState.ACTIVE, PledgeState.PAST_DUE}:
        messages.error(request, str(operations.NotChangeable()))
        return redirect("membership")
    price = queries.get_price_of_membership(mine)
    interval = Interval(mine.interval)
    form = AmountForm(request.POST, floor=price.floor if price else mine.amount, interval=interval)
    if not form.is_valid():
        return _show(request, person, form=form)
    amount = form.cleaned_data["money"]
    if mine.subscription_id is not None and operations.is_change_now(mine, mine.tier, amount, interval):
        return HttpResponseRedirect(link_to_confirm(mine, amount))
    try:
        operations.change_plan(person, tier=mine.tier, interval=interval, amount=amount, now=timezone.now())
    except MastheadError as error:
        messages.error(request, str(error))
    else:
        sentence = _("Thank you. From {day} on you pay {price}.")
        price_words = say_price(amount, interval)
        messages.success(request, sentence.format(day=_say_paid_until(mine), price=price_words))
    return redirect("membership")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_signed_in
def end_membership(request: HttpRequest, person: User) -> HttpResponse:
    """Say what ending means; on POST end the membership with the paid time."""
    if request.method == "POST":
        operations.note_reason(
            person, request.POST.get("reason", ""), request.POST.get("words", ""), now=timezone.now()
        )
        sentence = _("Your membership ends on {day}. Until then everything stays as it is. Thank you for your support.")
        return _do(request, person, operations.end_membership, sentence)
    mine = queries.get_membership(person)
    if mine is None or not mine.is_live or mine.is_ending:
        return redirect("membership")
    price = queries.get_price_of_membership(mine)
    lower = say_price(price.floor, price.interval) if price and price.floor < mine.amount else ""
    context = {
        "membership": mine,
        "paid_until": _say_paid_until(mine),
        "lower_price": lower,
        "can_pause": _can_pause(mine),
        "reasons": EndReason.Why.choices,
    }
    return render(request, "community/membership_end.html", context)


@never_cache
@require_POST
@for_signed_in
def keep_membership(request: HttpRequest, person: User) -> HttpResponse:
    """Take back an end that has not come yet."""
    return _do(
        request, person, operations.keep_membership, _("Good to have you with us still. The next charge is on {day}.")
    )


@never_cache
@require_safe
@for_signed_in
def export_everything(request: HttpRequest, person: User) -> HttpResponse:
    """Give the person everything the site holds about them, as a file to keep."""
    now = timezone.now()
    words = {"indent": 2, "ensure_ascii": False}
    answer = JsonResponse(export_person(person, now=now), json_dumps_params=words)
    answer["Content-Disposition"] = f'attachment; filename="{request.get_host().partition(":")[0]}-{now:%Y-%m-%d}.json"'
    return answer


def _do(request: HttpRequest, person: User, change: Callable[..., Membership], sentence: str) -> HttpResponse:
    try:
        changed = change(person, now=timezone.now())
    except MastheadError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, sentence.format(day=_say_paid_until(changed)))
    return redirect("membership")


def _show(request: HttpRequest, person: User, *, form: AmountForm | None = None) -> HttpResponse:
    now = timezone.now()
    standing = queries.get_standing(person, now=now)
    mine = standing.membership
    context: dict[str, Any] = {
        "membership": mine,
        "is_entitled": standing.is_entitled(now),
        "doubled": standing.is_doubled,
        "receipts": [_to_receipt(payment) for payment in queries.list_receipts(person)],
        "form": form,
    }
    if mine is not None:
        context |= _describe(mine, queries.get_price_of_membership(mine) if mine.is_live else None, form)
    response = render(request, "community/membership.html", context)
    issue_pass(response, standing, now)
    return response


def _describe(mine: Membership, price: TierPrice | None, form: AmountForm | None) -> dict[str, Any]:
    can_change = mine.state in {PledgeState.ACTIVE, PledgeState.PAST_DUE} and mine.subscription_id is not None
    chosen = {"tier": mine.tier.key, "interval": mine.interval, "currency": mine.currency}
    return {
        "price": say_price(mine.amount, mine.interval),
        "since": say_day(mine.since),
        "paid_until": _say_paid_until(mine),
        "benefits_until": say_day(mine.paid_until + GRACE) if mine.paid_until else "",
        "benefits": benefits.list_words(mine.tier.benefits),
        "can_change": can_change,
        "can_end": can_change or mine.state == PledgeState.PAUSED,
        "can_pause": _can_pause(mine),
        **_describe_subscription(mine),
        "amounts": _offer(mine, price, form) if can_change else None,
        "join_url": link_to_join(**chosen, amount=to_major(mine.amount)),
    }


def _can_pause(mine: Membership) -> bool:
    subscription = mine.subscription
    is_monthly = mine.interval == Interval.MONTH and mine.state == PledgeState.ACTIVE
    return is_monthly and subscription is not None and subscription.next_at is None and mine.paid_until is not None


def _describe_subscription(mine: Membership) -> dict[str, str]:
    """Say what is planned, when a pause ends, and which card is charged; each "" where there is nothing to say."""
    subscription = mine.subscription
    if subscription is None or not mine.is_live:
        return {}
    said = {"card": subscription.card_label}
    if subscription.next_at and subscription.next_amount:
        said["planned_day"] = say_day(subscription.next_at)
        said["planned_price"] = say_price(subscription.next_amount, subscription.next_interval)
        said["planned_tier"] = subscription.next_product_name
    if mine.state == PledgeState.PAUSED and subscription.resumes_at:
        said["resumes"] = say_day(subscription.resumes_at + operations.MARGIN)
    expires = subscription.card_expires_on
    if expires and mine.paid_until and mine.state != PledgeState.ENDING and expires < mine.paid_until.date():
        said["card_expires"] = format_date(expires, get_language() or "en")
    return said


def _offer(mine: Membership, price: TierPrice | None, form: AmountForm | None) -> Any:
    floor = price.floor if price else mine.amount
    suggested = set(price.suggested if price else suggest_amounts(floor=floor)) | {mine.amount}
    typed = cast("dict[str, str]", form.data if form is not None else {})
    return offer_amounts(
        floor=floor,
        suggested=sorted(suggested, key=lambda amount: amount.minor),
        interval=mine.interval,
        chosen=typed.get("amount", "") or to_major(mine.amount),
        other=typed.get("other", ""),
    )


def _say_paid_until(mine: Membership) -> str:
    return say_day(mine.paid_until or mine.since)


def _to_receipt(payment: Payment) -> Receipt:
    return Receipt(
        day=say_day(payment.paid_at),
        what=payment.product_name,
        amount=say_amount(payment.amount),
        refunded=say_amount(payment.refunded) if payment.refunded_minor else "",
    )
