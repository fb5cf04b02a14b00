"""Appeals from the row to the snapshot that edge decides by."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Site

from masthead.appeals import operations, queries, receivers, rendering
from masthead.appeals.checks import check_vocabulary
from masthead.appeals.models import Appeal, AppealVariant, AskingSettings, SnapshotVersion
from masthead.community.models import Tier, TierPrice
from masthead.newsroom.models import HomePage, PublicationSettings, SectionPage, Topic
from masthead.rules import choosing
from masthead.rules.audience import Page, Placement, Reader

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def publication(page_tree: None) -> None:
    Site.objects.update(site_name="The Lantern")


def make_appeal(name: str = "The editor asks", *, variants: int = 1, publish: bool = True, **fields: Any) -> Appeal:
    """Write an appeal as staff would, and publish it."""
    copy = [
        AppealVariant(heading=f"You’ve read {{reads}} articles, {n}", body="<p>Thank you.</p>", join_words="Join")
        for n in range(variants)
    ]
    appeal = Appeal(name=name, placements=["end-of-article"], live=False, variants=copy, **fields)
    appeal.save()
    revision = appeal.save_revision()
    if publish:
        revision.publish()
        appeal.refresh_from_db()
    return appeal


def make_tier(key: str = "community", *floors: tuple[str, int], order: int = 0, active: bool = True) -> Tier:
    tier = Tier.objects.create(key=key, name=key.title(), order=order, active=active)
    for currency, floor in floors or (("USD", 600),):
        TierPrice.objects.create(tier=tier, currency=currency, interval="month", floor_minor=floor)
    return tier


def load(version: str = "") -> choosing.Snapshot | None:
    """Fetch the snapshot as edge does."""
    loaded = queries.load_snapshot(version)
    return None if loaded is None else msgspec.json.decode(loaded, type=choosing.Snapshot)


def newest() -> choosing.Snapshot:
    snapshot = load()
    assert snapshot is not None
    return snapshot


class TestCompileSnapshot:
    def test_carries_a_published_appeal_whole(self) -> None:
        starts = NOW - timedelta(days=1)
        appeal = make_appeal(
            variants=2, go_live_at=starts, expire_at=NOW + timedelta(days=365 * 200), cap_showings=3, cap_days=20,
            closed_days=5, not_now_days=40, reads_at_most=50, sections_out=["obituaries"], topics_in=["budget"],
            languages=["en"], devices=["mobile"], countries=["PT"],
        )  # fmt: skip

        compiled = newest().appeals[0]

        assert (compiled.key, compiled.name, compiled.placements) == (
            str(appeal.pk), "The editor asks", (Placement.END_OF_ARTICLE,)
        )  # fmt: skip
        assert (compiled.starts_at, compiled.ends_at) == (appeal.go_live_at, appeal.expire_at)
        assert (compiled.cap_showings, compiled.cap_days, compiled.closed_days, compiled.not_now_days) == (3, 20, 5, 40)
        assert [variant.key for variant in compiled.variants] == [v.key for v in appeal.variants.all()]
        assert {(c.kind, c.values) for c in compiled.audience} == {
            ("reads_at_least", (5,)), ("reads_at_most", (50,)), ("section_out", ("obituaries",)),
            ("topic_in", ("budget",)), ("language_in", ("en",)), ("device_in", ("mobile",)), ("country_in", ("PT",)),
        }  # fmt: skip

    def test_is_chosen_for_a_dedicated_reader_and_for_nobody_else(self) -> None:
        appeal = make_appeal()
        chooser = choosing.Chooser(newest())
        page = Page(placements=(Placement.END_OF_ARTICLE,))

        assert chooser.choose(Reader(seed=b"a", reads=4), page, NOW).appeals == {}
        chosen = chooser.choose(Reader(seed=b"a", reads=5), page, NOW).appeals[Placement.END_OF_ARTICLE]
        assert chosen.appeal.key == appeal.key
        assert "You’ve read {reads} articles" in chosen.variant.html
        assert chooser.choose(Reader(seed=b"a", reads=5, is_member=True), page, NOW).appeals == {}

    def test_asks_everyone_where_the_least_number_of_reads_is_nought(self) -> None:
        make_appeal(reads_at_least=0)

        assert newest().appeals[0].audience == ()

    def test_follows_the_asking_settings(self) -> None:
        make_appeal()
        AskingSettings.objects.create(site=Site.objects.get(), dedicated_reads=8, holdout_percent=5, needs_consent=True)

        snapshot = newest()

        assert (snapshot.dedicated_reads, snapshot.holdout_percent, snapshot.window_days) == (8, 5, 30)
        assert snapshot.needs_consent
        assert snapshot.appeals[0].audience[0].values == (8,)

    def test_holds_nothing_while_everything_is_stopped(self) -> None:
        make_appeal()
        AskingSettings.objects.create(site=Site.objects.get(), stopped=True)

        assert newest().appeals == ()

    def test_leaves_drafts_expired_and_future_appeals_out(self) -> None:
        make_appeal("draft", publish=False)
        make_appeal("future", go_live_at=timezone.now() + timedelta(hours=1))
        live = make_appeal("live")
        over = make_appeal("over")
        Appeal.objects.filter(pk=over.pk).update(expire_at=timezone.now() - timedelta(seconds=1))

        assert [appeal.key for appeal in newest().appeals] == [live.key]

    def test_keeps_the_order_of_priority(self) -> None:
        first, second, third = make_appeal("1"), make_appeal("2"), make_appeal("3")

        operations.move_appeal(third, position=0, now=NOW)

        assert [appeal.key for appeal in newest().appeals] == [third.key, first.key, second.key]

    def test_names_the_words_that_audiences_speak_of(self) -> None:
        make_appeal(sections_in=["politics"], topics_out=["storms"])

        snapshot = newest()

        assert "politics" in snapshot.sections
        assert "storms" in snapshot.topics


class TestPlaceholdersInTheSnapshot:
    def test_fills_in_publication_month_and_floor(self) -> None:
        make_tier()
        appeal = make_appeal(publish=False)
        variant = appeal.variants.get()
        variant.heading, variant.join_words = "{publication} in {month}", "Join from {floor}"
        appeal.variants = [variant]
        appeal.save()

        compiled = queries.make_compiler(now=NOW).compile(appeal)

        assert "The Lantern in November" in compiled.variants[0].html
        assert "Join from $6" in compiled.variants[0].html

    def test_takes_the_lowest_monthly_floor_on_offer_in_the_first_tiers_currency(self) -> None:
        make_tier("patron", ("USD", 2500), order=1)
        make_tier("community", ("USD", 600), ("JPY", 100), order=0)
        make_tier("retired", ("USD", 100), order=2, active=False)

        assert queries.get_placeholder_values(now=NOW)["floor"] == "$6"

    def test_escapes_the_name_of_the_publication(self) -> None:
        Site.objects.update(site_name="<b>Lantern</b><script>")
        appeal = make_appeal(publish=False)
        appeal.variants = [AppealVariant(heading="{publication}", body="<p>{publication}</p>", join_words="Join")]
        appeal.save()

        html = queries.make_compiler(now=NOW).compile(appeal).variants[0].html

        assert html.count("&lt;b&gt;Lantern&lt;/b&gt;&lt;script&gt;") == 2

    def test_changes_the_version_with_the_month(self) -> None:
        november = queries.get_snapshot_version(now=NOW)

        assert queries.get_snapshot_version(now=NOW + timedelta(days=9)) != november
        assert queries.get_snapshot_version(now=NOW + timedelta(days=1)) == november


class TestMalformedAppeal:
    def test_does_not_stop_the_others_and_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        broken, sound = make_appeal("broken"), make_appeal("sound")
        AppealVariant.objects.filter(appeal=broken).update(heading="From {floor}")

        with caplog.at_level(logging.WARNING, "masthead.appeals"):
            assert [appeal.name for appeal in newest().appeals] == ["sound"]

        assert (
            f"Appeal {broken.key} is not shown: There is nothing to put in the place of {{floor}} yet." in caplog.text
        )
        assert sound.key

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"placements": []}, "No place is chosen"),
            ({"placements": ["ceiling"]}, "unforeseen"),
            ({"sections_in": [1]}, "cannot be understood"),
            ({"sections_in": 7}, "unforeseen"),
        ],
    )
    def test_says_what_is_wrong(self, fields: dict[str, Any], fault: str) -> None:
        appeal = make_appeal()
        Appeal.objects.filter(pk=appeal.pk).update(**fields)
        appeal.refresh_from_db()

        assert fault in queries.make_compiler(now=NOW).find_fault(appeal)
        assert newest().appeals == ()

    def test_says_when_no_variant_is_ever_drawn(self) -> None:
        appeal = make_appeal()
        appeal.variants.update(weight=0)

        assert "weight" in queries.make_compiler(now=NOW).find_fault(Appeal.objects.get(pk=appeal.pk))

    def test_finds_no_fault_in_a_sound_one(self) -> None:
        assert queries.make_compiler(now=NOW).find_fault(make_appeal()) == ""


class TestLoadSnapshot:
    def test_answers_nothing_with_one_query_while_nothing_changes(self) -> None:
        make_appeal()
        held = newest().version

        with CaptureQueriesContext(connection) as asked:
            assert load(held) is None

        assert len(asked) == 1

    def test_brings_a_published_appeal_and_takes_an_unpublished_one_away(self) -> None:
        held = newest().version
        appeal = make_appeal()

        after = load(held)
        assert after is not None
        assert [a.key for a in after.appeals] == [appeal.key]

        appeal.unpublish()
        last = load(after.version)
        assert last is not None
        assert last.appeals == ()

    def test_hears_of_a_deleted_appeal(self) -> None:
        appeal = make_appeal()
        held = newest().version

        appeal.delete()

        assert load(held) is not None
        assert newest().appeals == ()

    def test_hears_of_a_new_wording_only_when_it_is_published(self) -> None:
        appeal = make_appeal()
        held = newest().version
        draft = appeal.get_latest_revision_as_object()
        draft.variants = [AppealVariant(heading="Anew", body="<p>a</p>", join_words="Join")]

        revision = draft.save_revision()
        assert load(held) is None

        revision.publish()
        after = load(held)
        assert after is not None
        assert "Anew" in after.appeals[0].variants[0].html

    @pytest.mark.parametrize("change", ["move", "settings", "site", "tier", "price"])
    def test_hears_of_every_other_change(self, change: str) -> None:
        appeal, tier = make_appeal(), make_tier()
        asking = AskingSettings.objects.create(site=Site.objects.get())
        held = newest().version

        {
            "move": lambda: operations.move_appeal(appeal, position=0, now=NOW),
            "settings": asking.save,
            "site": Site.objects.get().save,
            "tier": tier.save,
            "price": TierPrice.objects.get().delete,
        }[change]()

        assert load(held) is not None

    def test_hears_nothing_of_a_change_that_is_rolled_back(self) -> None:
        appeal = make_appeal()
        held = newest().version

        with transaction.atomic():
            appeal.unpublish()
            transaction.set_rollback(True)

        assert load(held) is None

    def test_starts_a_version_where_there_is_no_row(self) -> None:
        SnapshotVersion.objects.all().delete()

        operations.bump_snapshot_version(now=NOW)
        operations.bump_snapshot_version(now=NOW)

        assert SnapshotVersion.objects.get().number == 2


class TestVocabulary:
    """The sections, topics and the publication's name come from rows that a setting names."""

    @pytest.fixture(autouse=True)
    def told(self, settings: Any) -> None:
        settings.MASTHEAD_SECTION_MODEL = "newsroom.SectionPage"
        settings.MASTHEAD_TOPIC_MODEL = "newsroom.Topic"
        settings.MASTHEAD_PUBLICATION_MODEL = "newsroom.PublicationSettings"
        receivers.connect()

    def test_follows_the_topics_of_the_newsroom(self) -> None:
        held = newest().version

        Topic.objects.create(name="Harbour bridge", slug="harbour-bridge")

        after = load(held)
        assert after is not None
        assert after.topics == ("harbour-bridge",)

    def test_holds_live_sections_only(self) -> None:
        home = HomePage.objects.get()
        home.add_child(instance=SectionPage(title="Culture", slug="culture"))
        home.add_child(instance=SectionPage(title="Planned", slug="planned", live=False))

        assert newest().sections == ("culture",)

    def test_takes_the_name_of_the_publication_from_its_own_row(self) -> None:
        held = newest().version

        PublicationSettings.objects.update_or_create(site=Site.objects.get(), defaults={"name": "The Daily Gull"})

        assert load(held) is not None
        assert queries.get_placeholder_values(now=NOW)["publication"] == "The Daily Gull"

    @pytest.mark.parametrize("label", ["newsroom.Nothing", "nothing", "newsroom.HouseAd"])
    def test_refuses_at_the_start_what_is_no_such_row(self, settings: Any, label: str) -> None:
        assert check_vocabulary() == []
        settings.MASTHEAD_SECTION_MODEL = label

        assert [mistake.id for mistake in check_vocabulary()] == ["appeals.E001"]


class TestVariantKeys:
    def test_outlive_drafts_and_publications(self) -> None:
        appeal = make_appeal(variants=2)
        kept = [variant.key for variant in appeal.variants.all()]
        draft = appeal.get_latest_revision_as_object()
        new = AppealVariant(heading="C", body="<p>c</p>", join_words="Join", sort_order=9)
        draft.variants = [*draft.variants.all(), new]
        revision = draft.save_revision()

        for _again in range(3):
            revision.publish()

        assert [variant.key for variant in AppealVariant.objects.order_by("pk")] == [*kept, new.key]


class TestPriority:
    def test_puts_a_new_appeal_last_however_it_was_made(self) -> None:
        appeals = [make_appeal(name) for name in "abc"]

        assert [appeal.sort_order for appeal in Appeal.objects.all()] == [0, 1, 2]
        assert list(Appeal.objects.all()) == appeals

    def test_is_no_part_of_an_earlier_version(self) -> None:
        first, second = make_appeal("1"), make_appeal("2")
        old = first.get_latest_revision()
        operations.move_appeal(first, position=1, now=NOW)

        old.publish()

        assert [appeal.pk for appeal in Appeal.objects.all()] == [second.pk, first.pk]

    @pytest.mark.parametrize(("position", "order"), [(0, "caba"), (99, ""), (-1, "")])
    def test_moves_to_the_end_when_told_a_place_that_is_none(self, position: int, order: str) -> None:
        appeals = [make_appeal(name) for name in "abc"]

        operations.move_appeal(appeals[0], position=position, now=NOW)

        names = "".join(appeal.name for appeal in Appeal.objects.all())
        assert names == ("abc" if position == 0 else "bca")
        assert sorted(Appeal.objects.values_list("sort_order", flat=True)) == [0, 1, 2]


class TestWhatIsRefused:
    def test_an_audience_that_nobody_can_meet(self) -> None:
        with pytest.raises(ValidationError, match="No reader has at least 9 and at most 3 reads"):
            Appeal(name="a", placements=["banner"], reads_at_least=9, reads_at_most=3).full_clean()

    def test_a_section_wanted_and_unwanted(self) -> None:
        with pytest.raises(ValidationError, match="Both wanted and unwanted: culture"):
            Appeal(
                name="a", placements=["banner"], sections_in=["culture", "sport"], sections_out=["culture"]
            ).full_clean()

    def test_no_place_to_show(self) -> None:
        with pytest.raises(ValidationError, match="at least one place"):
            Appeal(name="a").full_clean()

    def test_an_unknown_placeholder(self) -> None:
        with pytest.raises(ValidationError) as refused:
            AppealVariant(heading="{raeds}", body="<p>{nobody}</p>", join_words="Join").clean()

        assert set(refused.value.message_dict) == {"heading", "body"}
        assert "{raeds}" in refused.value.message_dict["heading"][0]


class TestSavingCopy:
    HOSTILE = '<p onclick="x()">Dear <script>alert(1)</script>reader</p>'

    def test_cleans_a_variant_saved_by_itself(self) -> None:
        appeal = make_appeal()

        AppealVariant.objects.create(appeal=appeal, heading="a", body=self.HOSTILE, join_words="Join")

        assert appeal.variants.order_by("-pk")[0].body == "<p>Dear reader</p>"

    def test_cleans_a_draft(self) -> None:
        appeal = make_appeal()
        appeal.variants = [AppealVariant(heading="a", body=self.HOSTILE, join_words="Join")]

        revision = appeal.save_revision()

        assert revision.content["variants"][0]["body"] == "<p>Dear reader</p>"

    @pytest.mark.parametrize("broken", ["clean_copy", "clean_markup"])
    def test_cleans_twice_on_the_way_to_readers(self, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
        appeal = make_appeal()
        appeal.variants.update(body=self.HOSTILE)
        monkeypatch.setattr(rendering, broken, lambda html: html)

        html = queries.make_compiler(now=NOW).compile(Appeal.objects.get(pk=appeal.pk)).variants[0].html

        assert "script" not in html
        assert "onclick" not in html

    def test_cleans_again_what_came_into_the_database_another_way(self) -> None:
        appeal = make_appeal()
        appeal.variants.update(body=self.HOSTILE, heading="<script>alert(1)</script>")

        html = queries.make_compiler(now=NOW).compile(Appeal.objects.get(pk=appeal.pk)).variants[0].html

        assert "<p>Dear reader</p>" in html
        assert "<script" not in html
        assert "onclick" not in html


class TestGroups:
    def test_are_there_once_the_tables_are(self) -> None:
        managers = Group.objects.get(name="Membership managers")

        assert set(managers.permissions.values_list("codename", flat=True)) >= {
            "access_admin", "add_appeal", "change_appeal", "publish_appeal", "change_askingsettings", "change_tier",
            "view_membership", "view_numbers",
        }  # fmt: skip
        assert not managers.permissions.filter(content_type__app_label="newsroom").exists()
        assert not Permission.objects.filter(group__name="Editors", content_type__app_label="appeals").exists()


class TestLinksToPages:
    def test_become_their_addresses_and_follow_them(self, django_capture_on_commit_callbacks: Any) -> None:
        page = HomePage.objects.get().add_child(instance=SectionPage(title="Why", slug="why"))
        appeal = make_appeal()
        appeal.variants.update(body=f'<p><a linktype="page" id="{page.pk}">why</a></p>')
        operations.bump_snapshot_version(now=NOW)
        held = newest()
        assert '<a href="/why/">why</a>' in held.appeals[0].variants[0].html

        with django_capture_on_commit_callbacks(execute=True):
            page.slug = "why-we-ask"
            page.save_revision().publish()

        after = load(held.version)
        assert after is not None
        assert '<a href="/why-we-ask/">why</a>' in after.appeals[0].variants[0].html

    def test_to_pages_that_are_gone_lead_nowhere(self) -> None:
        appeal = make_appeal()
        appeal.variants.update(body='<p><a linktype="page" id="999999">why</a></p>')

        assert "<a>why</a>" in queries.make_compiler(now=NOW).compile(Appeal.objects.get()).variants[0].html
