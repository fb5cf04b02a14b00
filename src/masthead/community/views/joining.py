"""The join page: choose, name an amount, go to pay."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from masthead.accounts.models import User
from masthead.community import operations, queries
from masthead.community.forms import JoinForm
from masthead.community.joining import lay_out, to_major
from masthead.community.models import Offer, TierPrice
from masthead.community.offering.operations import find_offer
from masthead.community.offering.words import say_offer
from masthead.community.offers import get_lowest, pick_price
from masthead.community.started import list_started, remember_started
from masthead.community.words import say_price
from masthead.kit.keyring import get_showing_signer
from masthead.payments.models import Checkout
from masthead.payments.operations import ProofWanted
from masthead.rules.errors import MastheadError
from masthead.rules.money import Money
from masthead.rules.pledges import Interval
from masthead.rules.showings import BadShowing, Showing

MAX_TOKEN = 1000
MAX_PROOF = 100
NO_CHECKOUT = "00000000-0000-0000-0000-000000000000"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, tier: str = "") -> HttpResponse:
    """Show the tiers and amounts; on POST check everything anew and go to the payment page."""
    typed = {**({"tier": tier} if tier else {}), **(request.POST if request.method == "POST" else request.GET).dict()}
    prices = queries.list_prices()
    price = pick_price(
        prices, tier=typed.get("tier", ""), interval=typed.get("interval", ""), currency=typed.get("currency", "")
    )
    if price is None:
        return render(request, "community/closed.html")
    person = request.user if isinstance(request.user, User) else None
    if person is not None and price.interval != Interval.ONCE and queries.has_paid_membership(person.email):
        return redirect("membership")
    if request.method != "POST":
        return _show(request, prices, price, typed)
    fee = queries.find_fee(price.currency)
    form = JoinForm(typed, prices=prices, price=price, asks_email=person is None, fee=fee)
    if not form.is_valid():
        return _show(request, prices, price, typed, form=form)
    return _start(request, prices, price, typed, form, person)


def _start(
    request: HttpRequest,
    prices: list[TierPrice],
    price: TierPrice,
    typed: Mapping[str, str],
    form: JoinForm,
    person: User | None,
) -> HttpResponse:
    order = operations.JoinOrder(
        price=price,
        amount=form.cleaned_data["total"],
        email=person.email if person else form.cleaned_data["email"],
        person=person,
        token=read_token(typed),
        language=get_language() or "en",
        return_url=settings.MASTHEAD_SITE_URL
        + reverse("join_return", args=[NO_CHECKOUT]).replace(NO_CHECKOUT, "{checkout}"),
        network=get_network(request),
        proof=typed.get("proof", "")[:MAX_PROOF],
        offer=form.cleaned_data["offer"],
        cancel_url=settings.MASTHEAD_SITE_URL
        + link_to_price(
            price, form.cleaned_data["money"], cancelled="1", **({"cover": "1"} if form.cleaned_data["cover"] else {})
        ),
    )
    try:
        started = operations.start_joining(order, earlier=list_started(request.session), now=timezone.now())
    except operations.AlreadyMember as error:
        form.add_error("email", str(error))
        return _show(request, prices, price, typed, form=form, member_address=order.email)
    except ProofWanted as error:
        return _show(request, prices, price, typed, proof=error)
    except MastheadError as error:
        form.add_error(None, str(error))
        return _show(request, prices, price, typed, form=form)
    remember_started(request.session, started.checkout.pk, new_account=started.new_account)
    return HttpResponseRedirect(started.checkout.url)


def _show(
    request: HttpRequest,
    prices: list[TierPrice],
    price: TierPrice,
    typed: Mapping[str, str],
    *,
    form: JoinForm | None = None,
    member_address: str = "",
    proof: ProofWanted | None = None,
) -> HttpResponse:
    # An amount belongs to the price that it was chosen for: another price starts with its own.
    kept = typed if _names(typed, price) else {}
    lowest = get_lowest(prices, beside=price)
    offer, offer_problem = _find_offer(typed, price)
    context = {
        "page": lay_out(prices, price, kept, fee=queries.find_fee(price.currency), offer=offer),
        "choose_url": reverse("join"),
        "offer": offer,
        "offer_words": say_offer(offer) if offer else "",
        "offer_code": typed.get("offer", "")[:40],
        "offer_problem": offer_problem,
        "form": form,
        "email": typed.get("email", "") if request.method == "POST" else "",
        "person_email": request.user.email if isinstance(request.user, User) else "",
        "token": read_token(typed),
        "lowest": say_price(lowest.floor, lowest.interval),
        "cancelled": "cancelled" in typed,
        "member_address": member_address,
        "proof": proof,
        "sign_in_url": f"{reverse('account_login')}?{urlencode({'next': link_to_join(**_list_chosen(typed))})}",
    }
    return render(request, "community/join.html", context)


def _list_chosen(typed: Mapping[str, str]) -> dict[str, str]:
    """Return of what was chosen what an address may carry."""
    names = ("tier", "interval", "currency", "amount", "other", "from")
    return {name: typed[name] for name in names if typed.get(name)}


def _find_offer(typed: Mapping[str, str], price: TierPrice) -> tuple[Offer | None, str]:
    """Return the offer that is meant, and else the sentence that says why there is none, "" where none is meant."""
    code = typed.get("offer", "").strip()
    if not code:
        return None, ""
    try:
        return find_offer(code, price, price.floor, now=timezone.now()), ""
    except MastheadError as error:
        return None, str(error)


def _names(typed: Mapping[str, str], price: TierPrice) -> bool:
    """Return whether nothing that was chosen speaks against this price."""
    named = {"tier": price.tier.key, "interval": price.interval, "currency": price.currency}
    return all(typed.get(name, "") in {"", value} for name, value in named.items())


def read_token(typed: Mapping[str, str]) -> str:
    """Return the mark of the showing that led here, or "" for anything that is none of ours."""
    token = typed.get("from", "")
    if not token or len(token) > MAX_TOKEN:
        return ""
    data = get_showing_signer().verify(token)
    if data is None:
        return ""
    try:
        Showing.decode(data)
    except BadShowing:
        return ""
    return token


def get_network(request: HttpRequest) -> str:
    """Return the internet address that the request came from, past the proxies that are our own."""
    proxies = settings.MASTHEAD_TRUSTED_PROXIES
    forwarded = [
        address.strip() for address in request.headers.get("X-Forwarded-For", "").split(",") if address.strip()
    ]
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def link_to_join(**chosen: str) -> str:
    """Return the address of the join page with this chosen."""
    return f"{reverse('join')}?{urlencode(chosen)}"


def link_to_price(price: TierPrice, amount: Money, **more: str) -> str:
    """Return the address of the join page with this price and amount chosen."""
    return link_to_join(
        tier=price.tier.key, interval=price.interval, currency=price.currency, amount=to_major(amount), **more
    )


def link_to_checkout(checkout: Checkout) -> str:
    """Return the address of the join page with what this checkout had chosen."""
    return link_to_join(
        tier=checkout.product,
        interval=checkout.interval,
        currency=checkout.currency,
        amount=to_major(checkout.amount),
        **({"from": checkout.token} if checkout.token else {}),
    )


def link_to_sign_in() -> str:
    """Return the address of the sign-in that leads to "my membership"."""
    return f"{reverse('account_login')}?{urlencode({'next': reverse('membership')})}"
