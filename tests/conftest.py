"""What every test stands on: a data folder of its own, and the database asked for.

`MASTHEAD_TEST_DATABASE_URL` names a PostgreSQL server to test on; without it, SQLite in memory.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_data = tempfile.mkdtemp(prefix="masthead-tests-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("MASTHEAD_") and not name.startswith("MASTHEAD_TEST_")]:
    del os.environ[_name]
os.environ["MASTHEAD_DATA"] = _data
os.environ["MASTHEAD_SECRET_KEY"] = "a secret that only the tests use, long enough to derive keys from"
if _database := os.environ.get("MASTHEAD_TEST_DATABASE_URL"):
    os.environ["MASTHEAD_DATABASE_URL"] = _database

import pytest


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
