"""What changes in the newsroom beside what editors write in the console."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page, Site

from masthead.newsroom import pictures, signals
from masthead.newsroom.models import ArticlePage, HomePage, PagesVersion

WRITERS, EDITORS, ADVERTISING = "Writers", "Editors", "Advertising"

_PAGES = {
    WRITERS: ("add_page", "change_page"),
    EDITORS: ("add_page", "change_page", "publish_page", "lock_page", "unlock_page"),
}
_PICTURES = ("add_image", "change_image", "choose_image")
GROUPS = {
    WRITERS: ("access_admin", "view_author", "view_topic"),
    EDITORS: (
        "access_admin",
        *(f"{verb}_{name}" for name in ("author", "topic") for verb in ("add", "change", "delete", "view")),
        "change_publicationsettings",
        *(f"{verb}_redirect" for verb in ("add", "change", "delete", "view")),
    ),
    ADVERTISING: (
        "access_admin",
        *(f"{verb}_{name}" for name in ("adslot", "housead") for verb in ("add", "change", "delete", "view")),
    ),
}


_ONLY_ROW = 1

# The apps whose permissions the groups are made of.
GRANTED_APPS = ("newsroom", "wagtailadmin", "wagtailredirects", "wagtailimages", "wagtailcore")


@transaction.atomic
def prepare_newsroom() -> HomePage | None:
    """Make an empty front page and the groups of staff, where there is no front page yet.

    Safe to repeat: with a front page there, it changes nothing, so what staff changed in the groups stays.
    Returns the front page it made.
    """
    if HomePage.objects.exists():
        return None
    Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    root = Page.get_first_root_node() or Page.add_root(instance=Page(title="Root", slug="root"))
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    site = Site.objects.filter(is_default_site=True).first()
    # The page that Wagtail makes for a new site, "Welcome to your new Wagtail site!".
    for welcome in root.get_children().filter(slug="home", content_type__model="page", numchild=0):
        if site is not None and site.root_page_id == welcome.pk:
            site.root_page = root
            site.save()
        welcome.delete()
    root = Page.objects.get(pk=root.pk)
    home: HomePage = root.add_child(instance=HomePage(title=_("Front page"), slug="home", show_in_menus=False))
    _place_site(site, home)
    prepare_groups(home)
    return home


def prepare_groups(home: HomePage) -> None:
    """Give writers, editors and the advertising desk what they need, and nothing of each other's."""
    pictures = Collection.get_first_root_node()
    for name, codenames in GROUPS.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.add(*_permissions(codenames))
        for permission in _permissions(_PAGES.get(name, ())):
            GroupPagePermission.objects.get_or_create(group=group, page=home, permission=permission)
        for permission in _permissions(_PICTURES):
            GroupCollectionPermission.objects.get_or_create(group=group, collection=pictures, permission=permission)


def prepare_pictures(article_id: int) -> int:
    """Make every shape in which the article's pictures are shown. Safe to repeat; returns how many there are."""
    article = ArticlePage.objects.filter(pk=article_id).first()
    if article is None:
        return 0
    lead_shapes = (*pictures.LIST_SHAPES, *pictures.LEAD_SHAPES, *pictures.SHARING_SHAPES)
    made = len(pictures.get_renditions(article.lead_image, lead_shapes))
    for block in article.body:
        if block.block_type == "image":
            made += len(pictures.get_renditions(block.value["image"], pictures.BODY_SHAPES))
    return made


def announce_change() -> None:
    """Have all kept pages dropped as soon as the caller's transaction holds. Safe to repeat, and cheap.

    This process is told at once; the others see the version grow. That is after the commit and not in it, so that no
    two who publish at the same time wait for one row.
    """
    noted = transaction.get_connection().run_on_commit
    if not any(told is _tell_of_change for _savepoints, told, _robust in noted):
        transaction.on_commit(_tell_of_change, robust=True)


def _tell_of_change() -> None:
    try:
        if not PagesVersion.objects.filter(pk=_ONLY_ROW).update(number=F("number") + 1):
            row, created = PagesVersion.objects.get_or_create(pk=_ONLY_ROW, defaults={"number": 1})
            if not created:
                PagesVersion.objects.filter(pk=row.pk).update(number=F("number") + 1)
    finally:
        # After the number: a page that is made between the two must not be made of what was remembered before.
        signals.pages_changed.send(None)


def _permissions(codenames: tuple[str, ...]) -> list[Permission]:
    return list(Permission.objects.filter(content_type__app_label__in=GRANTED_APPS, codename__in=codenames))


def _place_site(site: Site | None, home: HomePage) -> None:
    where = urlsplit(settings.MASTHEAD_SITE_URL)
    site = site or Site(is_default_site=True)
    site.hostname = where.hostname or "localhost"
    site.port = where.port or (443 if where.scheme == "https" else 80)
    site.root_page = home
    site.save()
