"""Back from payment, and welcome."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from masthead.accounts.models import User
from masthead.community import benefits, operations, queries
from masthead.community.passes import issue_pass
from masthead.community.started import Started, find_started, list_started
from masthead.community.views.joining import link_to_checkout, link_to_sign_in
from masthead.community.words import say_amount, say_day, say_price
from masthead.payments.models import Checkout, CheckoutState
from masthead.rules.pledges import Interval, PledgeState

# The same by which the code signs in.
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# The page looks again after these seconds, then a little later each time, then no more.
PAUSES = (2, 2, 3, 3, 5, 5, 10, 10, 20, 30)


@never_cache
@require_safe
def return_from_payment(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    """Settle the checkout, asking the provider at most once, and say what has come of it."""
    now = timezone.now()
    checkout = get_object_or_404(Checkout.objects.select_related("person", "subscription"), pk=checkout_id)
    checkout = operations.settle_joining(checkout, now=now)
    started = find_started(request.session, checkout_id)
    match checkout.state:
        case CheckoutState.COMPLETED if started is not None:
            return _welcome_in(request, checkout, started)
        case CheckoutState.COMPLETED:
            return render(request, "community/return_elsewhere.html", {"sign_in_url": link_to_sign_in()})
        case CheckoutState.OPEN:
            return _wait(request, checkout)
        case _:
            context = {
                "what": say_price(checkout.amount, checkout.interval),
                "expired": checkout.state == CheckoutState.EXPIRED,
                "join_url": link_to_checkout(checkout),
            }
            return render(request, "community/return_failed.html", context)


def _welcome_in(request: HttpRequest, checkout: Checkout, started: Started) -> HttpResponse:
    """Give the browser that paid its benefits; sign it in only to an account that this very payment has made."""
    now = timezone.now()
    response = redirect("welcome")
    person = checkout.person
    if person is not None and request.user == person:
        issue_pass(response, queries.get_standing(person, now=now), now)
    elif person is not None and not request.user.is_authenticated and _may_enter(person, checkout, started):
        # The middleware sets the pass of whoever is signed in.
        login(request, person, backend=BACKEND)
    elif checkout.subscription_id is not None:
        issue_pass(response, queries.get_standing_of_checkouts([checkout.pk], now=now), now, named=False)
    return response


def _may_enter(person: User, checkout: Checkout, started: Started) -> bool:
    return started["new_account"] and queries.is_account_of_checkout(person, checkout)


def _wait(request: HttpRequest, checkout: Checkout) -> HttpResponse:
    tries = request.GET.get("tries", "")
    number = min(int(tries), len(PAUSES)) if tries.isascii() and tries.isdigit() and len(tries) < 4 else 0
    refreshes = number < len(PAUSES)
    here = reverse("join_return", args=[checkout.pk])
    context = {"checkout": checkout, "refreshes": refreshes, "again_url": here}
    response = render(request, "community/return_waiting.html", context)
    if refreshes:
        response.headers["Refresh"] = f"{PAUSES[number]}; url={here}?tries={number + 1}"
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What the welcome page says."""

    is_once: bool
    name: str
    email: str
    tier: str
    price: str
    amount: str
    benefits: tuple[benefits.Words, ...]
    next_charge: str
    needs_sign_in: bool


@never_cache
@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """Thank for what this browser has paid for last; without that, lead to where one belongs."""
    started = list_started(request.session)
    checkout = queries.get_paid_checkout(started) if started else None
    if checkout is None or checkout.person is None:
        return redirect("membership" if request.user.is_authenticated else "join")
    return render(
        request,
        "community/welcome.html",
        {"welcome": _describe(request.user, checkout, checkout.person), "sign_in_url": link_to_sign_in()},
    )


def _describe(user: object, checkout: Checkout, person: User) -> Welcome:
    standing = queries.get_standing_of_checkouts([checkout.pk], now=timezone.now())
    membership = standing.membership
    charged = membership is not None and membership.state == PledgeState.ACTIVE and membership.paid_until is not None
    return Welcome(
        is_once=checkout.interval == Interval.ONCE,
        # A name belongs to the account: it is told only to someone who is in it.
        name=person.name if user == person else "",
        email=checkout.email,
        tier=checkout.product_name,
        price=say_price(checkout.amount, checkout.interval),
        amount=say_amount(checkout.amount),
        benefits=benefits.list_words(standing.benefits),
        next_charge=say_day(membership.paid_until) if charged and membership and membership.paid_until else "",
        needs_sign_in=user != person and checkout.interval != Interval.ONCE,
    )
