"""Old addresses lead to where things are now."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from tests.apps.wordpress_exports import SITE, author, category, item, make_export, meta, term
from tests.apps.wordpress_imports import article, bring
from wagtail.contrib.redirects.models import Redirect

from masthead import newsroom
from masthead.newsroom.importers.wordpress import hooks
from masthead.newsroom.models import Author, Topic

assert hooks.answer_old_number  # importing it is what registers it


@pytest.fixture
def export(tmp_path: Path) -> Any:
    return lambda *items, **more: make_export(tmp_path / "export.xml", items, **more)


@pytest.mark.django_db
class TestOldAddresses:
    def lead(self, client: Client, path: str) -> str:
        answer = client.get(path)
        assert answer.status_code == 301, path
        return str(urlsplit(answer["Location"]).path)

    def test_lead_to_the_article(self, export: Any, client: Client) -> None:
        bring(export(item(1, slug="wall", extra=meta("_wp_old_slug", "walls") + meta("_wp_old_slug", "a-wall"))))
        for path in ("/2020/02/wall/", "/2020/02/wall", "/2020/02/walls/", "/2020/02/a-wall/", "/2020/02/wall/?utm=x"):
            assert self.lead(client, path) == article(1).get_url()

    @pytest.mark.parametrize("query", ["?p=1", "?p=1&utm_source=x"])
    def test_by_number_lead_to_the_article(self, export: Any, client: Client, query: str) -> None:
        bring(export(item(1)))
        assert self.lead(client, f"/{query}") == article(1).get_url()

    @pytest.mark.parametrize("query", ["?p=2", "?p=", "?p=x", "?p=²", "?p=1%00", "?p=99999999999999", "?q=1"])
    def test_by_another_number_show_the_front_page(self, export: Any, client: Client, query: str) -> None:
        bring(export(item(1), item(2, status="private")))
        assert client.get(f"/{query}").status_code == 200

    def test_by_number_are_answered_by_the_site_itself(self) -> None:
        """This module imports the hook by itself; the site has to do so too."""
        source = Path(newsroom.__file__).with_name("wagtail_hooks.py").read_text()
        assert "masthead.newsroom.importers.wordpress" in source

    def test_by_number_of_what_was_taken_back_show_the_front_page(self, export: Any, client: Client) -> None:
        bring(export(item(1)))
        article(1).unpublish()
        assert client.get("/?p=1").status_code == 200

    def test_in_other_scripts_lead_to_the_article(self, export: Any, client: Client) -> None:
        bring(export(item(1, link=f"{SITE}/2020/%d7%97%d7%95%d7%a3/")))
        for path in ("/2020/%D7%97%D7%95%D7%A3/", "/2020/%d7%97%d7%95%d7%a3", "/2020/חוף/"):
            assert self.lead(client, path) == article(1).get_url()

    def test_of_a_site_in_a_folder_lead_to_the_article(self, export: Any, client: Client) -> None:
        bring(export(item(1, link="https://old.example/blog/wall/"), site="https://old.example/blog"))
        assert self.lead(client, "/blog/wall/") == article(1).get_url()
        assert self.lead(client, "/blog/?p=1") == article(1).get_url()

    def test_of_categories_tags_and_authors_lead_to_theirs(self, export: Any, client: Client) -> None:
        head = author("mira", "Mira Lund") + category("news", "News") + category("quay", "Quay", "news", 2)
        bring(export(item(1, extra=term("category", "quay") + term("post_tag", "storms", "Storms")), head=head))
        assert self.lead(client, "/category/news/") == "/news/"
        assert self.lead(client, "/category/news/quay/") == Topic.objects.get(slug="quay").get_absolute_url()
        assert self.lead(client, "/tag/storms/") == Topic.objects.get(slug="storms").get_absolute_url()
        assert self.lead(client, "/author/mira/") == Author.objects.get().get_absolute_url()

    def test_that_editors_decided_on_stay(self, export: Any) -> None:
        Redirect.add_redirect("/2020/02/post-1/", "/elsewhere/")
        bring(export(item(1)))
        assert Redirect.objects.get(old_path="/2020/02/post-1").redirect_link == "/elsewhere/"

    def test_that_are_the_new_ones_need_nothing(self, export: Any, client: Client) -> None:
        bring(export(item(1, link=f"{SITE}/news/post-1/")))
        assert client.get("/news/post-1/").status_code == 200
        assert not Redirect.objects.filter(old_path="/news/post-1").exists()

    def test_of_a_draft_lead_to_it_once_it_is_published(self, export: Any, client: Client) -> None:
        path = export(item(1, password="x"))
        bring(path)
        assert client.get("/2020/02/post-1/").status_code == 404
        page = article(1)
        page.save_revision().publish()
        bring(path)
        assert self.lead(client, "/2020/02/post-1/") == page.get_url()

    def test_in_the_text_lead_here(self, export: Any) -> None:
        bring(export(item(1, content=f'<p>See <a href="{SITE}/2020/02/post-2/">this</a>.</p>'), item(2)))
        assert article(1).body[0].value.source == '<p>See <a href="/2020/02/post-2/">this</a>.</p>'
