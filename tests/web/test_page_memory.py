"""The memory of pages in front of the real site: quick, and never a word too old or a word for somebody else."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.test import Client, RequestFactory, override_settings
from wagtail.models import PageViewRestriction, Site

from masthead.accounts.models import User
from masthead.config.pages import make_pages
from masthead.edge.pages import Pages
from masthead.kit.keyring import get_pass_signer
from masthead.newsroom import operations, queries
from masthead.newsroom import testing as paper
from masthead.newsroom.models import AdPlace, AdSlot, ArticlePage, HouseAd, PublicationSettings
from masthead.rules.passes import COMMUNITY_CONTENT, COOKIE, Pass

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Wagtail leaves the file open from which it saves a picture in another shape.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]


class Front:
    """The site with its memory in front. `made` counts the answers that the site itself had to make."""

    def __init__(self) -> None:
        django = get_wsgi_application()
        self.made = 0

        def site(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            self.made += 1
            answer: Iterable[bytes] = django(environ, start_response)
            return answer

        self.pages: Pages = make_pages(site)
        self.pages.refresh()

    def ask(
        self, path: str, *, cookies: str = "", method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        path, _mark, query = path.partition("?")
        environ: dict[str, Any] = RequestFactory().generic(method, path).environ
        environ["QUERY_STRING"] = query
        environ["HTTP_HOST"] = "localhost:8000"
        environ.update({"HTTP_COOKIE": cookies} if cookies else {})
        environ.update({f"HTTP_{name.upper()}": value for name, value in headers.items()})
        told: list[Any] = []
        parts = self.pages(environ, lambda status, said, exc_info=None: told.append((status, said)))
        body = b"".join(parts)
        getattr(parts, "close", lambda: None)()
        ((status, said),) = told
        answered = dict(said)
        if answered.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return int(status[:3]), answered, body.decode()

    def read(self, path: str, *, cookies: str = "") -> str:
        status, _headers, words = self.ask(path, cookies=cookies)
        assert status == 200
        return words

    def is_kept(self, path: str) -> bool:
        self.ask(path)
        before = self.made
        self.ask(path)
        return self.made == before


@pytest.fixture
def home() -> None:
    operations.prepare_newsroom()


@pytest.fixture
def front(home: None) -> Front:
    return Front()


def member_cookie(*benefits: str) -> str:
    until = datetime.now(UTC) + timedelta(days=1)
    held = Pass(benefits=benefits, expires_at=int(until.timestamp()), membership="community")
    return f"{COOKIE}={get_pass_signer().sign(held.encode())}"


def staff_cookie() -> str:
    client = Client()
    client.force_login(
        User.objects.create_superuser(email="editor@example.org", password="a long enough secret"),  # type: ignore[call-arg]
        backend="masthead.accounts.passwords.PasswordBackend",
    )
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def publish(article: ArticlePage, **changes: Any) -> None:
    """Publish as the console does."""
    for name, value in changes.items():
        setattr(article, name, value)
    article.save_revision().publish()


class TestWhatIsKept:
    def test_every_public_page(self, front: Front) -> None:
        author, topic = paper.make_author(), paper.make_topic()
        article = paper.make_article(authors=[author], topics=[topic])
        addresses = [
            *("/", article.url, "/harbour/", author.get_absolute_url(), topic.get_absolute_url(), "/authors/"),
            *("/feed/", "/harbour/feed/", "/sitemap.xml", "/sitemap-pages.xml", "/sitemap-articles-1.xml"),
            *("/news-sitemap.xml", "/robots.txt"),
        ]
        assert [address for address in addresses if not front.is_kept(address)] == []

    def test_not_what_is_somebodys_or_changes_by_itself(self, front: Front) -> None:
        article = paper.make_article(community=True)
        addresses = [
            *("/search/?q=dredger", "/membership/", "/join/", "/accounts/login/", "/cms/", "/cms/login/", "/nowhere/"),
            *(f"{article.url}?whole=1", f"/_masthead/community/{article.pk}/", "/harbour/?page=9", "/harbour/?page=01"),
        ]
        assert [address for address in addresses if front.is_kept(address)] == []

    def test_the_same_bytes_for_everyone(self, front: Front) -> None:
        article = paper.make_article()
        first = front.ask(article.url)
        for cookies in (member_cookie("ad_free"), staff_cookie(), "mh_reads=x; mh_hint=ad_free~1"):
            assert front.ask(article.url, cookies=cookies) == first
        assert front.ask(article.url, accept_language="ar") == first
        assert front.made == 1

    def test_is_the_same_whoever_came_first(self, front: Front) -> None:
        article = paper.make_article()
        by_staff = front.ask(article.url, cookies=staff_cookie())
        front.pages.drop()
        assert front.ask(article.url) == by_staff
        assert front.made == 2

    def test_is_fit_for_any_cache(self, front: Front) -> None:
        article = paper.make_article()
        for _time in range(2):
            _status, headers, _words = front.ask(article.url)
            assert headers["Cache-Control"] == "public, max-age=0, s-maxage=30, stale-while-revalidate=60"
            assert headers["Vary"] == "Accept-Encoding"
            assert headers["ETag"].startswith('"')
            assert "Content-Security-Policy" in headers
            assert not {"X-Masthead-Keep", "Set-Cookie"} & set(headers)
        assert front.ask(article.url, if_none_match=headers["ETag"])[0] == 304

    def test_hostile_queries_fill_nothing(self, front: Front) -> None:
        article = paper.make_article()
        for number in range(20):
            front.ask(f"{article.url}?x={number}&page={number}")
            front.ask(f"/harbour/?page={number + 2}")
        assert front.pages.count() == 1

    @pytest.mark.parametrize("language", ["en", "he"])
    def test_speaks_the_language_of_its_edition(self, front: Front, language: str) -> None:
        article = paper.make_article()
        with override_settings(LANGUAGE_CODE=language):
            front.pages.drop()
            assert f'lang="{language}"' in front.read(article.url)
            assert f'lang="{language}"' in front.read(article.url)


class TestCommunityOnly:
    OPEN, KEPT = "The first words are for everyone.", "quernstone"

    @pytest.fixture
    def article(self, home: None) -> ArticlePage:
        words = f"<p>{self.OPEN}</p><p>{'A word ' * 40}</p><p>Then the {self.KEPT} turned.</p>"
        return paper.make_article(community=True, body=[("paragraph", words)])

    @pytest.mark.parametrize("order", [("member", "reader", "member"), ("reader", "member", "reader")])
    def test_opens_for_members_only_whoever_comes_first(
        self, front: Front, article: ArticlePage, order: tuple[str, ...]
    ) -> None:
        member = member_cookie(COMMUNITY_CONTENT)
        for who in order:
            cookies = member if who == "member" else ""
            page = front.read(article.url, cookies=cookies)
            assert self.OPEN in page
            assert self.KEPT not in page
            for address in (f"{article.url}?whole=1", f"/_masthead/community/{article.pk}/"):
                status, headers, words = front.ask(address, cookies=cookies)
                assert (self.KEPT in words) == (who == "member")
                assert (status == 200) == (who == "member")
                assert "no-store" in headers["Cache-Control"]
        assert front.pages.count() == 1

    def test_closes_at_once(self, front: Front) -> None:
        article = paper.make_article(body=[("paragraph", f"<p>{'A word ' * 40}</p><p>{self.KEPT}</p>")])
        assert self.KEPT in front.read(article.url)
        publish(article, access="community")
        assert self.KEPT not in front.read(article.url)

    def test_a_page_behind_a_password_is_never_kept(self, front: Front) -> None:
        article = paper.make_article(title="Kept from everyone")
        assert "Kept from everyone" in front.read(article.url)
        PageViewRestriction.objects.create(page=article, restriction_type=PageViewRestriction.LOGIN)
        staff = staff_cookie()
        assert front.ask(article.url)[0] == 302
        status, headers, words = front.ask(article.url, cookies=staff)
        assert status == 200
        assert "Kept from everyone" in words
        assert "no-store" in headers["Cache-Control"]
        assert front.ask(article.url)[0] == 302


class TestChanges:
    @pytest.fixture
    def article(self, home: None) -> ArticlePage:
        return paper.make_article(
            title="Dredger back", authors=[paper.make_author()], topics=[paper.make_topic()], slug="dredger-back"
        )

    def test_published_words_are_there_at_the_next_request(self, front: Front, article: ArticlePage) -> None:
        addresses = [article.url, "/", "/harbour/", "/feed/", "/topics/breakwater/", "/authors/wren-halloway/"]
        for address in addresses:
            assert "Dredger back" in front.read(address)
        publish(article, title="Dredger gone")
        for address in addresses:
            assert "Dredger gone" in front.read(address)

    def test_a_draft_changes_nothing(self, front: Front, article: ArticlePage) -> None:
        front.read(article.url)
        article.title = "Not yet"
        article.save_revision()
        assert "Not yet" not in front.read(article.url)
        assert front.made == 1

    def test_what_is_taken_down_or_deleted_is_gone(self, front: Front, article: ArticlePage) -> None:
        other = paper.make_article(title="Another")
        front.read(article.url)
        front.read(other.url)
        article.unpublish()
        assert front.ask(article.url)[0] == 404
        other.delete()
        assert front.ask(other.url)[0] == 404
        assert "Another" not in front.read("/")

    def test_what_moves_is_at_its_new_address(self, front: Front, article: ArticlePage) -> None:
        town = paper.make_section("Town")
        front.read(article.url)
        article.move(town, pos="last-child")
        assert front.ask("/harbour/dredger-back/")[0] != 200
        assert "Town" in front.read("/town/dredger-back/")

    def test_a_new_name_of_a_section_is_on_every_page(self, front: Front, article: ArticlePage) -> None:
        front.read(article.url)
        section = article.get_parent().specific
        publish(section, title="Port and tide", slug="port")
        assert front.ask("/harbour/dredger-back/")[0] != 200
        assert "Port and tide" in front.read("/port/dredger-back/")

    @pytest.mark.parametrize("what", ["author", "topic", "settings", "ad", "ad slot", "picture", "site"])
    def test_whatever_stands_on_the_page(self, front: Front, article: ArticlePage, what: str) -> None:
        picture = paper.make_picture("A grey sea")
        publish(article, lead_image=picture)
        change: dict[str, Callable[[], object]] = {
            "author": lambda: self.save(article.bylines.first().author, name="CHANGED"),
            "topic": lambda: self.save(article.topics.first(), name="CHANGED"),
            "settings": lambda: self.save(PublicationSettings.for_site(Site.objects.get()), about="CHANGED"),
            "ad": lambda: HouseAd.objects.create(name="x", heading="CHANGED", link="/join/"),
            "ad slot": lambda: AdSlot.objects.create(place=AdPlace.ARTICLE_TOP, snippet="CHANGED"),
            "picture": lambda: self.save(picture, description="CHANGED"),
            "site": lambda: self.save(Site.objects.get(), site_name="CHANGED"),
        }
        PublicationSettings.for_site(Site.objects.get())
        assert "CHANGED" not in front.read(article.url)
        change[what]()
        assert "CHANGED" in front.read(article.url)

    def save(self, row: Any, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()

    def test_hold_only_once_the_transaction_does(self, front: Front, article: ArticlePage) -> None:
        before = queries.get_pages_version()
        with transaction.atomic():
            paper.make_author("Never")
            transaction.set_rollback(True)
        assert queries.get_pages_version() == before
        front.read(article.url)
        with transaction.atomic():
            publish(article, title="Soon")
            self.save(paper.make_author("Tomas Oakley"), role="Sailor")
            made = front.made
            assert queries.get_pages_version() == before
        assert queries.get_pages_version() == before + 1
        assert "Soon" in front.read(article.url)
        assert front.made == made + 1

    def test_after_an_inner_step_back_the_outer_change_is_told(self, front: Front, article: ArticlePage) -> None:
        front.read(article.url)
        with transaction.atomic():
            with transaction.atomic():
                paper.make_author("Nobody")
                transaction.set_rollback(True)
            publish(article, title="Later")
        assert "Later" in front.read(article.url)

    def test_of_another_process_are_seen(self, front: Front, article: ArticlePage) -> None:
        elsewhere = Front()
        front.read(article.url)
        publish(article, title="Changed elsewhere")
        front.pages.refresh()
        assert "Changed elsewhere" in front.read(article.url)
        assert elsewhere.pages.count() == 0

    def test_making_pages_and_their_pictures_is_no_change(self, front: Front, article: ArticlePage) -> None:
        publish(article, lead_image=paper.make_picture(width=1300, height=900))
        PublicationSettings.for_site(Site.objects.get())
        before = queries.get_pages_version()
        for address in (article.url, "/", "/feed/"):
            front.read(address)
        assert queries.get_pages_version() == before


class TestStaff:
    @pytest.fixture
    def drafted(self, home: None) -> ArticlePage:
        article = paper.make_article(title="As printed")
        article.title = "As drafted"
        article.save_revision()
        return article

    def test_previews_are_never_kept(self, front: Front, drafted: ArticlePage) -> None:
        staff = staff_cookie()
        for page in (drafted, paper.get_home(), drafted.get_parent().specific):
            page.save_revision()
            for address in (f"/cms/pages/{page.pk}/view_draft/",):
                status, headers, _words = front.ask(address, cookies=staff)
                assert status == 200
                assert "no-store" in headers["Cache-Control"] or "private" in headers["Cache-Control"]
                assert "X-Masthead-Keep" not in headers
        assert front.pages.count() == 0
        assert "As drafted" in front.ask(f"/cms/pages/{drafted.pk}/view_draft/", cookies=staff)[2]
        assert "As printed" in front.read(drafted.url)
        assert front.ask(f"/cms/pages/{drafted.pk}/view_draft/")[0] == 302
