"""What is remembered around pages between requests: dropped at any change, and never what only somebody may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.test import Client, RequestFactory
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site

from masthead.newsroom import operations, queries
from masthead.newsroom import testing as paper
from masthead.newsroom.models import AdPlace, AdSlot, ArticlePage, HouseAd, PagesVersion, PublicationSettings, Topic
from masthead.newsroom.queries import frames

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Wagtail leaves the file open from which it saves a picture in another shape.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]


def read(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def load() -> queries.Frame:
    return queries.get_frame(RequestFactory().get("/"), today=timezone.localdate())


@pytest.fixture
def article() -> ArticlePage:
    """An article beside another, in a newsroom whose frame is remembered."""
    operations.prepare_newsroom()
    HouseAd.objects.create(name="x", heading="Buy a boat", link="/boats/")
    topic = paper.make_topic("Ferries")
    paper.make_article(title="The other story", topics=[topic], authors=[paper.make_author()])
    article = paper.make_article(title="The story", topics=[topic])
    for path in ("/", article.url, "/harbour/"):
        read(path)
    return article


def rename_publication(article: ArticlePage) -> None:
    site = Site.objects.get(is_default_site=True)
    PublicationSettings.objects.update_or_create(site=site, defaults={"name": "New words"})


def rename_section(article: ArticlePage) -> None:
    section = article.get_parent().specific
    section.title = "New words"
    section.save_revision().publish()


def add_section(article: ArticlePage) -> None:
    paper.make_section("New words")


def rename_beside(article: ArticlePage) -> None:
    other = ArticlePage.objects.get(title="The other story")
    other.title = "New words"
    other.save_revision().publish()


def change_ad(article: ArticlePage) -> None:
    ad = HouseAd.objects.get()
    ad.heading = "New words"
    ad.save()


def add_ad_code(article: ArticlePage) -> None:
    AdSlot.objects.create(place=AdPlace.ARTICLE_TOP, snippet="New words")


def rename_writer(article: ArticlePage) -> None:
    author = ArticlePage.objects.get(title="The other story").bylines.get().author
    author.name = "New words"
    author.save()


def rewrite_body(article: ArticlePage) -> None:
    article.body = [("paragraph", "<p>New words</p>")]
    article.save_revision().publish()


CHANGES: list[Callable[[ArticlePage], None]] = [
    *(rename_publication, rename_section, add_section, rename_beside),
    *(change_ad, add_ad_code, rename_writer, rewrite_body),
]


class TestTheFrame:
    def test_is_remembered_while_nothing_changes(self, article: ArticlePage) -> None:
        assert load() is load()

    @pytest.mark.parametrize("change", CHANGES)
    def test_is_new_at_the_next_request(self, article: ArticlePage, change: Callable[[ArticlePage], None]) -> None:
        assert "New words" not in read(article.url)
        change(article)
        assert "New words" in read(article.url)

    @pytest.mark.parametrize("change", CHANGES)
    def test_is_new_where_another_process_changed_it(
        self, article: ArticlePage, change: Callable[[ArticlePage], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read(article.url)
        with monkeypatch.context() as deaf:
            deaf.setattr(queries, "drop_frames", lambda: None)
            change(article)
        assert "New words" in read(article.url)

    def test_forgets_an_article_that_is_taken_down(self, article: ArticlePage) -> None:
        assert "The other story" in read(article.url)
        ArticlePage.objects.get(title="The other story").unpublish()
        assert "The other story" not in read(article.url)
        assert "The other story" not in read("/")

    def test_shows_nothing_of_a_draft(self, article: ArticlePage) -> None:
        other = ArticlePage.objects.get(title="The other story")
        other.title, other.body = "A secret", [("paragraph", "<p>A secret</p>")]
        other.save_revision()
        Topic.objects.create(name="Any", slug="any")  # the frame is read anew
        assert "A secret" not in read(article.url) + read("/") + read("/harbour/") + read(other.url)

    def test_closes_a_page_at_once(self, article: ArticlePage) -> None:
        other = ArticlePage.objects.get(title="The other story")
        assert Client().get(other.url).status_code == 200
        PageViewRestriction.objects.create(page=other, restriction_type=PageViewRestriction.LOGIN)
        assert Client().get(other.url).status_code == 302
        assert "The other story" not in read(article.url)
        PageViewRestriction.objects.all().delete()
        assert Client().get(other.url).status_code == 200

    def test_keeps_the_members_part_from_everyone(self, article: ArticlePage) -> None:
        words = " ".join(f"word{number}" for number in range(900))
        closed = paper.make_article(
            title="Closed", community=True, body=[("paragraph", f"<p>{words}</p>"), ("paragraph", "<p>The end</p>")]
        )
        request = RequestFactory().get(closed.url)
        assert "The end" not in read(closed.url)
        request.user = None  # type: ignore[assignment]
        assert "The end" in closed.serve_preview(request, "members").content.decode()  # type: ignore[attr-defined]
        assert "The end" not in read(closed.url)

    def test_a_preview_neither_takes_nor_leaves_anything(self, article: ArticlePage) -> None:
        section: Any = article.get_parent().specific
        section.hue = "ink"
        preview = section.make_preview_request(preview_mode="").content.decode()
        assert "story hue-ink" in preview
        assert "story hue-ink" not in read("/harbour/")

    def test_is_not_remembered_inside_a_transaction(self, article: ArticlePage) -> None:
        before = load()
        with transaction.atomic():
            rename_section(article)
            assert load() is not before
            assert "New words" in [section.title for section in load().publication.sections]
            transaction.set_rollback(True)
        assert load() is before

    def test_is_read_anew_after_a_while(self, article: ArticlePage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(frames, "MAX_SECONDS", -1.0)
        frames.drop_frames()
        assert load() is not load()

    def test_only_the_newest_stays(self, article: ArticlePage) -> None:
        load()
        PagesVersion.objects.update(number=F("number") + 1)
        load()
        assert len({version for *_more, version in frames._frames}) == 1

    def test_hosts_do_not_fill_it(self, article: ArticlePage, settings: Any) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        for number in range(40):
            Client().get("/", headers={"host": f"h{number}.example"})
        assert len(frames._frames) <= 9

    def test_parts_do_not_fill_it(self, article: ArticlePage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(frames, "_MAX_PARTS", 3)
        frames.drop_frames()
        read("/")
        read(article.url)
        assert len(load().parts) <= 3
