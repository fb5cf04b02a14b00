"""The newsroom in the console: what editors do, and who may do what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Site

from masthead.kit.testing.jobs import run_jobs
from masthead.newsroom import operations, queries
from masthead.newsroom import testing as paper
from masthead.newsroom.models import AdSlot, ArticlePage, HomePage, HouseAd, RelatedArticle

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the file open from which it saves a picture in another shape.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]


def staff(group: str = "") -> Client:
    person = get_user_model().objects.create_user(email=f"{group or 'owner'}@example.org".lower(), is_staff=True)
    if group:
        person.groups.add(Group.objects.get(name=group))
    else:
        person.is_superuser = True
        person.save()
    client = Client()
    client.force_login(person)
    return client


def article_form(title: str, **fields: Any) -> dict[str, Any]:
    """What the console's form posts for an article."""
    empty = {
        f"{name}-{count}": "0"
        for name in ("bylines", "related_links", "body")
        for count in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    return {
        **empty,
        "title": title,
        "slug": "a-story",
        "standfirst": "",
        "access": "everyone",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "heading",
        "body-0-id": "",
        "body-0-value": "A heading",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        **fields,
    }


class TestPrepareNewsroom:
    def test_an_empty_install_has_a_front_page_and_groups(self) -> None:
        home = HomePage.objects.get()
        assert Site.objects.get().root_page_id == home.pk
        assert {"Writers", "Editors", "Advertising"} <= set(Group.objects.values_list("name", flat=True))

    def test_done_again_changes_nothing(self) -> None:
        Group.objects.get(name="Editors").permissions.clear()
        assert operations.prepare_newsroom() is None
        assert Group.objects.get(name="Editors").permissions.count() == 0
        assert HomePage.objects.count() == 1

    def test_takes_the_place_of_wagtails_welcome(self) -> None:
        HomePage.objects.get().delete()
        root = Page.objects.get(depth=1)
        welcome = root.add_child(instance=Page(title="Welcome to your new Wagtail site!", slug="home"))
        Site.objects.all().delete()
        Site.objects.create(hostname="localhost", root_page=welcome, is_default_site=True)
        home = operations.prepare_newsroom()
        assert home is not None
        assert not Page.objects.filter(pk=welcome.pk).exists()
        site = Site.objects.get()
        assert (site.root_page_id, site.hostname, site.port) == (home.pk, "localhost", 8000)


class TestWriting:
    def test_an_editor_writes_and_publishes_an_article(self, client: Client) -> None:
        section, author = paper.make_section(), paper.make_author()
        form = article_form(
            "Lamp approved",
            **{
                "action-publish": "1",
                "bylines-TOTAL_FORMS": "1",
                "bylines-0-author": str(author.pk),
                "bylines-0-id": "",
            },
            **{"bylines-0-ORDER": "1"},
        )
        response = staff("Editors").post(
            reverse("wagtailadmin_pages:add", args=["newsroom", "articlepage", section.pk]), form
        )
        assert response.status_code == 302, response.context["form"].errors
        article = ArticlePage.objects.get(title="Lamp approved")
        assert article.live
        assert article.published_at is not None
        assert queries.get_authors(article) == (author,)
        assert "A heading" in client.get(article.url).content.decode()

    def test_a_writer_writes_and_cannot_publish(self) -> None:
        section = paper.make_section()
        form = article_form("Lamp refused", **{"action-publish": "1"})
        staff("Writers").post(reverse("wagtailadmin_pages:add", args=["newsroom", "articlepage", section.pk]), form)
        assert not ArticlePage.objects.get(title="Lamp refused").live

    def test_marked_community_only_it_is_cut_for_everyone(self, client: Client) -> None:
        article = paper.make_article(body=[("paragraph", f"<p>Sentence number {n} of it.</p>") for n in range(9)])
        assert "number 8" in client.get(article.url).content.decode()
        article.access = "community"
        article.save_revision().publish()
        assert "number 8" not in client.get(article.url).content.decode()

    def test_an_unfinished_change_is_not_seen(self, client: Client) -> None:
        article = paper.make_article(title="As printed")
        article.title = "Being changed"
        article.save_revision()
        assert "As printed" in client.get(article.url).content.decode()

    def test_the_printed_date_stays_when_published_again(self) -> None:
        article = paper.make_article(live=False)
        article.save_revision().publish()
        first = ArticlePage.objects.get(pk=article.pk).published_at
        assert first is not None
        again = ArticlePage.objects.get(pk=article.pk)
        again.title = "Changed"
        again.published_at = None
        again.save_revision().publish()
        assert ArticlePage.objects.get(pk=article.pk).published_at == first

    def test_refuses_a_printed_date_that_has_not_come(self) -> None:
        article = paper.make_article()
        article.published_at = timezone.now() + timedelta(days=2)
        with pytest.raises(ValidationError, match="has not come yet"):
            article.full_clean()

    def test_its_pictures_are_made_before_a_reader_asks(self) -> None:
        body = [("image", {"image": paper.make_picture(), "alt": "", "caption": "", "credit": ""})]
        article = paper.make_article(live=False, lead_image=paper.make_picture(width=2000, height=1500), body=body)
        article.save_revision().publish()
        run_jobs()
        assert article.lead_image.renditions.count() == 11
        assert operations.prepare_pictures(article.pk) == 14

    @pytest.mark.parametrize("group", ["Editors", "Writers", ""])
    def test_the_pages_of_the_console_open(self, group: str) -> None:
        article = paper.make_article(
            authors=[paper.make_author()], topics=[paper.make_topic()], lead_image=paper.make_picture()
        )
        client = staff(group)
        for address in (
            reverse("wagtailadmin_home"),
            reverse("wagtailadmin_pages:edit", args=[article.pk]),
            reverse("articles:index"),
        ):
            response = client.get(address)
            assert response.status_code == 200, address
        listing = client.get(reverse("articles:index")).content.decode()
        assert article.title in listing
        assert "Everyone" in listing

    def test_the_forms_of_pages_and_names_open(self) -> None:
        client = staff()
        home, section = HomePage.objects.get(), paper.make_section()
        author, topic = paper.make_author(), paper.make_topic()
        ad = HouseAd.objects.create(name="boats", heading="Row out", link="/")
        for address in (
            reverse("wagtailadmin_pages:edit", args=[home.pk]),
            reverse("wagtailadmin_pages:edit", args=[section.pk]),
            reverse("wagtailsnippets_newsroom_author:edit", args=[author.pk]),
            reverse("wagtailsnippets_newsroom_topic:edit", args=[topic.pk]),
            reverse("wagtailsnippets_newsroom_housead:edit", args=[ad.pk]),
            reverse("wagtailsnippets_newsroom_adslot:add"),
            reverse("wagtailsnippets_newsroom_adslot:list"),
            reverse("wagtailsettings:edit", args=["newsroom", "publicationsettings", Site.objects.get().pk]),
        ):
            assert client.get(address).status_code == 200, address


class TestAdsInTheConsole:
    def test_the_advertising_desk_places_a_house_ad(self) -> None:
        form = {"name": "boats", "active": "on", "heading": "Row out", "text": "", "link": "https://boats.example/",
                "link_words": "Book", "picture": "", "places": ["article-top", "article-side"]}  # fmt: skip
        response = staff("Advertising").post(reverse("wagtailsnippets_newsroom_housead:add"), form)
        assert response.status_code == 302, response.context["form"].errors
        assert HouseAd.objects.get().places == ["article-top", "article-side"]

    @pytest.mark.parametrize("group", ["Writers", "Editors"])
    def test_nobody_else_touches_ad_code(self, group: str) -> None:
        client = staff(group)
        slot = AdSlot.objects.create(place="article-top", snippet="<b>ad</b>")
        for address in (
            reverse("wagtailsnippets_newsroom_adslot:add"),
            reverse("wagtailsnippets_newsroom_adslot:edit", args=[slot.pk]),
        ):
            client.post(address, {"place": "article-side", "snippet": "<script>alert(1)</script>", "active": "on"})
        assert AdSlot.objects.get().snippet == "<b>ad</b>"

    def test_the_advertising_desk_touches_no_article(self) -> None:
        article = paper.make_article()
        client = staff("Advertising")
        response = client.get(reverse("wagtailadmin_pages:edit", args=[article.pk]))
        assert response.status_code == 302

    @pytest.mark.parametrize(
        "snippet", ["</template><script>alert(1)</script>", "<TEMPLATE >", "< / template>"[:1] + "/ template>"]
    )
    def test_code_that_would_break_out_of_its_slot_is_refused(self, snippet: str) -> None:
        with pytest.raises(ValidationError):
            AdSlot(place="article-top", snippet=snippet).full_clean()

    @pytest.mark.parametrize("link", ["javascript:alert(1)", "//evil.example", "data:text/html,x", "boats"])
    def test_links_that_are_no_web_address_are_refused(self, link: str) -> None:
        with pytest.raises(ValidationError):
            HouseAd(name="x", heading="x", link=link).full_clean()


class TestPermissionsAreThere:
    def test_every_permission_that_the_groups_need_exists(self) -> None:
        wanted = {name for names in operations.GROUPS.values() for name in names}
        assert wanted <= set(Permission.objects.values_list("codename", flat=True))


def get_frame() -> queries.Frame:
    return queries.get_frame(RequestFactory().get("/"), today=timezone.localdate())


class TestListRelated:
    def test_takes_what_an_editor_chose_in_that_order(self) -> None:
        article, first, second = (paper.make_article(title=f"Story {n}") for n in range(3))
        for order, chosen in enumerate((second, first, second)):
            RelatedArticle.objects.create(page=article, article=chosen, sort_order=order)
        assert [card.article for card in queries.list_related(article, get_frame())] == [second, first]

    def test_else_the_newest_of_its_topics_then_of_its_section(self) -> None:
        topic, other = paper.make_topic(), paper.make_section("Town Hall")
        day = datetime(2026, 3, 1, tzinfo=UTC)
        article = paper.make_article(title="It", topics=[topic], published_at=day)
        same_topic = paper.make_article(other, "Same topic", topics=[topic], published_at=day)
        same_section = paper.make_article(title="Same section", published_at=day)
        paper.make_article(other, "Neither", published_at=day)
        assert [card.article for card in queries.list_related(article, get_frame())] == [same_topic, same_section]

    def test_leaves_out_what_is_not_public(self) -> None:
        article, hidden = paper.make_article(), paper.make_article(live=False)
        RelatedArticle.objects.create(page=article, article=hidden)
        assert queries.list_related(article, get_frame()) == ()


class TestListAds:
    def test_house_ads_take_turns_and_a_page_keeps_its_own(self) -> None:
        ads = [HouseAd.objects.create(name=f"ad {n}", heading="x", link="/") for n in range(3)]
        shown = [queries.list_ads(["article-top"], get_frame(), turn=turn)["article-top"] for turn in range(6)]
        assert shown == ads * 2

    def test_an_ad_for_other_places_is_left_out(self) -> None:
        HouseAd.objects.create(name="ad", heading="x", link="/", places=["article-side"])
        HouseAd.objects.create(name="off", heading="x", link="/", active=False)
        assert list(queries.list_ads(["article-top", "article-side"], get_frame(), turn=0)) == ["article-side"]
