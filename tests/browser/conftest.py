"""A real newsroom for the browser: built by `masthead demo`, served by `masthead serve`, driven in Chromium."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

T = TypeVar("T")
CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), "")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Patience costs nothing where all is well, and spares a busy machine false alarms.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The running site: its address and its data folder."""

    url: str
    data: Path

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return answer.read().decode()

    def masthead(self, *words: str) -> str:
        """Run a command of the command line on this newsroom."""
        run = subprocess.run(
            [sys.executable, "-m", "masthead.config.cli", *words], env=self.env(), capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def staff(self, role: str) -> tuple[str, str]:
        """Return the address and password of a member of the demonstration's staff."""
        found = re.search(rf"({role}@\S+)\s+(\S+)", (self.data / "demo-staff.txt").read_text())
        assert found
        return found.group(1), found.group(2)

    def env(self) -> dict[str, str]:
        port = int(self.url.rsplit(":", 1)[1])
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MASTHEAD_", "DJANGO_"))}
        return {**kept, "MASTHEAD_DATA": str(self.data), "PORT": str(port), "MASTHEAD_SANDBOX_PORT": str(port + 1)}


def free_ports() -> int:
    """Return a port that is free and whose next is free."""
    while True:
        port = 20_000 + secrets.randbelow(20_000)
        try:
            for number in (port, port + 1):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
        except OSError:
            continue
        return port


@contextmanager
def running_newsroom() -> Iterator[Newsroom]:
    """Build the demonstration newsroom in a folder of its own and serve it until the block ends."""
    data = Path(tempfile.mkdtemp(prefix="masthead-browser-"))
    site = Newsroom(f"http://localhost:{free_ports()}", data)
    try:
        if built := os.environ.get("MASTHEAD_TEST_DEMO"):  # a demonstration built before saves a minute at each try
            shutil.copytree(built, data, dirs_exist_ok=True)
        else:
            site.masthead("demo", "--no-serve", "--picture-width", "480")
        with (data / "serve.log").open("w") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "masthead.config.cli", "serve"], env=site.env(), stdout=log, stderr=log
            )
            try:
                wait_for(lambda: answers(site.url + "/_masthead/health"), seconds=90, what="the site to answer")
                wait_for(lambda: answers(site.url + "/sandbox/"), seconds=90, what="the sandbox to answer")
                yield site
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(timeout=30)
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def newsroom() -> Iterator[Newsroom]:
    with running_newsroom() as site:
        yield site


@pytest.fixture(scope="session")
def free_articles(newsroom: Newsroom) -> list[str]:
    """The paths of the articles that everyone reads whole."""
    return articles(newsroom, community=False)


@pytest.fixture(scope="session")
def community_articles(newsroom: Newsroom) -> list[str]:
    return articles(newsroom, community=True)


def articles(newsroom: Newsroom, *, community: bool) -> list[str]:
    return [path for path, is_for_members in crawl(newsroom) if is_for_members is community]


@cache
def crawl(newsroom: Newsroom) -> tuple[tuple[str, bool], ...]:
    """Find every article of the sitemap, and whether it is for members alone."""
    places = re.compile(r"<loc>([^<]+)</loc>")
    maps = [place.removeprefix(newsroom.url) for place in places.findall(newsroom.get("/sitemap.xml"))]
    paths = [place.removeprefix(newsroom.url) for path in maps for place in places.findall(newsroom.get(path))]
    marks = ((path, re.search(r'data-masthead-community-only="(\w+)"', newsroom.get(path))) for path in sorted(paths))
    return tuple((path, mark.group(1) == "true") for path, mark in marks if mark)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_for(look: Callable[[], T], *, seconds: float = 10, what: str = "it") -> T:
    """Look again and again until something is there."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM, "Chromium is missing: run make test, which installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass(slots=True)
class Reader:
    """One person with one browser."""

    page: Page
    context: BrowserContext
    newsroom: Newsroom
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.newsroom.url + path)
        return self.page

    def read(self, path: str) -> dict[str, object]:
        """Open an article and return the answer of its visit."""
        with self.page.expect_response(lambda answer: answer.url.endswith("/_masthead/visit")) as visit:
            self.open(path)
        answer: dict[str, object] = visit.value.json()
        return answer

    def latest_letter(self, address: str, subject: str) -> str:
        """Return the text of the newest letter to the address whose subject has the words, once it is there."""
        return wait_for(lambda: find_letter(self.newsroom, address, subject), seconds=20, what=f"a letter {subject!r}")


def find_letter(newsroom: Newsroom, address: str, subject: str) -> str:
    import html

    listing = newsroom.get("/mailbox/")
    for row in re.findall(r"<(?:tr|li|article)\b.*?</(?:tr|li|article)>", listing, re.DOTALL):
        plain = html.unescape(re.sub(r"<[^>]+>", " ", row))
        link = re.search(r'href="(/mailbox/[^"]+)"', row)
        if address in plain and subject.lower() in plain.lower() and link:
            return html.unescape(re.sub(r"<[^>]+>", " ", newsroom.get(link.group(1))))
    return ""


@contextmanager
def meet_readers(chromium: Browser, newsroom: Newsroom) -> Iterator[Callable[..., Reader]]:
    """Make readers, each with a browser of their own; complaints of a browser fail whoever asked for it."""
    readers: list[Reader] = []

    def make(**options: object) -> Reader:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(PATIENCE_MS)
        reader = Reader(context.new_page(), context, newsroom)
        context.on("request", lambda request: reader.requests.append(request))
        context.on(
            "console", lambda message: reader.complaints.append(message.text) if message.type == "error" else None
        )
        context.on("weberror", lambda error: reader.complaints.append(str(error.error)))
        readers.append(reader)
        return reader

    try:
        yield make
    finally:
        for reader in readers:
            reader.context.close()
    outside = [
        r.url for reader in readers for r in reader.requests if not r.url.startswith((newsroom.url, "data:", "blob:"))
    ]
    assert outside == [], "a page asked a third party"
    assert [said for reader in readers for said in reader.complaints] == []


@pytest.fixture
def someone(chromium: Browser, newsroom: Newsroom) -> Iterator[Callable[..., Reader]]:
    """Make readers for one test."""
    with meet_readers(chromium, newsroom) as make:
        yield make


@pytest.fixture
def reader(someone: Callable[..., Reader]) -> Reader:
    return someone()
