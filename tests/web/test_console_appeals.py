"""Appeals in the console, by the doors that staff use."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import msgspec
import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Revision, Site

from masthead.appeals import queries
from masthead.appeals.models import Appeal, AppealVariant, AskingSettings
from masthead.appeals.permissions import grant_to_groups
from masthead.community.models import Tier, TierPrice
from masthead.rules import choosing

pytestmark = pytest.mark.django_db

ADD = "/cms/snippets/appeals/appeal/add/"
LIST = "/cms/snippets/appeals/appeal/"


def url(appeal: Appeal, page: str = "edit") -> str:
    return f"/cms/snippets/appeals/appeal/{page}/{appeal.pk}/"


def sign_in(client: Client, email: str, *groups: str) -> Client:
    person = get_user_model().objects.create_user(email=email, password="")
    person.groups.add(*Group.objects.filter(name__in=groups))
    client.force_login(person)
    return client


@pytest.fixture
def groups() -> None:
    """The groups as migrating makes them; tests run without migrations' own groups."""
    grant_to_groups(using="default")
    access = Permission.objects.get(codename="access_admin")
    Group.objects.get(name="Editors").permissions.add(access)


@pytest.fixture
def manager(client: Client, groups: None) -> Client:
    return sign_in(client, "manager@example.org", "Membership managers")


@pytest.fixture
def editor(groups: None) -> Client:
    return sign_in(Client(), "editor@example.org", "Editors")


@pytest.fixture(autouse=True)
def newspaper(page_tree: None) -> None:
    Site.objects.update(site_name="The Lantern")
    tier = Tier.objects.create(key="community", name="Community")
    TierPrice.objects.create(tier=tier, currency="USD", interval="month", floor_minor=600)


def contentstate(text: str) -> str:
    """What the console's rich-text field sends."""
    block = {"key": "a", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return msgspec.json.encode({"blocks": [block], "entityMap": {}}).decode()


def form(*headings: str, action: str = "", **fields: Any) -> dict[str, Any]:
    """What the browser sends for an appeal with one variant for each heading."""
    filled: dict[str, Any] = {
        "name": "The editor asks", "placements": ["end-of-article", "banner"],
        "reads_at_least": "", "reads_at_most": "",
        "sections_in": "", "sections_out": "", "topics_in": "", "topics_out": "", "countries": "",
        "cap_showings": "4", "cap_days": "30", "closed_days": "14", "not_now_days": "30",
        "signature_name": "Ines Caldbeck", "signature_role": "Founding editor", "portrait": "", "signature_image": "",
        "go_live_at": "", "expire_at": "", "variants-TOTAL_FORMS": str(len(headings)), "variants-INITIAL_FORMS": "0",
        "variants-MIN_NUM_FORMS": "1", "variants-MAX_NUM_FORMS": "8",
    }  # fmt: skip
    for number, heading in enumerate(headings):
        variant = {
            "id": "", "key": "", "heading": heading, "body": contentstate(f"Message of {number}"), "highlighted": "",
            "join_words": "Join from {floor}", "not_now_words": "Not now", "weight": "1", "ORDER": str(number + 1),
            "DELETE": "",
        }  # fmt: skip
        filled |= {f"variants-{number}-{name}": value for name, value in variant.items()}
    return filled | ({f"action-{action}": "1"} if action else {}) | fields


def make_live(name: str = "The editor asks") -> Appeal:
    variants = [AppealVariant(heading="You’ve read {reads}", body="<p>a</p>", join_words="Join")]
    appeal = Appeal(name=name, placements=["end-of-article"], variants=variants)
    appeal.save()
    appeal.save_revision().publish()
    return appeal


def snapshot() -> choosing.Snapshot:
    loaded = queries.load_snapshot("")
    assert loaded is not None
    return msgspec.json.decode(loaded, type=choosing.Snapshot)


def errors_of(answer: Any) -> str:
    return " ".join(
        tag.get_text(" ", strip=True) for tag in BeautifulSoup(answer.content, "html.parser").select(".error-message")
    )


class TestWriteAndPublish:
    def test_brings_an_appeal_with_two_variants_into_the_snapshot(self, manager: Client) -> None:
        answer = manager.post(ADD, form("You’ve read {reads} articles", "Reader of {publication}", action="publish"))

        assert answer.status_code == 302, errors_of(answer)
        (appeal,) = snapshot().appeals
        assert appeal.name == "The editor asks"
        first, second = (variant.html for variant in appeal.variants)
        assert "You’ve read {reads} articles" in first
        assert "<p>Message of 0</p>" in first
        assert "Join from $6" in first
        assert "Reader of The Lantern" in second
        assert len({variant.key for variant in appeal.variants}) == 2

    def test_keeps_a_draft_from_readers_until_it_is_published(self, manager: Client) -> None:
        manager.post(ADD, form("You’ve read {reads} articles"))
        appeal = Appeal.objects.get()
        assert snapshot().appeals == ()
        variant = appeal.variants.get()

        sent = form("Anew", action="publish", **{"variants-INITIAL_FORMS": "1", "variants-0-id": str(variant.pk)})
        answer = manager.post(url(appeal), sent | {"variants-0-key": variant.key})

        assert answer.status_code == 302, errors_of(answer)
        assert [(v.key, "Anew" in v.html) for v in snapshot().appeals[0].variants] == [(variant.key, True)]

    def test_takes_an_appeal_down(self, manager: Client) -> None:
        appeal = make_live()

        assert manager.post(url(appeal, "unpublish")).status_code == 302

        assert snapshot().appeals == ()

    def test_refuses_two_variants_of_one_key(self, manager: Client) -> None:
        answer = manager.post(
            ADD, form("One", "Two", action="publish", **{"variants-0-key": "same", "variants-1-key": "same"})
        )

        assert "duplicate" in errors_of(answer)
        assert snapshot().appeals == ()

    def test_keeps_the_keys_of_variants_added_to_a_live_appeal_as_a_draft(self, manager: Client) -> None:
        appeal = make_live()
        variant = appeal.variants.get()
        there = {"variants-INITIAL_FORMS": "1", "variants-0-id": str(variant.pk), "variants-0-key": variant.key}
        manager.post(url(appeal), form("One", "Two", **there))
        page = BeautifulSoup(manager.get(url(appeal)).content, "html.parser")
        drafted = page.select_one("input[name=variants-1-key]")
        assert drafted is not None

        again = {**there, "variants-INITIAL_FORMS": "2", "variants-1-key": str(drafted["value"])}
        answer = manager.post(url(appeal), form("One", "Two", action="publish", **again))

        assert answer.status_code == 302, errors_of(answer)
        assert [v.key for v in snapshot().appeals[0].variants] == [variant.key, drafted["value"]]


class TestAudienceInPlainWords:
    def test_reaches_the_snapshot(self, manager: Client) -> None:
        sent = form(
            "A", action="publish", reads_at_least="3", sections_out="Obituaries, storms", languages=["en", "he"],
            devices=["mobile"], countries="Portugal, ES",
        )  # fmt: skip

        answer = manager.post(ADD, sent)

        assert answer.status_code == 302, errors_of(answer)
        assert {(c.kind, c.values) for c in snapshot().appeals[0].audience} == {
            ("reads_at_least", (3,)), ("section_out", ("obituaries", "storms")), ("language_in", ("en", "he")),
            ("device_in", ("mobile",)), ("country_in", ("PT", "ES")),
        }  # fmt: skip

    def test_is_shown_again_as_it_was_written(self, manager: Client) -> None:
        manager.post(ADD, form("A", sections_in="culture", countries="Portugal"))

        page = BeautifulSoup(manager.get(url(Appeal.objects.get())).content, "html.parser")

        assert [page.select_one(f"[name={name}]")["value"] for name in ("sections_in", "countries")] == [
            "culture", "PT",
        ]  # fmt: skip

    def test_offers_the_sites_own_topics_to_tick_and_keeps_those_that_are_gone(
        self, manager: Client, settings: Any
    ) -> None:
        from masthead.newsroom.models import Topic

        settings.MASTHEAD_TOPIC_MODEL = "newsroom.Topic"
        Topic.objects.create(name="Harbour bridge", slug="harbour-bridge")
        manager.post(ADD, form("A", topics_in=["harbour-bridge", "long-gone"]))

        page = BeautifulSoup(manager.get(url(Appeal.objects.get())).content, "html.parser")
        ticks = {tick["value"]: tick.has_attr("checked") for tick in page.select("[name=topics_in]")}

        assert ticks == {"harbour-bridge": True, "long-gone": True}
        assert "long-gone (no longer there)" in page.get_text()
        assert Appeal.objects.get().topics_in == ["harbour-bridge", "long-gone"]

    def test_refuses_a_country_that_is_none(self, manager: Client) -> None:
        assert "There is no country “Ruritania”" in errors_of(manager.post(ADD, form("A", countries="Ruritania")))

    def test_refuses_a_section_that_no_address_could_hold(self, manager: Client) -> None:
        assert "is no name that an address could hold" in errors_of(manager.post(ADD, form("A", sections_in="a/<b>")))


class TestRefusals:
    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"placements": []}, "Choose at least one place"),
            ({"variants-0-heading": "{raeds} articles"}, "There is no placeholder {raeds}"),
            ({"variants-0-body": contentstate("Hello {nobody}")}, "There is no placeholder {nobody}"),
            ({"reads_at_least": "9", "reads_at_most": "3"}, "No reader has at least 9 and at most 3 reads"),
            ({"cap_showings": "0"}, "greater than or equal to 1"),
            ({"variants-0-heading": ""}, "This field is required"),
            ({"variants-TOTAL_FORMS": "0"}, "at least 1"),
            ({"placements": ["ceiling"]}, "ceiling"),
        ],
    )
    def test_come_with_a_sentence_and_publish_nothing(
        self, manager: Client, fields: dict[str, Any], sentence: str
    ) -> None:
        answer = manager.post(ADD, form("A", action="publish") | fields)

        assert answer.status_code == 200
        assert sentence in errors_of(answer)
        assert snapshot().appeals == ()

    def test_hostile_copy_is_saved_without_what_could_run(self, manager: Client) -> None:
        entity = {"0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "javascript:alert(1)"}}}
        block = {
            "key": "a", "text": "click <img src=x onerror=alert(1)>", "type": "unstyled", "depth": 0,
            "inlineStyleRanges": [], "entityRanges": [{"offset": 0, "length": 5, "key": 0}],
        }  # fmt: skip
        body = msgspec.json.encode({"blocks": [block], "entityMap": entity}).decode()

        answer = manager.post(ADD, form("<script>alert(1)</script>", action="publish") | {"variants-0-body": body})

        assert answer.status_code == 302, errors_of(answer)
        html = snapshot().appeals[0].variants[0].html
        assert "javascript" not in html
        assert "<script" not in html
        assert "<img" not in html


class TestSchedule:
    def test_goes_live_when_its_time_comes_and_ends_at_its_end(self, manager: Client) -> None:
        answer = manager.post(
            ADD, form("A", action="publish", go_live_at="2099-01-01 10:00", expire_at="2099-02-01 10:00")
        )
        assert answer.status_code == 302, errors_of(answer)
        appeal = Appeal.objects.get()
        assert (appeal.live, appeal.approved_schedule, snapshot().appeals) == (False, True, ())

        Revision.objects.update(approved_go_live_at=timezone.now() - timedelta(seconds=1))
        for revision in Revision.objects.all():
            revision.content["go_live_at"] = (timezone.now() - timedelta(seconds=1)).isoformat()
            revision.save()
        call_command("publish_scheduled")
        assert [a.name for a in snapshot().appeals] == ["The editor asks"]

        Appeal.objects.update(expire_at=timezone.now() - timedelta(seconds=1))
        assert snapshot().appeals == ()
        call_command("publish_scheduled")
        appeal.refresh_from_db()
        assert (appeal.live, appeal.expired) == (False, True)

    def test_runs_as_recurring_work_every_few_seconds(self) -> None:
        from masthead.kit.jobs.schedule import list_periods

        assert list_periods()["masthead.appeals.tasks.publish_due"].seconds <= 10


class TestPreview:
    def preview(self, client: Client, appeal: Appeal, mode: str) -> BeautifulSoup:
        answer = client.get(url(appeal, "preview"), {"mode": mode, "in_preview_panel": "true"})
        assert answer.status_code == 200
        return BeautifulSoup(answer.content, "html.parser")

    def saved(self, client: Client, **fields: Any) -> Appeal:
        """Save two variants, then send the form to the preview as the console does while one types."""
        headings = ("You’ve read {reads}", "Second")
        assert client.post(ADD, form(*headings, **fields)).status_code == 302
        appeal = Appeal.objects.get()
        there = {"variants-INITIAL_FORMS": "2"}
        for number, variant in enumerate(appeal.variants.all()):
            there |= {f"variants-{number}-id": str(variant.pk), f"variants-{number}-key": str(variant.key)}
        answer = client.post(url(appeal, "preview"), form(*headings, **fields, **there))
        assert answer.json() == {"is_valid": True, "is_available": True}
        return appeal

    def test_shows_each_variant_in_each_place_as_a_dedicated_reader_sees_it(self, manager: Client) -> None:
        appeal = self.saved(manager, placements=["end-of-article", "banner", "letter"])

        for mode, container in (
            ("1:end-of-article", "[data-masthead-slot=end-of-article] > .mh-appeal"),
            ("1:banner", ".mh-banner > .mh-appeal"),
            ("1:letter", "dialog.mh-letter > .mh-appeal"),
        ):
            (shown,) = self.preview(manager, appeal, mode).select(container)
            assert "You’ve read 7" in shown.get_text()
        assert "Second" in self.preview(manager, appeal, "2:banner").get_text()

    def test_shows_all_variants_side_by_side(self, manager: Client) -> None:
        page = self.preview(manager, self.saved(manager), "all")

        assert len(page.select(".preview__variant .mh-appeal")) == 2
        assert page.select_one('link[href="/_masthead/tag.css"]')

    def test_says_why_a_variant_cannot_be_shown(self, manager: Client) -> None:
        TierPrice.objects.all().delete()

        page = self.preview(manager, self.saved(manager), "all")

        assert "There is nothing to put in the place of {floor} yet." in page.get_text()

    def test_offers_every_place_and_variant(self) -> None:
        appeal = make_live()

        assert [mode for mode, _label in appeal.preview_modes] == ["1:end-of-article", "all"]

    def test_is_closed_to_strangers(self, manager: Client) -> None:
        appeal = self.saved(manager)

        assert Client().get(url(appeal, "preview")).status_code == 302


class TestList:
    def test_says_whom_each_appeal_asks_and_what_is_wrong_with_it(self, manager: Client) -> None:
        make_live("Sound")
        broken = make_live("Broken")
        AppealVariant.objects.filter(appeal=broken).update(heading="{raeds}")

        rows = BeautifulSoup(manager.get(LIST).content, "html.parser").select("tbody tr")

        sound, bad = (row.get_text(" ", strip=True) for row in rows)
        assert "5 articles read, or more" in sound
        assert "Not shown" not in sound
        assert "Not shown: There is no placeholder {raeds}" in bad

    def test_says_that_everything_is_stopped(self, manager: Client) -> None:
        make_live()
        AskingSettings.objects.create(site=Site.objects.get(), stopped=True)

        assert "Everything is stopped" in manager.get(LIST).content.decode()

    def test_moves_an_appeal_up_and_tells_edge(self, manager: Client) -> None:
        first, second = make_live("First"), make_live("Second")
        held = snapshot().version

        answer = manager.post(url(second, "reorder") + "?position=0")

        assert answer.json() == {"success": True}
        assert [appeal.key for appeal in snapshot().appeals] == [second.key, first.key]
        assert snapshot().version != held

    @pytest.mark.parametrize("position", ["", "-3", "x", "99", "½"])
    def test_moves_to_the_end_for_a_place_that_is_none(self, manager: Client, position: str) -> None:
        first, second = make_live("First"), make_live("Second")

        assert manager.post(url(first, "reorder") + f"?position={position}").status_code == 200

        assert list(Appeal.objects.all()) == [second, first]

    def test_answers_for_many_appeals_without_a_query_for_each_variant(
        self, manager: Client, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(12):
            make_live(str(number))
        manager.get(LIST)

        with django_assert_max_num_queries(60):
            assert manager.get(LIST).status_code == 200


class TestSettings:
    def test_stop_everything_with_one_tick(self, manager: Client) -> None:
        make_live()
        page = reverse("wagtailsettings:edit", args=["appeals", "askingsettings", Site.objects.get().pk])
        assert manager.get(page).status_code == 200

        answer = manager.post(page, {"stopped": "on", "dedicated_reads": "5", "holdout_percent": "0"})

        assert answer.status_code == 302
        assert snapshot().appeals == ()


class TestWhoMayDoWhat:
    def test_a_membership_manager_publishes_appeals_but_no_article(self, manager: Client) -> None:
        from wagtail.models import Page

        page = Page.objects.get(depth=1).add_child(instance=Page(title="News", slug="news-of-today", live=False))

        assert manager.get(LIST).status_code == 200
        assert manager.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 302
        assert manager.get(reverse("wagtailadmin_pages:add_subpage", args=[page.pk])).status_code in (302, 403)
        person = get_user_model().objects.get(email="manager@example.org")
        assert not page.permissions_for_user(person).can_publish()
        assert not page.permissions_for_user(person).can_edit()

    def test_an_editor_neither_sees_nor_publishes_nor_moves_nor_stops_appeals(self, editor: Client) -> None:
        appeal = make_live()

        for answer in (
            editor.get(LIST),
            editor.get(ADD),
            editor.post(ADD, form("A", action="publish")),
            editor.get(url(appeal)),
            editor.post(url(appeal, "unpublish")),
            editor.post(url(appeal, "delete")),
            editor.post(url(appeal, "reorder") + "?position=0"),
            editor.get(reverse("wagtailsettings:edit", args=["appeals", "askingsettings"])),
        ):
            assert answer.status_code in (302, 403)
            assert answer.status_code == 403 or answer["Location"] == "/cms/"
        assert [a.key for a in snapshot().appeals] == [appeal.key]

    def test_who_may_only_write_cannot_publish(self, groups: None) -> None:
        writer = sign_in(Client(), "writer@example.org")
        person = get_user_model().objects.get(email="writer@example.org")
        person.user_permissions.add(
            *Permission.objects.filter(codename__in=["add_appeal", "change_appeal", "access_admin"])
        )

        writer.post(ADD, form("A", action="publish"))
        live = make_live("Live")
        before = list(Appeal.objects.all())
        writer.post(url(live, "reorder") + "?position=0")

        assert list(Appeal.objects.all()) == before
        assert [a.key for a in snapshot().appeals] == [live.key]
        assert Appeal.objects.get(name="The editor asks").live is False

    def test_the_groups_are_made_once_and_keep_what_was_added(self, groups: None) -> None:
        managers = Group.objects.get(name="Membership managers")
        extra = Permission.objects.get(codename="add_image", content_type__app_label="wagtailimages")
        managers.permissions.add(extra)
        before = set(managers.permissions.all())

        grant_to_groups(using="default")

        assert set(managers.permissions.all()) == before
        assert not Permission.objects.filter(group__name="Editors", content_type__app_label="appeals").exists()
        assert managers.permissions.filter(codename="publish_appeal").exists()


class TestPictures:
    @pytest.fixture(autouse=True)
    def no_pictures_of_other_tests(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cache.clear()
        # Wagtail leaves the file that it draws into to the garbage collector, which Python warns of.
        monkeypatch.setattr("wagtail.images.models.SpooledTemporaryFile", lambda **_options: BytesIO())

    def test_stand_in_the_markup_as_the_sites_own_media(self, manager: Client) -> None:
        portrait = get_image_model().objects.create(title="Portrait", file=get_test_image_file())

        answer = manager.post(ADD, form("A", action="publish", portrait=str(portrait.pk)))

        assert answer.status_code == 302, errors_of(answer)
        markup = BeautifulSoup(snapshot().appeals[0].variants[0].html, "html.parser")
        image = markup.select_one("img.mh-appeal__portrait")
        assert image is not None
        assert str(image["src"]).startswith("/media/")
        assert markup.select_one(".mh-appeal__name").get_text() == "Ines Caldbeck"

    def test_a_picture_whose_file_is_gone_is_left_out_and_stops_nothing(self, manager: Client) -> None:
        broken = get_image_model().objects.create(title="Gone", file=get_test_image_file())
        broken.file.storage.delete(broken.file.name)

        manager.post(ADD, form("A", action="publish", portrait=str(broken.pk)))

        assert "<img" not in snapshot().appeals[0].variants[0].html

    def test_a_deleted_picture_is_heard_of(self, manager: Client) -> None:
        portrait = get_image_model().objects.create(title="Portrait", file=get_test_image_file())
        manager.post(ADD, form("A", action="publish", portrait=str(portrait.pk)))
        held = snapshot().version

        portrait.delete()

        assert queries.load_snapshot(held) is not None
        assert "<img" not in snapshot().appeals[0].variants[0].html
