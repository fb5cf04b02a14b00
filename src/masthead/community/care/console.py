"""The console's pages of member care. Every act has a page that says what will happen, and happens by POST."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from masthead.accounts.models import User
from masthead.community.care import acts, erasing, merging
from masthead.community.care.forms import CancelForm, CompForm, LookUpForm, MergeForm, RefundForm, TypedForm
from masthead.community.care.people import find_people, tell_story
from masthead.community.care.permissions import LOOK_UP
from masthead.community.models import Erasure
from masthead.community.queries import get_standing
from masthead.community.words import say_amount, say_day, say_price
from masthead.letters.models import Letter
from masthead.payments.models import Payment
from masthead.rules.errors import MastheadError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, User, P], HttpResponse]
Door = Callable[Concatenate[HttpRequest, int, P], HttpResponse]
PEOPLE_A_PAGE, LINES_A_PAGE = 25, 50
may_look = permission_required(LOOK_UP, raise_exception=True)


@never_cache
@require_safe
@may_look
def list_found(request: HttpRequest) -> HttpResponse:
    """Find people."""
    form = LookUpForm(request.GET or None)
    people = User.objects.none()
    if form.is_valid():
        asked = form.cleaned_data
        people = find_people(asked["q"], minor=asked["minor"], currency=asked["currency"], on=asked["on"])
    page = Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("p"))
    asked_for = request.GET.copy()
    asked_for.pop("p", None)
    context = {"form": form, "page": page, "is_asked": bool(asked_for), "asked": asked_for.urlencode()}
    return _render(request, "people", _("People"), context)


@never_cache
@require_safe
@may_look
def show_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell one person's story, with what can be done."""
    person = get_object_or_404(User, pk=pk)
    now = timezone.now()
    standing = get_standing(person, now=now)
    membership = standing.membership
    page = Paginator(tell_story(person), LINES_A_PAGE).get_page(request.GET.get("p"))
    context = {
        "person": person,
        "addresses": erasing.list_addresses(person),
        "standing": standing,
        "membership": membership,
        "price": say_price(membership.amount, membership.interval) if membership else "",
        "subscription": membership.subscription if membership else None,
        "erasure": Erasure.objects.filter(person_key=person.pk).first(),
        "is_merged": merging.is_merged(person),
        "can_comp": membership is None or not membership.is_live or membership.is_granted,
        "page": page,
    }
    return _render(request, "person", str(person), context, person=None)


@never_cache
@require_safe
@permission_required("community.erase_person", raise_exception=True)
def list_erasures(request: HttpRequest) -> HttpResponse:
    """Say how far each erasure has come, without who it was."""
    page = Paginator(Erasure.objects.all(), PEOPLE_A_PAGE).get_page(request.GET.get("p"))
    return _render(request, "erasures", _("Erasures"), {"page": page})


def _act(permission: str) -> Callable[[View[P]], Door[P]]:
    """Guard one act: its permission besides that to look people up, GET to ask and POST to do."""

    def wrap(view: View[P]) -> Door[P]:
        @wraps(view)
        def guarded(request: HttpRequest, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.has_perms([LOOK_UP, f"community.{permission}"]):
                raise PermissionDenied
            return view(request, get_object_or_404(User, pk=pk), *args, **kwargs)

        return cast("Door[P]", never_cache(require_http_methods(["GET", "HEAD", "POST"])(guarded)))

    return wrap


@_act("comp_person")
def comp(request: HttpRequest, person: User) -> HttpResponse:
    """Give a membership, or prolong one."""
    form = CompForm(_posted(request))
    return _confirm(
        request,
        person,
        form,
        title=_("Give a membership"),
        says=[
            _("The benefits begin at once and end by themselves after the day you choose. Nothing is ever charged."),
            _("One that was given before is prolonged, never cut. Whoever pays already cannot be given one."),
        ],
        button=_("Give it"),
        do=lambda: acts.comp(person, **form.cleaned_data, by=_staff(request), now=timezone.now()),
        done=_("The membership is given."),
    )


@_act("comp_person")
def revoke(request: HttpRequest, person: User) -> HttpResponse:
    """Take a given membership back."""
    return _confirm(
        request,
        person,
        Form(_posted(request)),
        title=_("Take the given membership back"),
        says=[_("The membership that was given ends at once, with its benefits. What was paid for stays.")],
        button=_("Take it back"),
        do=lambda: acts.revoke(person, by=_staff(request), now=timezone.now()),
        done=_("The membership is taken back."),
    )


@_act("refund_payment")
def refund(request: HttpRequest, person: User, payment: int) -> HttpResponse:
    """Send a payment back, whole or in part."""
    row = get_object_or_404(Payment, pk=payment, person=person)
    form = RefundForm(_posted(request), payment=row)
    says = [
        _("Of {amount}, paid on {day}, {left} is left to send back. It goes to the card it came from.").format(
            amount=say_amount(row.amount), day=say_day(row.paid_at), left=say_amount(row.kept)
        ),
        _("A payment that goes back whole pays for nothing: its benefits end. The membership itself goes on."),
        _("This cannot be taken back."),
    ]
    return _confirm(
        request,
        person,
        form,
        title=_("Send a payment back"),
        says=says,
        button=_("Send it back"),
        do=lambda: acts.refund(
            row, form.cleaned_data["amount"], left=form.cleaned_data["left"], by=_staff(request), now=timezone.now()
        ),
        done=_("The money is on its way back."),
    )


@_act("resend_letter")
def resend(request: HttpRequest, person: User, letter: int) -> HttpResponse:
    """Send a letter again."""
    row = get_object_or_404(Letter, pk=letter, to__in=erasing.list_addresses(person))
    token = request.POST.get("token", "")[:40] or secrets.token_urlsafe(12)
    return _confirm(
        request,
        person,
        Form(_posted(request)),
        title=_("Send a letter again"),
        says=[
            _("“{subject}” goes once more, as it was, to {address}.").format(
                subject=row.subject or row.kind, address=person.email
            )
        ],
        button=_("Send it"),
        do=lambda: acts.resend(row, person, token=token, by=_staff(request), now=timezone.now()),
        done=_("The letter is on its way."),
        token=token,
    )


@_act("cancel_membership")
def cancel(request: HttpRequest, person: User) -> HttpResponse:
    """End a membership for somebody."""
    form = CancelForm(_posted(request))

    def do() -> None:
        when, now = form.cleaned_data["when"], timezone.now()
        if when == "refund" and not request.user.has_perm("community.refund_payment"):
            raise PermissionDenied
        membership = acts.cancel(person, at_once=when != "period", by=_staff(request), now=now)
        last = Payment.objects.filter(subscription=membership.subscription_id).order_by("-paid_at", "-pk").first()
        if when == "refund" and last is not None and last.kept.minor:
            acts.refund(last, last.kept, left=last.kept.minor, by=_staff(request), now=now)

    return _confirm(
        request,
        person,
        form,
        title=_("End the membership"),
        says=[
            _("Nothing more is charged. What is paid for stays theirs until its end, unless it is sent back."),
            _("An end with the paid time can be taken back until then by the member; one at once cannot."),
        ],
        button=_("End it"),
        do=do,
        done=_("The membership is ended."),
    )


@_act("merge_people")
def merge(request: HttpRequest, person: User) -> HttpResponse:
    """Merge another account into this one."""
    form = MergeForm(_posted(request))
    return _confirm(
        request,
        person,
        form,
        title=_("Merge another account into this one"),
        says=[
            _("Payments, memberships, letters and addresses of the other account move to {person}.").format(
                person=person.email
            ),
            _("Both addresses sign in afterwards. The other account is closed, and its passkeys are gone."),
            _("This cannot be undone: nobody can tell afterwards what belonged to whom."),
        ],
        button=_("Merge"),
        do=lambda: merging.merge_people(person, form.cleaned_data["other"], by=_staff(request), now=timezone.now()),
        done=_("The two are one person now."),
    )


@_act("erase_person")
def erase(request: HttpRequest, person: User) -> HttpResponse:
    """Erase a person."""
    form = TypedForm(_posted(request), word=person.email)
    return _confirm(
        request,
        person,
        form,
        title=_("Erase this person"),
        says=[
            *erasing.say_consequences(person),
            _("A last letter tells them so. You can follow the erasure by its number, without who it was."),
        ],
        button=_("Erase for good"),
        do=lambda: erasing.ask_erasure(person, by=_staff(request), now=timezone.now()),
        done=_("The person is being erased."),
        target="care_erasures",
    )


def _confirm(
    request: HttpRequest,
    person: User,
    form: Form,
    *,
    title: str,
    says: list[str],
    button: str,
    do: Callable[[], object],
    done: str,
    token: str = "",
    target: str = "care_person",
) -> HttpResponse:
    """Ask, then do it once the form holds, and lead back to the person."""
    back = reverse("care_person", args=[person.pk])
    if request.method == "POST" and form.is_valid():
        try:
            do()
        except MastheadError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, done)
            return redirect(back if target == "care_person" else reverse(target))
    context = {"person": person, "form": form, "says": says, "button": button, "token": token, "back": back}
    return _render(request, "confirm", title, context, person=person)


def _render(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, person: User | None = None
) -> HttpResponse:
    crumbs = [{"url": reverse("wagtailadmin_home"), "label": _("Home")}]
    if name != "people":
        crumbs.append({"url": reverse("care_people"), "label": _("People")})
    if person is not None:
        crumbs.append({"url": reverse("care_person", args=[person.pk]), "label": str(person)})
    frame = {
        "page_title": title,
        "header_title": title,
        "header_icon": "user",
        "breadcrumbs_items": [*crumbs, {"url": "", "label": title}],
    }
    return TemplateResponse(request, f"community/care/{name}.html", {**frame, **context})


def _staff(request: HttpRequest) -> User:
    return cast("User", request.user)


def _posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, empty as it may be; None where nothing was."""
    return request.POST if request.method == "POST" else None
