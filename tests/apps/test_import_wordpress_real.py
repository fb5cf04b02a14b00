"""The theme testers' export comes in with exact numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from tests.apps.wordpress_imports import NOW, article, bring, dump

from masthead.newsroom.importers.wordpress import hooks
from masthead.newsroom.importers.wordpress.planning import Planner, State
from masthead.newsroom.importers.wordpress.reading import read_posts
from masthead.newsroom.importers.wordpress.report import Report
from masthead.newsroom.importers.wordpress.surveying import survey
from masthead.newsroom.models import ArticlePage, Author, SectionPage

assert hooks.answer_old_number  # importing it is what registers it
SHARED = Path(os.environ.get("MASTHEAD_TEST_SHARED", Path(__file__).resolve().parents[3] / "shared"))
REAL_EXPORT = SHARED / "data" / "wordpress-theme-unit-test.xml"


@pytest.fixture(scope="class")
def real(django_db_setup: None, django_db_blocker: Any) -> Iterator[Report]:
    """The import of the theme testers' export, once for all tests of it."""
    from tests.conftest import _plant_page_tree

    with django_db_blocker.unblock(), transaction.atomic():
        _plant_page_tree()
        yield bring(REAL_EXPORT)
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.skipif(not REAL_EXPORT.exists(), reason=f"the theme testers' export is not at {REAL_EXPORT}")
class TestTheThemeTestersExport:
    """A real export, nasty on purpose."""

    def test_comes_in_with_exact_numbers(self, real: Report) -> None:
        assert real.articles == {State.LIVE: 55, State.DRAFT: 1, State.SCHEDULED: 1, State.PROTECTED: 1}
        assert real.made == {"section": 5, "topic": 128, "author": 2, "redirect": 242}
        assert real.left_out == {"attachment": 37, "nav_menu_item": 70, "page": 21}
        assert real.comments == 33
        assert (real.pictures, len(real.missing_pictures), real.refused) == (0, 35, 0)
        assert real.leavings == {
            "block": 85,
            "missing headline": 1,
            "picture without an address": 1,
            "struck-out mark": 3,
        }
        assert ArticlePage.objects.count() == 58
        assert ArticlePage.objects.live().count() == 55
        assert Author.objects.count() == 2
        assert set(SectionPage.objects.values_list("slug", flat=True)) == {
            "6-1",
            "block",
            "classic",
            "news",
            "unpublished",
        }

    def test_keeps_what_was_not_public_to_itself(self, real: Report) -> None:
        hidden = ArticlePage.objects.exclude(live=True).order_by("title")
        assert [page.title for page in hidden] == [
            "Draft",
            'Protected: Template: Password Protected (the password is "enter")',
            "Scheduled",
        ]
        assert hidden[2].go_live_at == datetime(2030, 1, 1, 19, 0, 18, tzinfo=UTC)
        shown = "".join(Client().get(path).content.decode() for path in ("/", "/classic/", "/unpublished/", "/feed/"))
        assert "until the password is entered" not in shown
        assert "scheduled to be published" not in shown

    def test_carries_no_script(self, real: Report) -> None:
        for page in ArticlePage.objects.all():
            for block in page.body.get_prep_value():
                if block["type"] in {"paragraph", "list"}:
                    text = str(block["value"]).lower()
                    assert not any(
                        mark in text for mark in ("<script", "<iframe", "<img", "javascript:", " onclick", "style=")
                    )

    def test_shows_every_article(self, real: Report) -> None:
        client = Client()
        for page in ArticlePage.objects.live():
            assert client.get(page.get_url()).status_code == 200, page.title

    def test_redirects_every_old_address(self, real: Report) -> None:
        client = Client()
        planner = Planner(survey(REAL_EXPORT), section_default="News", zone=UTC, now=NOW)
        followed = 0
        for plan in map(planner.plan, read_posts(REAL_EXPORT, mend=False)):
            for path in plan.old_paths:
                answer = client.get(path)
                if plan.state is State.LIVE:
                    assert answer.status_code == 301, path
                    assert answer["Location"] == article(int(plan.key)).get_url()
                    followed += 1
                else:
                    assert answer.status_code == (200 if "?p=" in path else 404)
        assert followed == 111

    def test_comes_in_once(self, real: Report) -> None:
        before = dump()
        again = bring(REAL_EXPORT)
        assert dump() == before
        assert (again.already_here, again.changes) == (58, 0)
