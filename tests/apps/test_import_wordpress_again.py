"""An import can be stopped, killed, rehearsed and repeated; editors' work is never lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.apps.wordpress_exports import author, category, item, make_export, meta, picture, term
from tests.apps.wordpress_imports import NOW, UPLOADS, OldSite, article, bring, dump, kinds
from wagtail.images import get_image_model
from wagtail.models import Page

from masthead.newsroom.importers.wordpress import saving
from masthead.newsroom.importers.wordpress.fetching import Fetched
from masthead.newsroom.importers.wordpress.opening import BadExport
from masthead.newsroom.importers.wordpress.planning import State
from masthead.newsroom.importers.wordpress.telling import tell_closing
from masthead.newsroom.models import ArticlePage, Author, ImportedItem, SectionPage, Topic

ITEMS = (
    picture(9, f"{UPLOADS}/a.png"),
    item(
        1,
        content=f'<p>Words</p><img src="{UPLOADS}/a.png">',
        extra=term("category", "news") + term("post_tag", "x"),
    ),
    item(2, status="draft", extra=meta("_thumbnail_id", "9")),
    item(3, status="future", date="2030-01-01 09:00:00", creator="ada"),
)


@pytest.fixture
def export(tmp_path: Path) -> Any:
    return lambda *items, **more: make_export(tmp_path / "export.xml", items, **more)


@pytest.mark.django_db
class TestPictures:
    def test_are_fetched_once(self, export: Any) -> None:
        shown = f'<img src="{UPLOADS}/a.png">'
        site = OldSite(f"{UPLOADS}/a.png")
        bring(export(item(1, content=shown * 2), item(2, content=shown)), source=site)
        assert site.asked == [f"{UPLOADS}/a.png"]
        assert get_image_model().objects.count() == 1
        assert kinds(article(2)) == ["image"]

    def test_that_are_missing_leave_the_text_and_a_note(self, export: Any) -> None:
        content = f'<p>Before</p><figure><img src="{UPLOADS}/a.png"><figcaption>Lost</figcaption></figure><p>After</p>'
        report = bring(export(item(1, "Wall", content), item(2, content=content)))
        assert kinds(article(1)) == ["paragraph", "paragraph"]
        assert report.missing_pictures == {f"{UPLOADS}/a.png": "old.example does not answer"}
        assert report.notes[0].article == "Wall"
        assert report.notes[0].about == f"{UPLOADS}/a.png (old.example does not answer)"

    def test_that_lead_do_not_stand_in_the_body_too(self, export: Any) -> None:
        content = f'<figure><img src="{UPLOADS}/a.png"><figcaption>Dusk</figcaption></figure><p>Words</p>'
        path = export(picture(9, f"{UPLOADS}/a.png"), item(1, content=content, extra=meta("_thumbnail_id", "9")))
        bring(path, source=OldSite(f"{UPLOADS}/a.png"))
        assert kinds(article(1)) == ["paragraph"]
        assert article(1).lead_image_caption == "Dusk"

    def test_not_asked_for_are_not_fetched(self, export: Any) -> None:
        site = OldSite(f"{UPLOADS}/a.png")
        report = bring(export(item(1, content=f'<img src="{UPLOADS}/a.png">')), source=site, images=False)
        assert site.asked == []
        assert list(report.missing_pictures.values()) == ["pictures were not asked for"]

    def test_that_can_be_had_later_complete_the_article(self, export: Any) -> None:
        images = f'<p>Words</p><img src="{UPLOADS}/a.png"><img src="{UPLOADS}/b.png">'
        path = export(picture(9, f"{UPLOADS}/c.png"), item(1, content=images, extra=meta("_thumbnail_id", "9")))
        bring(path, images=False)
        assert kinds(article(1)) == ["paragraph"]
        report = bring(path, source=OldSite(f"{UPLOADS}/a.png", f"{UPLOADS}/c.png"))
        assert (report.completed, report.pictures, report.already_here) == (1, 2, 1)
        assert kinds(article(1)) == ["paragraph", "image"]
        assert article(1).lead_image is not None
        before = dump()
        assert bring(path).completed == 0
        assert dump() == before

    def test_do_not_change_an_article_that_was_edited(self, export: Any) -> None:
        path = export(item(1, content=f'<p>Words</p><img src="{UPLOADS}/a.png">'))
        bring(path, images=False)
        article(1).save_revision()
        report = bring(path, source=OldSite(f"{UPLOADS}/a.png"))
        assert report.completed == 0
        assert kinds(article(1)) == ["paragraph"]


@pytest.mark.django_db
class TestRunAgain:
    def test_changes_nothing(self, export: Any) -> None:
        path = export(*ITEMS)
        bring(path, source=OldSite(f"{UPLOADS}/a.png"))
        before = dump()
        report = bring(path, source=OldSite(f"{UPLOADS}/a.png"), now=NOW.replace(year=2027))
        assert dump() == before
        assert (report.already_here, report.changes) == (3, 0)
        assert tell_closing(report) == "Nothing was changed."

    def test_leaves_the_editors_work_alone(self, export: Any) -> None:
        path = export(*ITEMS)
        bring(path)
        page = article(1)
        page.title, page.slug, page.body = "Ours", "ours", []
        page.save_revision().publish()
        SectionPage.objects.filter(slug="news").update(title="Stadt", slug="stadt", url_path="/home/stadt/")
        Topic.objects.update(name="Y", slug="y")
        Author.objects.filter(name="mira").update(name="Mira L.", slug="mira-l")
        article(2).delete()
        before = dump()
        report = bring(path)
        assert dump() == before
        assert (report.already_here, report.deleted_here) == (2, 1)

    def test_finds_what_was_renamed_for_new_posts(self, export: Any) -> None:
        bring(export(*ITEMS))
        section = SectionPage.objects.get(slug="news")
        section.title, section.slug = "Town", "town"
        section.save()
        Author.objects.filter(name="mira").update(name="Mira L.", slug="mira-l")
        Topic.objects.update(name="Y", slug="y")
        bring(export(*ITEMS, item(4, extra=term("category", "news") + term("post_tag", "x"))))
        assert article(4).get_parent().pk == section.pk
        assert article(4).bylines.get().author.name == "Mira L."
        assert article(4).topics.get().name == "Y"

    def test_says_what_has_changed_on_the_old_site(self, export: Any) -> None:
        bring(export(item(1, content="Old words")))
        report = bring(export(item(1, content="New words")))
        assert report.changed_there == 1
        assert article(1).body[0].value.source == "<p>Old words</p>"

    def test_knows_the_site_under_another_scheme(self, export: Any) -> None:
        bring(export(item(1)))
        assert bring(export(item(1), site="http://www.old.example/")).already_here == 1

    def test_takes_another_sites_post_for_another(self, export: Any) -> None:
        bring(export(item(1)))
        report = bring(export(item(1, "Theirs"), site="https://other.example"))
        assert report.articles == {State.LIVE: 1}
        assert ArticlePage.objects.count() == 2

    def test_completes_what_was_stopped(self, export: Any) -> None:
        class Impatient(OldSite):
            def fetch(self, address: str) -> Fetched:
                if "stop" in address:
                    raise KeyboardInterrupt
                return super().fetch(address)

        stop = item(2, content='<img src="/stop.png">')
        path = export(item(1), stop, item(3))
        report = bring(path, source=Impatient())
        assert report.stopped
        assert "run the same command again" in tell_closing(report)
        assert ArticlePage.objects.count() == 1
        assert bring(path).articles == {State.LIVE: 2}

    def test_completes_what_was_killed(self, export: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Killed at the worst moment: everything of the second article is written but the last row."""
        path = export(*ITEMS)
        real = saving.redirect_from
        calls: list[int] = []

        def die(*args: Any, **kwargs: Any) -> int:
            calls.append(1)
            raise SystemExit

        monkeypatch.setattr(saving, "redirect_from", die)
        with pytest.raises(SystemExit):
            bring(path, source=OldSite(f"{UPLOADS}/a.png"))
        assert calls
        assert ArticlePage.objects.count() == 0
        assert not ImportedItem.objects.exclude(kind="image").exists()
        monkeypatch.setattr(saving, "redirect_from", real)
        site = OldSite(f"{UPLOADS}/a.png")
        report = bring(path, source=site)
        assert report.articles.total() == 3
        assert site.asked == []
        assert get_image_model().objects.count() == 1
        assert Page.find_problems() == ([], [], [], [], [])

    def test_at_the_same_time_brings_each_article_once(self, export: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        path = export(item(1))
        real = saving.Articles.find
        inside = False

        def find_late(self: saving.Articles, plan: Any) -> Any:
            nonlocal inside
            standing = real(self, plan)
            if not inside:
                inside = True
                bring(path)
            return standing

        monkeypatch.setattr(saving.Articles, "find", find_late)
        assert bring(path).already_here == 1
        assert ArticlePage.objects.count() == 1


@pytest.mark.django_db
class TestRehearsal:
    def test_changes_nothing_and_counts_the_same(self, export: Any) -> None:
        path = export(*ITEMS, head=author("mira", "Mira Lund") + category("news", "News"))
        before = dump()
        rehearsed = bring(path, dry_run=True)
        assert dump() == before
        done = bring(path)
        assert rehearsed.articles == done.articles
        assert +rehearsed.made == +done.made
        assert bring(path, dry_run=True).already_here == 3


@pytest.mark.django_db
class TestRefusal:
    @pytest.mark.parametrize("share", [0.2, 0.6, 0.999])
    def test_changes_nothing(self, export: Any, share: float) -> None:
        path = export(*(item(number) for number in range(1, 30)))
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        before = dump()
        with pytest.raises(BadExport):
            bring(path)
        assert dump() == before
