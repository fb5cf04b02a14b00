"""Changes of a membership: another plan, a pause, another card, another name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from masthead.accounts.models import User
from masthead.accounts.operations import rename_person
from masthead.community import operations, queries
from masthead.community.forms import AmountForm, NameForm
from masthead.community.joining import lay_out, to_major
from masthead.community.models import Membership, Tier, TierPrice
from masthead.community.offers import pick_price
from masthead.community.views.guarding import for_signed_in
from masthead.community.words import say_amount, say_day, say_price
from masthead.payments import operations as payments
from masthead.rules.errors import MastheadError
from masthead.rules.money import BadAmount, Money
from masthead.rules.plans import add_months, estimate_charge
from masthead.rules.pledges import Interval, PledgeState


def link_to_confirm(price: TierPrice | Membership, amount: Money) -> str:
    """Return the address of the page that says what a change means and asks for a yes."""
    asked = {"tier": price.tier.key, "interval": price.interval, "amount": to_major(amount)}
    return f"{reverse('membership_confirm')}?{urlencode(asked)}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_signed_in
def choose_plan(request: HttpRequest, person: User) -> HttpResponse:
    """Show the tiers and how often one may pay; on POST check the amount and go on to the confirmation."""
    mine = queries.get_membership(person)
    if mine is None or not _is_changeable(mine):
        return _refuse(request, operations.NotChangeable())
    prices = [price for price in queries.list_prices() if price.interval != Interval.ONCE]
    prices = [price for price in prices if price.currency == mine.currency]
    typed = {"tier": mine.tier.key, "interval": mine.interval, **_read(request)}
    price = pick_price(prices, tier=typed["tier"], interval=typed["interval"], currency=mine.currency)
    if price is None:
        return _refuse(request, operations.NotOffered())
    form = None
    if request.method == "POST":
        form = AmountForm(typed, floor=price.floor, interval=price.interval)
        if form.is_valid():
            return HttpResponseRedirect(link_to_confirm(price, form.cleaned_data["money"]))
    is_present = (price.tier_id, price.interval) == (mine.tier_id, mine.interval)
    kept = typed if form else {"amount": to_major(mine.amount)} if is_present else {}
    context = {
        "page": lay_out(prices, price, kept),
        "form": form,
        "choose_url": reverse("membership_change"),
        "present": _say_present(mine),
    }
    return render(request, "community/membership_change.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_signed_in
def confirm_plan(request: HttpRequest, person: User) -> HttpResponse:
    """Say what a change means, today and later; on POST do it."""
    mine = queries.get_membership(person)
    if mine is None or not _is_changeable(mine):
        return _refuse(request, operations.NotChangeable())
    try:
        tier, interval, amount = _read_plan(_read(request), mine)
        if request.method == "POST":
            changed = operations.change_plan(person, tier=tier, interval=interval, amount=amount, now=timezone.now())
            messages.success(request, _say_change(changed, say_price(amount, interval)))
            return redirect("membership")
        operations.find_floor(mine, tier, interval)
    except MastheadError as error:
        return _refuse(request, error)
    context = {
        "present": _say_present(mine),
        "tier": tier,
        "price": say_price(amount, interval),
        "plan": {"tier": tier.key, "interval": interval.value, "amount": to_major(amount)},
        **_foresee(mine, amount, interval, at_once=operations.is_change_now(mine, tier, amount, interval)),
    }
    return render(request, "community/membership_confirm.html", context)


@never_cache
@require_POST
@for_signed_in
def keep_plan(request: HttpRequest, person: User) -> HttpResponse:
    """Take back a change that has not come yet."""

    def keep() -> str:
        mine = queries.get_membership(person)
        if mine is None:
            raise operations.NotChangeable
        interval = Interval(mine.interval)
        operations.change_plan(person, tier=mine.tier, interval=interval, amount=mine.amount, now=timezone.now())
        return _("Everything stays as it is.")

    return _do(request, keep)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_signed_in
def pause(request: HttpRequest, person: User) -> HttpResponse:
    """Say what a pause means; on POST begin one."""
    mine = queries.get_membership(person)
    if mine is None or not mine.is_live:
        return _refuse(request, operations.NotChangeable())
    if request.method == "POST":
        months = request.POST.get("months", "")

        def begin() -> str:
            number = int(months) if months in {str(one) for one in operations.PAUSES} else 0
            operations.pause_membership(person, months=number, now=timezone.now())
            return _("Your membership pauses. Nothing is charged meanwhile.")

        return _do(request, begin)
    if mine.state != PledgeState.ACTIVE or mine.interval != Interval.MONTH or mine.paid_until is None:
        return _refuse(request, operations.NotPausable())
    choices = [(months, say_day(operations.say_resumption(mine, months))) for months in operations.PAUSES]
    context = {"membership": mine, "paid_until": say_day(mine.paid_until), "choices": choices}
    return render(request, "community/membership_pause.html", context)


@never_cache
@require_POST
@for_signed_in
def resume(request: HttpRequest, person: User) -> HttpResponse:
    """End a pause before its time."""

    def go_on() -> str:
        operations.resume_membership(person, now=timezone.now())
        return _("Welcome back. Your membership goes on.")

    return _do(request, go_on)


@never_cache
@require_POST
@for_signed_in
def change_card(request: HttpRequest, person: User) -> HttpResponse:
    """Lead to the provider's own page, on which the card is changed."""
    mine = queries.get_membership(person)
    if mine is None or mine.subscription is None or not mine.is_live:
        return _refuse(request, operations.NotChangeable())
    back = settings.MASTHEAD_SITE_URL + reverse("membership_card_changed")
    try:
        return HttpResponseRedirect(payments.open_card_page(mine.subscription, return_url=back))
    except MastheadError as error:
        return _refuse(request, error)


@never_cache
@require_safe
@for_signed_in
def card_changed(request: HttpRequest, person: User) -> HttpResponse:
    """Come back from the provider's page: read what it says now."""
    before = queries.get_membership(person)
    label = before.subscription.card_label if before and before.subscription else ""

    def read() -> str:
        now = operations.refresh(person, now=timezone.now()).card_label
        if now and now != label:
            return _("From now on your card {card} is charged.").format(card=now)
        return _("This is your membership as it stands.")

    return _do(request, read)


@never_cache
@require_POST
@for_signed_in
def rename(request: HttpRequest, person: User) -> HttpResponse:
    """Call the person by another name, here and on the provider's receipts."""

    def call() -> str:
        form = NameForm(request.POST)
        if not form.is_valid():
            return _("Enter a name of at most 120 characters.")
        rename_person(person, name=form.cleaned_data["name"])
        mine = queries.get_membership(person)
        if mine is not None and mine.subscription is not None:
            payments.update_customer(mine.subscription, email=person.email, name=person.name)
        return _("Your name is {name} now.").format(name=person.name)

    return _do(request, call)


def _do(request: HttpRequest, change: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, change())
    except MastheadError as error:
        messages.error(request, str(error))
    return redirect("membership")


def _refuse(request: HttpRequest, error: MastheadError) -> HttpResponse:
    messages.error(request, str(error))
    return redirect("membership")


def _read(request: HttpRequest) -> dict[str, str]:
    return (request.POST if request.method == "POST" else request.GET).dict()


def _is_changeable(mine: Membership) -> bool:
    return mine.subscription_id is not None and mine.state in {PledgeState.ACTIVE, PledgeState.PAST_DUE}


def _read_plan(typed: Mapping[str, str], mine: Membership) -> tuple[Tier, Interval, Money]:
    """Return tier, interval and amount. Raises NotOffered for what makes no sense."""
    tier = queries.find_tier(typed.get("tier", "")) or mine.tier
    try:
        interval = Interval(typed.get("interval", ""))
        amount = Money.of(typed.get("amount", ""), mine.currency)
    except (ValueError, BadAmount):
        raise operations.NotOffered from None
    if interval is Interval.ONCE or tier.key != typed.get("tier", ""):
        raise operations.NotOffered
    return tier, interval, amount


def _say_present(mine: Membership) -> str:
    return _("{tier}, {price}").format(tier=mine.tier.name, price=say_price(mine.amount, mine.interval))


def _foresee(mine: Membership, amount: Money, interval: Interval, *, at_once: bool) -> dict[str, Any]:
    now, end = timezone.now(), mine.paid_until or timezone.now()
    before = Interval(mine.interval)
    if not at_once:
        return {"at_once": False, "day": say_day(end)}
    charge = estimate_charge(mine.amount, amount, before=before, after=interval, paid_until=end, now=now)
    following = add_months(now, 12) if before is not interval else end
    return {
        "at_once": True,
        "charge": say_amount(charge) if charge.minor else "",
        "day": say_day(following),
        "card": mine.subscription.card_label if mine.subscription else "",
    }


def _say_change(changed: Membership, price: str) -> str:
    planned = changed.subscription.next_at if changed.subscription else None
    if planned is not None:
        return _("Thank you. From {day} on you pay {price}.").format(day=say_day(planned), price=price)
    return _("Thank you. From today on you pay {price}.").format(price=price)
