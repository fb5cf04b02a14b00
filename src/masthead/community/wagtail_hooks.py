"""The console's pages of belonging: tiers to edit, members, gifts and double payments to look at."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from masthead.community.benefits import list_words
from masthead.community.models import Contribution, Membership, SurplusSubscription, Tier
from masthead.community.panels import TierPanels
from masthead.community.words import say_amount, say_price


def _say_prices(tier: Tier) -> str:
    return ", ".join(say_price(price.floor, price.interval) for price in tier.prices.all())


def _say_benefits(tier: Tier) -> str:
    return ", ".join(str(words.title) for words in list_words(tier.benefits))


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
        Column("person", label=_("E-mail"), accessor="person.email", sort_key="person__email"),
        Column("tier", label=_("Tier"), accessor="tier.name", sort_key="tier__order"),
        Column(
            "amount",
            label=_("Amount"),
            accessor=lambda membership: say_price(membership.amount, membership.interval),
            sort_key="amount_minor",
        ),
        Column("state", label=_("State"), accessor="get_state_display", sort_key="state"),
        DateColumn("since", label=_("Since"), sort_key="since"),
        DateColumn("paid_until", label=_("Paid until"), sort_key="paid_until"),
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
        Column("person", label=_("E-mail"), accessor="person.email", sort_key="person__email"),
        Column(
            "amount",
            label=_("Amount"),
            accessor=lambda gift: say_amount(gift.payment.amount),
            sort_key="payment__amount_minor",
        ),
        DateColumn("given_at", label=_("Given"), sort_key="given_at"),
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
        Column("person", label=_("E-mail"), accessor="person.email", sort_key="person__email"),
        Column("tier", label=_("Tier"), accessor="tier.name"),
        DateColumn("noticed_at", label=_("Noticed"), sort_key="noticed_at"),
        DateColumn("end_asked_at", label=_("Ended"), sort_key="end_asked_at"),
        DateColumn("paid_until", label=_("Paid until"), sort_key="paid_until"),
    ]


class CommunityViewSetGroup(SnippetViewSetGroup):
    """Belonging in the console's menu."""

    items = (MembershipViewSet, ContributionViewSet, SurplusViewSet, TierViewSet)  # type: ignore[assignment]
    menu_icon = "group"
    menu_label = _("Community")  # type: ignore[assignment]  # said in the reader's language
    menu_name = "community"
    menu_order = 210


register_snippet(CommunityViewSetGroup)
