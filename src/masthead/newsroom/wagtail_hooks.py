"""The newsroom in the console: a list of all articles, authors, topics and ads."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import Page
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.rich_text.pages import PageLinkHandler
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from masthead.newsroom.forms import HouseAdForm
from masthead.newsroom.importers.wordpress import hooks as _old_addresses  # noqa: F401  it registers itself
from masthead.newsroom.models import AdSlot, ArticlePage, Author, HouseAd, Topic


class ArticleListing(PageListingViewSet):
    """All articles of all sections in one list."""

    model = ArticlePage
    icon = "doc-full-inverse"
    menu_label = _("Articles")  # type: ignore[assignment]  # said in the reader's language
    menu_order = 90
    add_to_admin_menu = True
    name = "articles"
    columns = [
        *(column for column in IndexView.base_columns if column.name not in {"type", "usage_count"}),
        Column("access", label=_("Who may read it"), accessor="get_access_display", sort_key="access", width="12%"),
        DateColumn("published_at", label=_("Published"), sort_key="published_at", width="12%"),
    ]


class AuthorViewSet(SnippetViewSet):
    """Authors."""

    model = Author
    icon = "user"
    list_display = ["name", "role"]


class TopicViewSet(SnippetViewSet):
    """Topics."""

    model = Topic
    icon = "tag"
    list_display = ["name", "hue"]
    list_filter = ["hue"]


class AdSlotViewSet(SnippetViewSet):
    """The site's own ad code, one place each."""

    model = AdSlot
    icon = "code"
    list_display = ["__str__", BooleanColumn("active", label=_("In use"))]


class HouseAdViewSet(SnippetViewSet):
    """House ads."""

    model = HouseAd
    icon = "image"
    list_display = ["name", "heading", BooleanColumn("active", label=_("In use"))]
    list_filter = ["active"]
    edit_handler = ObjectList(HouseAd.panels, base_form_class=HouseAdForm)


class NamesGroup(SnippetViewSetGroup):
    """Who writes, and what about."""

    menu_label = _("Names")  # type: ignore[assignment]  # said in the reader's language
    menu_icon = "group"
    menu_order = 110
    items = (AuthorViewSet, TopicViewSet)  # type: ignore[assignment]  # Wagtail says ()


class AdsGroup(SnippetViewSetGroup):
    """Ads: house ads and the site's own code."""

    menu_label = _("Ads")  # type: ignore[assignment]  # said in the reader's language
    menu_icon = "pick"
    menu_order = 420
    items = (HouseAdViewSet, AdSlotViewSet)  # type: ignore[assignment]  # Wagtail says ()


register_snippet(NamesGroup)
register_snippet(AdsGroup)


@hooks.register("register_admin_viewset")
def register_article_listing() -> PageListingViewSet:
    """Add the list of all articles to the console."""
    return ArticleListing("articles")


@hooks.register("insert_editor_js")
def let_saving_end_first() -> SafeString:
    """Send a form of the console only when what it saves by itself has arrived."""
    return format_html('<script type="module" src="{}"></script>', static("newsroom/saving.js"))


class PlainPageLinkHandler(PageLinkHandler):
    """Links to pages, read in one query: an address needs nothing of what kind of page it is."""

    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[Any]:
        """Return the linked pages in order, None for what is gone."""
        wanted = [attrs.get("id", "") for attrs in attrs_list]
        found = Page.objects.in_bulk([pk for pk in wanted if pk.isascii() and pk.isdigit()])
        return [found.get(int(pk)) if pk.isascii() and pk.isdigit() else None for pk in wanted]


# After Wagtail's own, in whose place it stands.
@hooks.register("register_rich_text_features", order=10)
def register_page_links(features: FeatureRegistry) -> None:
    """Read the pages that articles link to in one query."""
    features.register_link_type(PlainPageLinkHandler)
