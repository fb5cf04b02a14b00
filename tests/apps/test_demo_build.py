"""Building the demonstration: once, again, and after staff have been at work."""

from __future__ import annotations

import gc
import hashlib
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as site_settings
from django.contrib.auth import authenticate
from django.core import serializers
from django.core.management import call_command
from django.test import Client, RequestFactory, TestCase
from django.utils import timezone
from PIL import Image as Drawing
from wagtail.images.models import Image
from wagtail.models import Page, Site

from masthead.accounts.models import User
from masthead.appeals.models import Appeal
from masthead.appeals.queries import compile_snapshot
from masthead.community.models import Contribution, Membership, Tier
from masthead.demo.content import load_newspaper
from masthead.demo.operations import Built, Plan, SiteInUse, build, supporters
from masthead.demo.operations.asking import add_appeals, add_tiers
from masthead.demo.operations.staff import CARE, EDITOR, FILE, MANAGER, add_staff, list_sign_ins
from masthead.demo.operations.supporters import add_supporters
from masthead.demo.readership import READERS, ReadArticle, ShownVariant, imagine_counts
from masthead.demo.traces import Traces, name_uuid
from masthead.insight.models import HourlyReads, HourlyShowings
from masthead.insight.queries.outcomes import NOT_KNOWN, list_outcomes
from masthead.insight.queries.periods import last_days
from masthead.kit.testing.network import get_free_port
from masthead.newsroom import testing as newsroom
from masthead.newsroom.models import (
    ArticlePage,
    Author,
    HomePage,
    HouseAd,
    ImportedItem,
    PublicationSettings,
    SectionPage,
    Topic,
)
from masthead.payments.models import Checkout, Payment, Subscription
from masthead.payments.operations import reconcile
from masthead.payments.providers.base import PaymentsUnavailable
from masthead.payments.sandbox.serve import RunningSandbox
from masthead.payments.sandbox.wiring import make_configured_app
from masthead.rules.counting import ReadFact, ShowingFact

# Wagtail leaves the files of fresh renditions to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")

PAPER = load_newspaper()
PLAN = Plan(picture_width=64, staff_password="a password for tests only", has_supporters=False)


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Collect those files here, and not during somebody else's test."""
    yield
    gc.collect()


def fingerprint() -> dict[str, str]:
    """What every table holds, but those of jobs and of letters on their way."""
    left_out = {"jobs.Job", "jobs.Schedule", "letters.Letter", "sessions.Session", "auth.Permission"}
    return {
        model._meta.label: hashlib.sha256(
            serializers.serialize("json", model._default_manager.order_by("pk")).encode()
        ).hexdigest()
        for model in apps.get_models()
        if model._meta.label not in left_out
    }


class TestBuild(TestCase):
    """One build, looked at from all sides; each test changes a copy that is thrown away."""

    built: Built
    now: datetime

    @classmethod
    def setUpTestData(cls) -> None:
        cls.now = timezone.now()
        cls.built = build(now=cls.now, plan=PLAN)

    def test_publishes_every_article(self) -> None:
        assert ArticlePage.objects.live().count() == len(PAPER.articles)
        assert ArticlePage.objects.filter(access="community").count() == self.built.community_articles
        assert SectionPage.objects.live().count() == len(PAPER.sections)
        assert set(Author.objects.values_list("slug", flat=True)) == {author.slug for author in PAPER.authors}
        assert Topic.objects.count() == len(PAPER.topics)

    def test_dates_nothing_in_the_future(self) -> None:
        for article in ArticlePage.objects.all():
            assert article.published_at is not None
            assert article.published_at <= self.now
            assert article.first_published_at == article.last_published_at == article.published_at
            assert article.updated_at is None or article.published_at < article.updated_at <= self.now

    def test_keeps_the_order_of_the_content(self) -> None:
        newest = ArticlePage.objects.order_by("-published_at").values_list("slug", flat=True)
        assert list(newest) == [article.slug for article in PAPER.articles]

    def test_names_everything_alike_on_every_machine(self) -> None:
        article = ArticlePage.objects.get(slug="maud-tellis")
        assert article.translation_key == name_uuid("article", "maud-tellis")
        assert article.body[0].id == str(name_uuid("block", "maud-tellis/0"))
        assert str(name_uuid("article", "maud-tellis")) == "d08a4a43-9a6b-50f9-b458-d4b883019b6a"

    def test_gives_every_article_a_described_picture(self) -> None:
        for article in ArticlePage.objects.select_related("lead_image"):
            assert article.lead_image is not None
            assert article.lead_image_alt
            assert article.lead_image_caption
            assert article.lead_image_credit == PAPER.publication.picture_credit
        assert not Image.objects.filter(description="").exists()

    def test_writes_bodies_of_clean_blocks(self) -> None:
        kinds = {block.block_type for article in ArticlePage.objects.all() for block in article.body}
        assert kinds == {"paragraph", "heading", "quote", "list", "image"}

    def test_links_articles_to_one_another(self) -> None:
        page = Client().get("/town-hall/sea-wall-paid-twice/").content.decode()
        assert '<a href="/town-hall/how-we-read-412-pages/">' in page
        assert "article:" not in re.sub(r'property="article:', "", page)
        marsh = Client().get("/environment/a-field-of-mud/").content.decode()
        assert '<a href="/topics/sea-wall-and-floods/">' in marsh

    def test_serves_every_page(self) -> None:
        client = Client()
        front = client.get("/").content.decode()
        assert PAPER.publication.name in front
        assert "The 84 metres of sea wall" in front
        for section in PAPER.sections:
            assert client.get(f"/{section.slug}/").status_code == 200
        for author in PAPER.authors:
            assert author.line in client.get(f"/authors/{author.slug}/").content.decode().replace("&#x27;", "'")

    def test_keeps_the_end_of_community_articles_for_members(self) -> None:
        for told in PAPER.articles:
            if told.is_community_only:
                page = Client().get(f"/{told.section}/{told.slug}/").content.decode()
                assert told.title.split(":")[0] in page
                assert "Dear Ruben" not in page
                assert "panel 225 is in the corridor" not in page

    def test_names_the_publication(self) -> None:
        publication = PublicationSettings.for_site(Site.objects.get(is_default_site=True))
        assert publication.name == "The Merrowport Lantern"
        assert publication.currency == "USD"
        assert publication.founding_editor_name == "Ines Caldbeck"
        assert publication.founding_editor_portrait is not None
        assert publication.founding_editor_signature is not None
        with publication.founding_editor_signature.file.open() as file:
            assert Drawing.open(BytesIO(file.read())).mode == "RGBA"

    def test_offers_tiers_and_asks_in_three_places(self) -> None:
        assert [tier.key for tier in Tier.objects.all()] == ["community", "patron"]
        community = Tier.objects.get(key="community").prices.get(interval="month")
        assert (community.floor_minor, community.suggested_minor) == (600, [600, 1200, 2000])
        snapshot = compile_snapshot(now=self.now)
        assert [[place.value for place in appeal.placements] for appeal in snapshot.appeals] == [
            ["letter"],
            ["end-of-article"],
            ["banner"],
        ]
        letter, article, banner = snapshot.appeals
        assert [variant.key for variant in article.variants] == ["the-letter", "the-short-one"]
        assert all("{reads}" in variant.html for appeal in snapshot.appeals for variant in appeal.variants)
        assert all("Ines Caldbeck" in variant.html for variant in (*letter.variants, *article.variants))
        assert "mh-appeal__signature" in article.variants[0].html
        assert "$6" in article.variants[0].html
        assert "Ines Caldbeck" not in banner.variants[0].html

    def test_puts_up_three_house_ads_that_lead_somewhere(self) -> None:
        assert HouseAd.objects.count() == 3
        for ad in HouseAd.objects.all():
            ad.full_clean()
            assert ad.picture is not None
            assert Client().get(ad.link).status_code == 200
            assert ad.link != "/"

    def test_lets_staff_in_with_what_they_need(self) -> None:
        editor, manager = User.objects.get(email=EDITOR), User.objects.get(email=MANAGER)
        assert [group.name for group in editor.groups.all()] == ["Editors"]
        assert [group.name for group in manager.groups.all()] == ["Membership managers"]
        for person in (editor, manager):
            assert person.is_staff
            assert not person.is_superuser
            assert person.has_perm("wagtailadmin.access_admin")
        home = Page.objects.get(pk=HomePage.objects.get().pk)
        assert home.permissions_for_user(editor).can_publish_subpage()
        assert not home.permissions_for_user(manager).can_publish_subpage()
        assert manager.has_perm("appeals.publish_appeal")
        assert authenticate(RequestFactory().get("/"), username=EDITOR, password=PLAN.staff_password) == editor

    def test_counts_five_weeks_of_readers(self) -> None:
        known = {page.article_key for page in ArticlePage.objects.all()} | {""}
        counted = set(HourlyReads.objects.values_list("article", flat=True))
        assert counted <= known
        # What came out in the night may have had no reader yet.
        fresh = ArticlePage.objects.filter(published_at__gt=self.now - timedelta(days=1))
        assert known - counted <= {page.article_key for page in fresh}
        assert set(HourlyShowings.objects.values_list("appeal", flat=True)) == {one.key for one in Appeal.objects.all()}
        assert not HourlyReads.objects.filter(hour_at__gt=self.now).exists()

    def test_changes_nothing_when_repeated(self) -> None:
        before = fingerprint()
        again = build(now=self.now + timedelta(days=2), plan=PLAN)
        assert fingerprint() == before
        assert not again.is_new
        assert self.built.is_new

    def test_keeps_what_staff_have_changed(self) -> None:
        article = ArticlePage.objects.get(slug="maud-tellis")
        article.title = "Maud Tellis, remembered"
        article.save_revision().publish()
        ArticlePage.objects.get(slug="the-game-by-ferry").delete()
        HouseAd.objects.first().delete()
        Appeal.objects.get(name__startswith="No wall").delete()
        Tier.objects.filter(key="patron").update(active=False)
        User.objects.filter(email=MANAGER).delete()
        before = fingerprint()
        built = build(now=self.now + timedelta(days=2), plan=PLAN)
        assert fingerprint() == before
        assert [staff.email for staff in built.staff] == [EDITOR, CARE]

    def test_goes_on_where_it_was_broken_off(self) -> None:
        traces = Traces(now=self.now)
        assert traces.find("article", "maud-tellis")
        HouseAd.objects.get(name__startswith="Tull").delete()
        ImportedItem.objects.filter(kind="house-ad", key="tull-and-daughter").delete()
        build(now=self.now, plan=PLAN)
        assert HouseAd.objects.filter(name__startswith="Tull").exists()

    def test_reports_its_progress(self) -> None:
        told: list[tuple[str, int, int]] = []
        build(now=self.now, plan=PLAN, progress=lambda what, done, whole: told.append((what, done, whole)))
        assert all(0 <= done <= whole for _what, done, whole in told)


@pytest.mark.django_db
class TestStaff:
    def test_keeps_its_passwords_to_itself(self, tmp_path: Path) -> None:
        add_staff(Traces(now=timezone.now()), folder=tmp_path)
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
        editor, manager, care = list_sign_ins(folder=tmp_path)
        assert re.fullmatch(r"([a-z2-9]{4}-){2}[a-z2-9]{4}", editor.password)
        assert len({editor.password, manager.password, care.password}) == 3
        assert editor.password in (tmp_path / FILE).read_text()

    def test_says_nothing_of_a_password_that_was_changed(self, tmp_path: Path) -> None:
        add_staff(Traces(now=timezone.now()), folder=tmp_path)
        person = User.objects.get(email=EDITOR)
        person.set_password("something else altogether")
        person.save()
        assert list_sign_ins(folder=tmp_path)[0].password == ""


@pytest.mark.django_db
class TestASiteInUse:
    def test_is_left_alone(self) -> None:
        newsroom.make_article(title="A real story")
        with pytest.raises(SiteInUse, match="articles of its own"):
            build(now=timezone.now(), plan=PLAN)
        assert ArticlePage.objects.count() == 1
        assert not User.objects.filter(email=EDITOR).exists()


@pytest.mark.django_db(transaction=True)
class TestSupporters:
    @pytest.fixture(autouse=True)
    def sandbox(self, settings: Any, tmp_path: Path) -> None:
        port = get_free_port()
        settings.MASTHEAD_DATA = tmp_path
        settings.MASTHEAD_SANDBOX_PORT = port
        settings.MASTHEAD_SANDBOX_URL = f"http://127.0.0.1:{port}"

    def join(self, now: datetime) -> tuple[str, ...]:
        traces = Traces(now=now)
        add_tiers(PAPER, traces)
        add_appeals(PAPER, traces)
        return add_supporters(PAPER, traces, now=now, step=lambda _done: None)

    def test_join_through_the_sandbox_each_on_their_day(self) -> None:
        now = timezone.now()
        assert self.join(now) == ()
        once = [one for one in PAPER.supporters if one.interval == "once"]
        assert Contribution.objects.count() == len(once)
        assert Membership.objects.live().count() == len(PAPER.supporters) - len(once)
        assert Checkout.objects.filter(state="completed").count() == len(PAPER.supporters)
        renewed = Payment.objects.filter(subscription__person__email="gudrun@merrowport.example")
        assert renewed.count() == 2
        assert not Subscription.objects.filter(paid_until__lt=now).exists()
        assert Payment.objects.earliest("paid_at").paid_at < now - timedelta(days=32)
        assert not Payment.objects.filter(paid_at__gt=now).exists()
        assert all(one.email.endswith(".example") for one in User.objects.all())

    def test_leave_a_ledger_that_the_provider_confirms(self, settings: Any) -> None:
        now = timezone.now()
        self.join(now)
        before = fingerprint()
        running = RunningSandbox(make_configured_app(api=True), port=settings.MASTHEAD_SANDBOX_PORT)
        running.start()
        try:
            found = reconcile("sandbox", since=now - timedelta(days=60), now=now)
        finally:
            running.close()
        after = fingerprint()
        assert found.listed > 0
        # A checkout counts how often it was read; the inbox notes what it heard.
        told = {"payments.ProviderEvent", "payments.Checkout"}
        assert {name for name in after if after[name] != before[name]} <= told

    def test_are_won_by_the_appeals_that_they_saw(self) -> None:
        now = timezone.now()
        self.join(now)
        period = last_days(40, now=now)
        won = [outcome.won_by for outcome in list_outcomes(period) if outcome.tally.joins]
        assert len(won) == Membership.objects.count()
        assert won.count(NOT_KNOWN) == sum(not one.won_by for one in PAPER.supporters if one.interval != "once")
        appeal = Appeal.objects.get(name__startswith="From the editor")
        assert (appeal.key, "the-letter") in won

    def test_join_once(self) -> None:
        now = timezone.now()
        self.join(now)
        before = fingerprint()
        assert self.join(now + timedelta(days=1)) == ()
        assert fingerprint() == before

    def test_do_not_hold_up_the_paper(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_given: Any, **_told: Any) -> None:
            raise PaymentsUnavailable

        monkeypatch.setattr(supporters, "start_joining", refuse)
        (said,) = self.join(timezone.now())
        assert said.startswith("Not everybody has joined")
        monkeypatch.undo()
        assert self.join(timezone.now()) == ()
        assert Checkout.objects.filter(state="completed").count() == len(PAPER.supporters)

    @pytest.mark.parametrize(
        ("name", "value"), [("MASTHEAD_PAYMENTS", "stripe"), ("MASTHEAD_SMTP_URL", "smtp://mail.example:25")]
    )
    def test_join_only_where_nothing_leaves_the_machine(self, settings: Any, name: str, value: Any) -> None:
        setattr(settings, name, value)
        (said,) = self.join(timezone.now())
        assert said.startswith("Nobody has joined yet")
        assert not User.objects.exists()


class TestImagineCounts:
    ARTICLES = (
        ReadArticle("new", "harbour", datetime(2026, 3, 9, 7, tzinfo=UTC)),
        ReadArticle("old", "sport", datetime(2026, 2, 9, 7, tzinfo=UTC)),
    )
    VARIANTS = (ShownVariant("1", "a", "banner", 0.5, 0.6, 0.1),)
    NOW = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)

    def test_gives_the_same_sums_for_the_same_seed(self) -> None:
        one, two, other = (
            imagine_counts(self.ARTICLES, self.VARIANTS, now=self.NOW, seed=seed) for seed in ("a", "a", "b")
        )
        assert (one.reads, one.showings) == (two.reads, two.showings)
        assert one.reads != other.reads

    def test_counts_nothing_before_its_time_or_after_now(self) -> None:
        batch = imagine_counts(self.ARTICLES, self.VARIANTS, now=self.NOW, seed="a")
        assert max(key.hour for key in batch.reads) <= self.NOW.timestamp()
        new = [key.hour for key in batch.reads if key.article == "new"]
        assert min(new) >= self.ARTICLES[0].published_at.timestamp()

    def test_adds_up(self) -> None:
        batch = imagine_counts(self.ARTICLES, self.VARIANTS, now=self.NOW, seed="a")
        visits = sum(n for key, n in batch.reads.items() if key.what == ReadFact.VISIT)
        reads = sum(n for key, n in batch.reads.items() if key.what == ReadFact.READ)
        assert 0.75 * visits < reads < visits
        told = {fact: sum(n for key, n in batch.showings.items() if key.what == fact) for fact in ShowingFact}
        assert told[ShowingFact.SHOWN] > told[ShowingFact.SEEN] > told[ShowingFact.CLICKED] > 0
        assert sum(READERS.values()) == pytest.approx(1)


@pytest.mark.django_db
class TestTheCommand:
    def test_says_where_everything_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("demo", "--no-serve", "--no-members", picture_width=64, staff_password="words for tests only")
        said = capsys.readouterr().out
        site = site_settings.MASTHEAD_SITE_URL
        assert "The Merrowport Lantern. 34 articles" in said
        for place in ("/", "/join/", "/cms/", "/mailbox/", "/sandbox/"):
            assert f"{site}{place}" in said
        assert "4242 4242 4242 4242" in said
        assert EDITOR in said
        assert MANAGER in said
        call_command("demo", "--no-serve", "--no-members", picture_width=64)
        assert "what you changed is kept" in capsys.readouterr().out
