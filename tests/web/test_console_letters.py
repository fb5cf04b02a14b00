"""Staff word letters, look at them, try them out; and see what became of those that were sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from masthead.accounts.models import User
from masthead.appeals.permissions import grant_to_groups
from masthead.letters.kinds import get_kind, list_kinds
from masthead.letters.models import Letter, LetterWords, UnreachableAddress, Unsubscription
from masthead.letters.operations import deliver, queue_letter
from masthead.letters.rendering import get_shipped_words, render_letter

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ENDED = "/cms/letters/words/ended/en/"
LETTERS = "wagtailsnippets_letters_letter"
BODY = "{greeting}\n\nall over, since **{since}**.\n\n- one\n- two\n\n{button}\n\nYours,\n{editor}"


@pytest.fixture
def manager(client: Client) -> Client:
    """A membership manager, signed in."""
    grant_to_groups(using="default")
    person = User.objects.create_user("manager@example.org", "", is_staff=True)
    person.groups.add(Group.objects.get(name="Membership managers"))
    client.force_login(person)
    return client


def post(client: Client, address: str = ENDED, **changed: str) -> Any:
    return client.post(address, {"subject": "It is over, {tier}", "body": BODY, **changed})


def get_errors(answer: Any) -> str:
    found = BeautifulSoup(answer.content, "html.parser").select_one("#errors")
    return found.get_text(" ", strip=True) if found else ""


def queue_ended(**changed: Any) -> Letter:
    wish = {
        "kind": "ended", "to": "alma@example.org", "context": dict(get_kind("ended").sample), "language": "en",
        "unique_key": "ended:1", "now": NOON, **changed,
    }  # fmt: skip
    return queue_letter(**wish)


@pytest.fixture
def always_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters of which no membership has to be there."""
    free = {kind.key: replace(kind, still_true=None) for kind in list_kinds()}
    monkeypatch.setattr("masthead.letters.kinds._KINDS", free)


class TestWords:
    def test_are_listed_for_every_kind_and_language(self, manager: Client) -> None:
        page = BeautifulSoup(manager.get("/cms/letters/words/").content, "html.parser")
        keys = {tag.get_text() for tag in page.select(".mh-words__key code")}
        assert {"ended", "receipt", "sign_in_code", "payment_failed_last", "statement"} <= keys
        assert page.select_one('a[href="/cms/letters/words/ended/he/"]')

    @pytest.mark.parametrize("language", ["en", "he", "ar"])
    @pytest.mark.parametrize("kind", [kind.key for kind in list_kinds()])
    def test_of_ours_can_be_kept_as_they_are(self, manager: Client, kind: str, language: str) -> None:
        subject, body = get_shipped_words(kind, language)
        answer = manager.post(f"/cms/letters/words/{kind}/{language}/", {"subject": subject, "body": body})
        assert answer.status_code == 302, get_errors(answer)

    @pytest.mark.usefixtures("always_true")
    def test_are_used_from_then_on(self, manager: Client) -> None:
        assert post(manager).status_code == 302
        letter = deliver(queue_ended().pk, now=NOON)
        assert letter.subject == "It is over, Community"
        assert "Dear Alma Brandt,\n\nall over, since November 22, 2025.\n\n  * one\n  * two\n" in letter.text
        assert "/join/" in letter.text
        page = BeautifulSoup(letter.html, "html.parser")
        assert [tag.get_text() for tag in page.select("b, li")] == ["November 22, 2025", "one", "two"]
        assert page.find("a", string="Join again")
        assert "&lt;" not in letter.html
        assert "because your membership has ended" in letter.html, "why one gets it stays"

    def test_are_ours_where_the_other_language_was_changed(self, manager: Client) -> None:
        post(manager)
        assert "all over" not in manager.get("/cms/letters/words/ended/ar/preview/").content.decode()

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"body": BODY + " {nonsense}"}, "There is no placeholder {nonsense} here. You can use: {greeting},"),
            ({"subject": "{code}"}, "There is no placeholder {code} here."),
            ({"body": BODY.replace("{button}", "")}, "The words need {button}"),
            ({"body": BODY.replace("\n\n{button}", " {button}")}, "{button} has to stand in a line of its own."),
            ({"body": BODY + " {since"}, "stands alone"),
            ({"body": BODY + " [press](javascript:alert(1))"}, "has to begin with https://"),
            ({"body": ""}, "required"),
            ({"subject": " "}, "required"),
        ],
    )
    def test_that_cannot_work_are_refused_with_the_reason(
        self, manager: Client, changed: dict[str, str], sentence: str
    ) -> None:
        assert sentence in get_errors(post(manager, **changed))
        assert not LetterWords.objects.exists()

    def test_need_what_the_letter_is_for(self, manager: Client) -> None:
        answer = post(manager, "/cms/letters/words/renewal_ahead/en/", subject="Soon", body="Soon.\n\n{button}")
        assert "The words need {amount}" in get_errors(answer)
        assert "The words need {day}" in get_errors(answer)

    @pytest.mark.parametrize(
        "nasty",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "</mj-text><mj-raw><script>x</script></mj-raw>",
            "{% include 'base.html' %}",
            "{{ settings.SECRET_KEY }}",
            "**<b onclick=x>**",
            '[a](https://x.example/"onclick="x)',
            "<!-- htmlmin:ignore --><script>",
            "<mj-include path='/etc/passwd' />",
        ],
    )
    def test_can_hold_no_code(self, manager: Client, nasty: str) -> None:
        answer = manager.post(f"{ENDED}preview/", {"subject": nasty, "body": f"{BODY}\n\n{nasty}"})
        page = BeautifulSoup(answer.content, "html.parser")
        assert not page.find_all(["script", "img", "iframe"])
        assert not any(name.startswith("on") for tag in page.find_all(True) for name in tag.attrs)
        assert "root:" not in answer.content.decode()
        plain = manager.post(f"{ENDED}preview/", {"subject": nasty, "body": BODY + nasty, "seen": "text"})
        assert not BeautifulSoup(plain.content, "html.parser").find_all(["script", "img", "b"])

    def test_values_make_neither_markup_nor_links(self, manager: Client) -> None:
        post(manager, body=BODY + "\n\n{tier}")
        words = LetterWords.objects.get()
        sample = {**get_kind("ended").sample, "tier": "**a** [b](https://evil.example) {since} <i>"}
        letter = render_letter("ended", sample, language="en", own=words)
        page = BeautifulSoup(letter.html, "html.parser")
        assert "evil.example" not in " ".join(str(link["href"]) for link in page.find_all("a"))
        assert "**a** [b](https://evil.example) {since} <i>" in page.get_text()

    def test_are_logged_with_who_changed_them(self, manager: Client) -> None:
        post(manager)
        manager.post(ENDED, {"reset": "yes"})
        entries = ModelLogEntry.objects.order_by("timestamp").values_list("action", "user__email")
        assert list(entries) == [("wagtail.edit", "manager@example.org"), ("wagtail.revert", "manager@example.org")]
        page = BeautifulSoup(manager.get(ENDED).content, "html.parser")
        assert len(page.select(".mh-words__history li")) == 2

    def test_go_back_to_ours(self, manager: Client) -> None:
        post(manager)
        manager.post(ENDED, {"reset": "yes"})
        assert "all over" not in manager.get(f"{ENDED}preview/").content.decode()

    def test_are_tried_out_on_oneself_without_being_kept(self, manager: Client) -> None:
        assert post(manager, test="yes").status_code == 200
        letter = Letter.objects.get()
        assert (letter.to, letter.subject) == ("manager@example.org", "Test: It is over, Community")
        assert not LetterWords.objects.exists()

    def test_are_seen_dark_light_and_plain(self, manager: Client) -> None:
        light = manager.get(f"{ENDED}preview/?seen=light")
        assert "prefers-color-scheme" not in light.content.decode()
        assert "script-src" not in light["Content-Security-Policy"]
        assert "default-src 'none'" in light["Content-Security-Policy"]
        assert "@media all" in manager.get(f"{ENDED}preview/?seen=dark").content.decode()
        assert "<pre>Your membership has ended" in manager.get(f"{ENDED}preview/?seen=text").content.decode()

    def test_are_for_those_only_who_may(self, client: Client) -> None:
        person = User.objects.create_user("editor@example.org", "", is_staff=True)
        person.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client.force_login(person)
        for address in ("/cms/letters/words/", ENDED, f"{ENDED}preview/"):
            assert client.get(address).status_code == 302
        post(client)
        assert not LetterWords.objects.exists()

    @pytest.mark.parametrize("address", ["/cms/letters/words/horoscope/en/", "/cms/letters/words/ended/tlh/"])
    def test_are_there_for_known_kinds_and_languages(self, manager: Client, address: str) -> None:
        assert manager.get(address).status_code == 404


@pytest.mark.usefixtures("always_true")
class TestLetters:
    def test_show_state_and_error_and_are_filtered(self, manager: Client) -> None:
        queue_ended()
        failed = queue_ended(unique_key="ended:2", to="bo@example.org")
        Letter.objects.filter(pk=failed.pk).update(state="failed", error="550 no such mailbox")
        everything = manager.get(reverse(f"{LETTERS}:list")).content.decode()
        assert "alma@example.org" in everything
        assert "550 no such mailbox" in everything
        only = manager.get(reverse(f"{LETTERS}:list"), {"state": "failed"}).content.decode()
        assert "bo@example.org" in only
        assert "alma@example.org" not in only

    def test_are_looked_at_and_tried_again(self, manager: Client) -> None:
        letter = queue_ended()
        Letter.objects.update(state="bounced", error="5.2.2 full", sent_at=NOON, text="The words")
        page = manager.get(reverse(f"{LETTERS}:inspect", args=[letter.pk])).content.decode()
        assert "The words" in page
        assert "5.2.2 full" in page
        assert "Try to send it again" in page
        manager.post(f"/cms/letters/{letter.pk}/again/")
        letter.refresh_from_db()
        assert (letter.state, letter.error) == ("queued", "")

    def test_show_no_code(self, manager: Client) -> None:
        letter = queue_ended(kind="sign_in_code", unique_key="c", context=dict(get_kind("sign_in_code").sample))
        deliver(letter.pk, now=NOON)
        for address in (reverse(f"{LETTERS}:list"), reverse(f"{LETTERS}:inspect", args=[letter.pk])):
            assert "BXKR" not in manager.get(address).content.decode()

    @pytest.mark.parametrize("action", ["add", "edit", "delete"])
    def test_are_not_made_changed_or_deleted(self, client: Client, action: str) -> None:
        client.force_login(User.objects.create_superuser("boss@example.org", "a long enough password"))
        letter = queue_ended()
        args = [] if action == "add" else [letter.pk]
        assert client.post(reverse(f"{LETTERS}:{action}", args=args)).status_code in {302, 403, 404}
        many = reverse("wagtail_bulk_action", args=["letters", "letter", "delete"])
        client.post(f"{many}?id={letter.pk}")
        assert Letter.objects.filter(pk=letter.pk).exists()


class TestAddresses:
    def test_that_cannot_be_reached_are_taken_off_the_list(self, manager: Client) -> None:
        gone = UnreachableAddress.objects.create(address="bo@example.org", reason="5.1.1", since=NOON)
        assert (
            "bo@example.org" in manager.get(reverse("wagtailsnippets_letters_unreachableaddress:list")).content.decode()
        )
        manager.post(reverse("wagtailsnippets_letters_unreachableaddress:delete", args=[gone.pk]))
        assert not UnreachableAddress.objects.exists()

    def test_that_want_no_letters_are_seen_and_stay(self, manager: Client) -> None:
        stopped = Unsubscription.objects.create(address="bo@example.org", group="reminders", since=NOON)
        assert "bo@example.org" in manager.get(reverse("wagtailsnippets_letters_unsubscription:list")).content.decode()
        manager.post(reverse("wagtailsnippets_letters_unsubscription:delete", args=[stopped.pk]))
        assert Unsubscription.objects.exists()
