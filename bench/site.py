"""The whole demonstration site, served for measuring: `masthead.config.wsgi` on one core, its data in a copy.

`python -m bench.site` prints what is asked of it, as JSON: it runs with the data folder of the site in MASTHEAD_DATA.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import ROOT, Server, find_port, running

THREADS = 4


@dataclass(frozen=True, slots=True)
class Paper:
    """What is asked of the site: an article with its words as HTML, its section, and a member's session."""

    article: str
    section: str
    title: str
    html: str
    session: str


@contextmanager
def copied_demo() -> Iterator[Path]:
    """Give a demonstration newsroom in a folder of its own: a copy of MASTHEAD_TEST_DEMO, or one built now."""
    with tempfile.TemporaryDirectory(prefix="masthead-bench-") as folder:
        data = Path(folder) / "data"
        if built := os.environ.get("MASTHEAD_TEST_DEMO"):
            shutil.copytree(built, data)
        else:
            words = ["-m", "masthead.config.cli", "demo", "--no-serve", "--picture-width", "480"]
            subprocess.run([sys.executable, *words], env=_env(data), check=True, stdout=sys.stderr)
        yield data


def read_paper(data: Path) -> Paper:
    """Choose what is asked, and sign a member in."""
    said = subprocess.run(
        [sys.executable, "-m", "bench.site"], env=_env(data), cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return Paper(**json.loads(said.splitlines()[-1]))


@contextmanager
def serving_site(data: Path, *, memory: bool = True) -> Iterator[Server]:
    """Serve the site with its memory of pages, or with the same in front of Django keeping nothing."""
    port = find_port()
    app = "masthead.config.wsgi:application" if memory else "bench.forgetful:application"
    with running(app, env=_env(data, port=port), port=port, threads=THREADS) as server:
        yield server


def make_get(server: Server, path: str, *, cookie: str = "") -> list[bytes]:
    """Return the request for a page, as wrk sends it."""
    said = f"Cookie: {cookie}\r\n" if cookie else ""
    return [f"GET {path} HTTP/1.1\r\nHost: localhost:{server.port}\r\n{said}\r\n".encode()]


def _env(data: Path, *, port: int = 8000) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MASTHEAD_", "DJANGO_"))}
    path = f"{ROOT}:{ROOT / 'src'}"
    return {**kept, "MASTHEAD_DATA": str(data), "PORT": str(port), "PYTHONPATH": path}


def _print_paper() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "masthead.config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    from masthead.newsroom.models import ArticlePage

    open_ones = ArticlePage.objects.live().public().filter(access="everyone", lead_image__isnull=False)
    article = max(open_ones.order_by("pk")[:30], key=lambda one: len(one.public_text))
    member, _made = get_user_model().objects.get_or_create(email="bench@example.org")
    client = Client()
    client.force_login(member, backend="masthead.accounts.passwords.PasswordBackend")
    paper = {
        "article": article.get_url(),
        "section": article.get_parent().get_url(),
        "title": article.title,
        "html": "".join(f"<p>{line}</p>" for line in article.public_text.splitlines()),
        "session": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}",
    }
    print(json.dumps(paper))


if __name__ == "__main__":
    _print_paper()
