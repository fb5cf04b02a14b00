"""What a WordPress export becomes: articles, authors, sections; nothing that was hidden is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError
from django.test import Client
from tests.apps.wordpress_exports import SITE, author, category, item, make_export, meta, picture, term
from tests.apps.wordpress_imports import NOW, UPLOADS, OldSite, article, bring, kinds
from wagtail.contrib.redirects.models import Redirect

from masthead.newsroom.importers.wordpress import saving
from masthead.newsroom.importers.wordpress.planning import State
from masthead.newsroom.models import Author, HomePage, SectionPage, Topic
from masthead.newsroom.operations import prepare_newsroom

PRIMARY = meta("_yoast_wpseo_primary_category", "2")


@pytest.fixture
def export(tmp_path: Path) -> Any:
    return lambda *items, **more: make_export(tmp_path / "export.xml", items, **more)


@pytest.mark.django_db
class TestArticles:
    def test_come_in_with_all_that_belongs_to_them(self, export: Any) -> None:
        path = export(
            picture(50, f"{UPLOADS}/lead.jpg", alt="The harbour", caption="At dusk"),
            item(
                1,
                "Sea wall &amp; <em>storm</em>",
                "<p>First <strong>words</strong>.</p><h2>Then</h2><blockquote><p>Ours</p><cite>Ada</cite></blockquote>"
                '<ul><li>one</li></ul><img src="/a.png" alt="A map">[embed]https://vimeo.com/1234[/embed]',
                excerpt="Short <b>words</b>.",
                extra=term("category", "news", "News")
                + term("post_tag", "storms", "Storms")
                + meta("_thumbnail_id", "50"),
            ),
            head=author("mira", "Mira Lund") + category("news", "News"),
        )
        report = bring(path, source=OldSite(f"{UPLOADS}/lead.jpg", f"{SITE}/a.png"))
        page = article(1)
        assert (page.title, page.slug, page.live) == ("Sea wall & storm", "post-1", True)
        assert page.standfirst == "Short words."
        assert page.published_at == page.first_published_at == datetime(2020, 2, 3, 8, tzinfo=UTC)
        assert page.get_parent().title == "News"
        assert [byline.author.name for byline in page.bylines.all()] == ["Mira Lund"]
        assert [topic.name for topic in page.topics.all()] == ["Storms"]
        assert page.lead_image is not None
        assert (page.lead_image_alt, page.lead_image_caption) == ("The harbour", "At dusk")
        assert kinds(page) == ["paragraph", "heading", "quote", "list", "image", "embed"]
        assert page.body[0].value.source == "<p>First <b>words</b>.</p>"
        assert page.body[2].value["attribution"] == "Ada"
        assert page.body[3].value["items"][0].source == "<p>one</p>"
        assert page.body[4].value["image"].title == "A map"
        assert page.body[5].value["url"] == "https://vimeo.com/1234"
        assert report.articles == {State.LIVE: 1}
        assert report.pictures == 2
        assert report.made == {"section": 1, "topic": 1, "author": 1, "redirect": 5}

    def test_are_shown_to_readers(self, export: Any, client: Client) -> None:
        bring(export(item(1, "Sea wall", "The wall <i>stands</i>.")))
        answer = client.get(article(1).get_url())
        assert answer.status_code == 200
        assert "The wall <i>stands</i>." in answer.content.decode()

    @pytest.mark.parametrize(
        ("fields", "state"),
        [
            ({}, State.LIVE),
            ({"status": "draft"}, State.DRAFT),
            ({"status": "pending"}, State.PENDING),
            ({"status": "private"}, State.PRIVATE),
            ({"password": "open"}, State.PROTECTED),
            ({"status": "future", "date": "2030-01-01 09:00:00"}, State.SCHEDULED),
            ({"date": "2030-01-01 09:00:00"}, State.SCHEDULED),
            ({"status": "future"}, State.MISSED),
            ({"status": "embargo"}, State.OTHER),
            ({"status": "draft", "date": "0000-00-00 00:00:00", "slug": ""}, State.DRAFT),
        ],
    )
    def test_are_public_only_if_they_were(self, export: Any, client: Client, fields: Any, state: State) -> None:
        report = bring(export(item(1, "Budget", "The words of it.", **fields)))
        page = article(1)
        assert report.articles == {state: 1}
        assert page.live is (state is State.LIVE)
        assert page.go_live_at == (datetime(2030, 1, 1, 9, tzinfo=UTC) if state is State.SCHEDULED else None)
        section = page.get_parent()
        places = ["/", section.get_url(), "/feed/", f"/{section.slug}/feed/", "/sitemap.xml", "/search/?query=words"]
        places += [f"{section.get_url()}{page.slug}/", "/2020/02/post-1/", "/?p=1"]
        found = any("The words of it" in client.get(place, follow=True).content.decode() for place in places)
        assert found is (state is State.LIVE)
        assert Redirect.objects.filter(redirect_page=page).exists() is (state is State.LIVE)

    def test_that_were_not_for_everyone_say_so_in_the_headline(self, export: Any) -> None:
        bring(export(item(1, "Pay", status="private"), item(2, "Names", password="x")))
        assert [article(1).title, article(2).title] == ["Private: Pay", "Protected: Names"]
        assert article(1).published_at is not None

    def test_carry_their_local_time_where_there_is_no_other(self, export: Any, settings: Any) -> None:
        settings.TIME_ZONE = "Asia/Tokyo"
        bring(export(item(1, date="2020-02-03 08:00:00", gmt="0000-00-00 00:00:00")))
        assert article(1).published_at == datetime(2020, 2, 2, 23, tzinfo=UTC)

    def test_without_any_time_are_printed_with_todays(self, export: Any) -> None:
        report = bring(export(item(1, date="0000-00-00 00:00:00")))
        assert article(1).published_at == NOW
        assert report.leavings == {"missing date": 1}

    @pytest.mark.parametrize(
        ("title", "content", "shown"),
        [
            ("", "<p>The first <b>words</b> of it.</p>", "The first words of it."),
            ("<img src=x onerror=alert(1)>", "<h2>Heading</h2>", "Heading"),
            ("", "", "Untitled (1)"),
            ("A &lt;b&gt; &#8220;c&#8221;", "x", "A <b> “c”"),
        ],
    )
    def test_have_a_headline_in_every_case(self, export: Any, title: str, content: str, shown: str) -> None:
        bring(export(item(1, title, content)))
        assert article(1).title == shown

    def test_with_a_very_long_headline_and_standfirst_fit(self, export: Any) -> None:
        bring(export(item(1, "word " * 90, excerpt="word " * 200, password="x")))
        assert len(article(1).title) <= 255
        assert len(article(1).standfirst) <= 400
        assert article(1).standfirst.endswith("word…")

    def test_keep_their_slugs_decoded_and_apart(self, export: Any) -> None:
        news, sport = term("category", "news"), term("category", "sport")
        path = export(
            item(1, slug="%d7%97%d7%95%d7%a3", extra=news),
            item(2, slug="storm", extra=news),
            item(3, slug="storm", extra=news),
            item(4, slug="storm", extra=sport),
            item(5, "Sea: a wall!", slug="", extra=news),
            item(6, "…", slug="", extra=news),
            item(7, slug="feed", extra=news),
        )
        bring(path)
        slugs = [article(number).slug for number in range(1, 8)]
        assert slugs == ["חוף", "storm", "storm-2", "storm", "sea-a-wall", "post-6", "feed-2"]

    def test_that_cannot_be_saved_do_not_stop_the_others(self, export: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        real = saving.to_stream

        def fail_once(plan: Any, shown: Any, *, source: str) -> Any:
            if plan.key == "1":
                raise DataError("value too long")
            return real(plan, shown, source=source)

        monkeypatch.setattr(saving, "to_stream", fail_once)
        report = bring(export(item(1, extra=term("post_tag", "lost")), item(2)))
        assert (report.refused, report.articles) == (1, {State.LIVE: 1})
        assert report.made["topic"] == 0
        assert not Topic.objects.exists()
        assert [(note.what, note.about) for note in report.notes] == [("refused", "value too long")]


@pytest.mark.django_db
class TestAuthors:
    @pytest.mark.parametrize(
        ("creator", "name"),
        [
            ("mira", "Mira Lund"),
            (">mira", "Mira Lund"),
            ("gone", "gone"),
            ("writer@old.example", "writer"),
            ("mail", "desk"),
            ("", None),
            ("<script>alert(1)</script>", "alert(1)"),
        ],
    )
    def test_are_named_as_readers_know_them(self, export: Any, creator: str, name: str | None) -> None:
        bring(export(item(1, creator=creator), head=author("mira", "Mira Lund") + author("mail", "desk@old.example")))
        assert [byline.author.name for byline in article(1).bylines.all()] == ([name] if name else [])
        assert not Author.objects.exclude(email="").exists()

    def test_who_wrote_together_all_stand_above_it(self, export: Any) -> None:
        together = term("author", "cap-ada") + term("author", "cap-mira")
        guest = item(9, "Ada Ferrow", kind="guest-author", extra=meta("cap-user_login", "ada"))
        bring(export(guest, item(1, creator="boss", extra=together), head=author("mira", "Mira Lund")))
        assert [byline.author.name for byline in article(1).bylines.all()] == ["Ada Ferrow", "Mira Lund"]

    def test_of_one_name_stay_two(self, export: Any) -> None:
        bring(export(item(1, creator="a"), item(2, creator="b"), head=author("a", "Jo Ray") + author("b", "Jo Ray")))
        assert sorted(Author.objects.values_list("name", "slug")) == [("Jo Ray", "jo-ray"), ("Jo Ray", "jo-ray-2")]

    def test_who_are_here_already_are_found(self, export: Any) -> None:
        here = Author.objects.create(name="Mira Lund, editor", slug="mira-lund")
        report = bring(export(item(1), head=author("mira", "Mira Lund")))
        assert article(1).bylines.get().author == here
        assert report.made["author"] == 0


@pytest.mark.django_db
class TestSections:
    TREE = category("news", "News") + category("quay", "The Quay", "news", 2) + category("boats", "Boats", "quay", 3)

    @pytest.mark.parametrize(
        ("extra", "section", "topics"),
        [
            (term("category", "news", "News") + term("category", "sport", "Sport"), "news", ["Sport"]),
            (term("category", "boats", "Boats"), "news", ["Boats"]),
            (term("category", "uncategorized") + term("category", "sport", "Sport"), "sport", []),
            (term("category", "uncategorized", "Uncategorized"), "news", []),
            (term("post_tag", "news", "News"), "news", ["News"]),
            ("", "news", []),
            (term("category", "news") + term("category", "sport") + term("post_tag", "sport", "S"), "news", ["sport"]),
            (term("category", "sport") + term("category", "quay") + PRIMARY, "news", ["The Quay", "sport"]),
            (term("post_format", "post-format-quote"), "news", []),
        ],
    )  # fmt: skip
    def test_come_from_the_first_category(self, export: Any, extra: str, section: str, topics: list[str]) -> None:
        bring(export(item(1, extra=extra), head=self.TREE))
        assert article(1).get_parent().slug == section
        assert sorted(topic.name for topic in article(1).topics.all()) == topics

    def test_without_a_category_have_the_name_that_was_chosen(self, export: Any) -> None:
        bring(export(item(1)), section_default="Reports")
        assert article(1).get_parent().title == "Reports"

    def test_that_are_here_already_are_used(self, export: Any) -> None:
        prepare_newsroom()
        here = HomePage.objects.get().add_child(instance=SectionPage(title="The News", slug="news"))
        report = bring(export(item(1, extra=term("category", "news")), head=self.TREE))
        assert article(1).get_parent().pk == here.pk
        assert report.made["section"] == 0

    def test_do_not_hide_other_pages(self, export: Any) -> None:
        bring(export(item(1, extra=term("category", "search")), item(2, extra=term("category", "cms"))))
        assert {article(1).get_parent().slug, article(2).get_parent().slug} == {"search-2", "cms-2"}

    @pytest.mark.parametrize(
        ("ring", "section"),
        [
            (category("a", "A", "a"), "a"),
            (category("a", "A", "b") + category("b", "B", "a"), "b"),
            (category("a", "A", "b") + category("b", "B", "c") + category("c", "C", "b"), "c"),
        ],
    )
    def test_in_a_ring_of_parents_do_no_harm(self, export: Any, ring: str, section: str) -> None:
        bring(export(item(1, extra=term("category", "a")), head=ring))
        assert article(1).get_parent().slug == section

    def test_the_largest_stand_in_the_menu(self, export: Any) -> None:
        once = [item(number, extra=term("category", f"small{number}")) for number in range(1, 4)]
        twice = [item(number, extra=term("category", f"large{number % 8}")) for number in range(10, 26)]
        drafts = [item(number, status="draft", extra=term("category", "draft")) for number in range(30, 40)]
        bring(export(*drafts, *once, *twice))
        shown = SectionPage.objects.filter(show_in_menus=True).values_list("slug", flat=True)
        assert set(shown) == {f"large{number}" for number in range(8)}
