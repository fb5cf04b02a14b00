"""The console's pages of belonging: tiers to edit, members, gifts and double payments to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from masthead.accounts.models import User
from masthead.community.benefits import list_words
from masthead.community.care import wagtail_hooks as care_hooks  # noqa: F401  importing it registers its pages
from masthead.community.models import Contribution, EndReason, Membership, Offer, PaymentFee, SurplusSubscription, Tier
from masthead.community.offering.operations import count_uses
from masthead.community.offering.words import say_offer
from masthead.community.panels import TierPanels
from masthead.community.words import say_amount, say_day, say_price

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

READ_ONLY = (Membership, Contribution, EndReason, SurplusSubscription)


def _say_prices(tier: Tier) -> str:
    return ", ".join(say_price(price.floor, price.interval) for price in tier.prices.all())


def _say_benefits(tier: Tier) -> str:
    return ", ".join(str(words.title) for words in list_words(tier.benefits))


def _person_column(model: str) -> Column:
    """Return the column of addresses; each leads to all that is known of its row."""
    return TitleColumn(
        "person",
        label=_("E-mail"),
        accessor="person.email",
        sort_key="person__email",
        url_name=f"wagtailsnippets_community_{model}:inspect",
    )


def _day_column(name: str, label: StrPromise) -> Column:
    """Return a column of days: a date may lie ahead, which Wagtail's own column of "how long ago" cannot say."""

    def say(row: Model) -> str:
        moment: datetime | None = getattr(row, name)
        return say_day(moment) if moment else ""

    return Column(name, label=label, accessor=say, sort_key=name)


class ReadOnlyPolicy(ModelPermissionPolicy):
    """What payments have made is looked at in the console, and changed by what is paid."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Allow to look, to whoever may; nothing else, to nobody."""
        return action == "view" and bool(super().user_has_permission(user, action))


class ReadOnlyViewSet(SnippetViewSet):
    """A list with a page for each row, and no way to change it."""

    inspect_view_enabled = True
    copy_view_enabled = False
    search_backend_name = None
    list_per_page = 50
    add_to_reference_index = False
    list_related: tuple[str, ...] = ()

    @property
    def permission_policy(self) -> ReadOnlyPolicy:
        """Nobody adds, changes or deletes."""
        return ReadOnlyPolicy(self.model)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:  # noqa: ARG002  Wagtail's signature
        """Bring everything that the list shows in one query."""
        return QuerySet(cast("type[Model]", self.model)).select_related(*self.list_related)


class TierViewSet(SnippetViewSet):
    """Tiers and their prices."""

    model = Tier
    icon = "group"
    menu_label = _("Tiers")
    copy_view_enabled = False
    sort_order_field = "order"
    search_backend_name = None
    list_display = [
        "name",
        Column("prices", label=_("Prices"), accessor=_say_prices),
        Column("benefits", label=_("Benefits"), accessor=_say_benefits),
        BooleanColumn("active", label=_("Offered")),
    ]
    edit_handler = TierPanels.tier

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tier]:  # noqa: ARG002  Wagtail's signature
        """Bring the prices along."""
        return Tier.objects.prefetch_related("prices")


class PaymentFeeViewSet(SnippetViewSet):
    """What payments cost, so that readers may add it."""

    model = PaymentFee
    icon = "decimal"
    menu_label = _("Payment fees")
    copy_view_enabled = False
    search_backend_name = None
    list_display = ["currency", "percent", "fixed_minor"]


class OfferViewSet(SnippetViewSet):
    """Offers, with how many took each."""

    model = Offer
    icon = "tag"
    menu_label = _("Offers")
    copy_view_enabled = False
    search_backend_name = None
    list_display = [
        "code",
        "name",
        Column("what", label=_("Gives"), accessor=say_offer),
        Column("uses", label=_("Taken"), accessor=lambda offer: count_uses(offer, now=timezone.now())),
        Column("limit", label=_("Limit"), accessor="limit"),
        _day_column("ends_at", _("Ends")),
        BooleanColumn("active", label=_("On")),
    ]


class MembershipViewSet(ReadOnlyViewSet):
    """Members: who, what tier, how much, since when."""

    model = Membership
    icon = "user"
    menu_label = _("Members")  # type: ignore[assignment]  # said in the reader's language
    list_related = ("person", "tier")
    search_fields = ["person__email", "person__name"]
    list_filter = ["state", "tier", "interval"]
    ordering = "-since"
    list_display = [
        _person_column("membership"),
        Column("tier", label=_("Tier"), accessor="tier.name", sort_key="tier__order"),
        Column(
            "amount",
            label=_("Amount"),
            accessor=lambda membership: say_price(membership.amount, membership.interval),
            sort_key="amount_minor",
        ),
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        _day_column("since", _("Since")),
        _day_column("paid_until", _("Paid until")),
    ]
    inspect_view_fields = [
        "person",
        "tier",
        "amount_minor",
        "currency",
        "interval",
        "state",
        "since",
        "paid_until",
        "ends_at",
    ]


class ContributionViewSet(ReadOnlyViewSet):
    """Single gifts."""

    model = Contribution
    icon = "pick"
    menu_label = _("Single gifts")  # type: ignore[assignment]  # said in the reader's language
    list_related = ("person", "payment")
    search_fields = ["person__email", "person__name"]
    ordering = "-given_at"
    list_display = [
        _person_column("contribution"),
        Column(
            "amount",
            label=_("Amount"),
            accessor=lambda gift: say_amount(gift.payment.amount),
            sort_key="payment__amount_minor",
        ),
        _day_column("given_at", _("Given")),
    ]


class EndReasonViewSet(ReadOnlyViewSet):
    """Why people leave, as far as they said."""

    model = EndReason
    icon = "help"
    menu_label = _("Reasons to end")  # type: ignore[assignment]  # said in the reader's language
    list_related = ("person",)
    list_filter = ["why"]
    ordering = "-said_at"
    list_display = [
        _person_column("endreason"),
        Column("why", label=_("Reason"), accessor="get_why_display", sort_key="why"),
        Column("words", label=_("In their words"), accessor="words"),
        _day_column("said_at", _("Said")),
    ]


class SurplusViewSet(ReadOnlyViewSet):
    """Second subscriptions of people who are members already: each wants a refund or a word."""

    model = SurplusSubscription
    icon = "warning"
    menu_label = _("Double payments")  # type: ignore[assignment]  # said in the reader's language
    list_related = ("person", "tier")
    search_fields = ["person__email", "person__name"]
    ordering = "-noticed_at"
    list_display = [
        _person_column("surplussubscription"),
        Column("tier", label=_("Tier"), accessor="tier.name"),
        _day_column("noticed_at", _("Noticed")),
        _day_column("end_asked_at", _("Ended")),
        _day_column("paid_until", _("Paid until")),
    ]


class CommunityViewSetGroup(SnippetViewSetGroup):
    """Belonging in the console's menu."""

    items = (
        MembershipViewSet,
        ContributionViewSet,
        SurplusViewSet,
        EndReasonViewSet,
        TierViewSet,
        OfferViewSet,
        PaymentFeeViewSet,
    )  # type: ignore[assignment]
    menu_icon = "group"
    menu_label = _("Community")  # type: ignore[assignment]  # said in the reader's language
    menu_name = "community"
    menu_order = 210


register_snippet(CommunityViewSetGroup)


@hooks.register("before_delete_snippet")
def refuse_to_delete(request: HttpRequest, snippets: Sequence[Model]) -> HttpResponse | None:
    """Keep what payments have made, and the tiers that people are or were members of.

    Wagtail's action on many rows at once asks the permission itself, past the policy of the list.
    """
    if any(isinstance(snippet, READ_ONLY) for snippet in snippets):
        raise PermissionDenied
    tiers = [snippet.pk for snippet in snippets if isinstance(snippet, Tier)]
    used = Tier.objects.filter(pk__in=tiers, memberships__isnull=False).first()
    if used is None:
        return None
    sentence = _("“{tier}” has or had members, so it stays. Untick “offered”, and nobody can join it any more.")
    messages.error(request, sentence.format(tier=used.name))
    return redirect("wagtailsnippets_community_tier:list")


@hooks.register("before_delete_user")
def refuse_to_delete_member(request: HttpRequest, person: User) -> HttpResponse | None:
    """Keep whoever is or was a member: a payment goes on being charged, whether or not we know by whom."""
    return _refuse_members(request, [person])


@hooks.register("before_bulk_action")
def refuse_to_delete_members(
    request: HttpRequest, action: str, rows: Sequence[Model], view: object
) -> HttpResponse | None:
    """Do the same where many people are deleted at once."""
    if action != "delete" or request.method != "POST" or getattr(view, "model", None) is not User:
        return None
    return _refuse_members(request, rows)


def _refuse_members(request: HttpRequest, people: Sequence[Model]) -> HttpResponse | None:
    pks = [person.pk for person in people]
    known = User.objects.filter(
        Q(memberships__isnull=False) | Q(surplus_subscriptions__isnull=False), pk__in=pks
    ).first()
    if known is None:
        return None
    sentence = _(
        "{person} is or was a member and cannot be deleted here. To keep them from signing in, untick “active”."
    )
    messages.error(request, sentence.format(person=known))
    return redirect("wagtailusers_users:index")
