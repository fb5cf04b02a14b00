"""What every test stands on: the page tree that Wagtail's migrations would have made."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# The same examples at each run where a change is judged; new ones at each run on a desk. No law is timed.
settings.register_profile(
    "masthead", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("masthead")


def _plant_page_tree() -> None:
    """Make Wagtail's locale, root page and site, which its migrations would have made."""
    from wagtail.models import Locale, Page, Site

    if Page.objects.filter(depth=1).exists():
        return
    Locale.objects.get_or_create(language_code="en")
    root = Page.add_root(instance=Page(title="Root", slug="root"))
    Site.objects.create(hostname="localhost", port=8000, root_page=root, is_default_site=True, site_name="The Lantern")


@pytest.fixture(autouse=True)
def page_tree(request: pytest.FixtureRequest) -> None:
    """Give every test with a database the roots that Wagtail expects."""
    marker = request.node.get_closest_marker("django_db")
    fixtures = set(request.fixturenames)
    if "transactional_db" in fixtures or (marker and marker.kwargs.get("transaction")):
        request.getfixturevalue("transactional_db")
    elif marker or "db" in fixtures:
        request.getfixturevalue("db")
    else:
        return
    _plant_page_tree()
