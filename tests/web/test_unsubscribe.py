"""One press stops letters: from the mail program, from the page, from one's own page of preferences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django.fixtures import Settings
from tests.apps.community_cast import make_person

from masthead.kit.testing.jobs import run_jobs
from masthead.kit.testing.network import MailSink, open_mail_sink
from masthead.letters.kinds import Group, get_kind, list_kinds
from masthead.letters.marks import get_stop_url
from masthead.letters.models import Letter, LetterState, Unsubscription
from masthead.letters.operations import deliver, move_address, queue_letter, resume_letters, send_again, stop_letters

pytestmark = pytest.mark.django_db

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters that are about no membership in particular."""
    free = {kind.key: replace(kind, still_true=None) for kind in list_kinds()}
    monkeypatch.setattr("masthead.letters.kinds._KINDS", free)


@pytest.fixture
def sink(settings: Settings) -> Iterator[MailSink]:
    with open_mail_sink() as sink:
        settings.MASTHEAD_SMTP_URL = sink.url
        yield sink


def queue(kind: str = "ended", **changed: Any) -> Letter:
    wish = {
        "kind": kind, "to": "alma@example.org", "context": dict(get_kind(kind).sample), "language": "en",
        "unique_key": f"{kind}:1", "now": NOON, **changed,
    }  # fmt: skip
    return queue_letter(**wish)


def get_path(letter: Letter) -> str:
    return urlsplit(get_stop_url(letter)).path


class TestOneClick:
    def test_is_offered_in_the_headers_and_in_both_texts(self, sink: MailSink) -> None:
        letter = queue()
        run_jobs(now=NOON)
        (message,) = sink.messages
        address = message["List-Unsubscribe"].strip(" <>")
        assert address == get_stop_url(letter)
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        for kind in ("plain", "html"):
            part = message.get_body((kind,))
            assert part is not None
            assert address in str(part.get_content())

    def test_works_without_signing_in_and_without_a_cookie(self, sink: MailSink) -> None:
        letter = queue()
        run_jobs(now=NOON)
        stranger = Client(enforce_csrf_checks=True)
        answer = stranger.post(urlsplit(sink.messages[0]["List-Unsubscribe"].strip(" <>")).path, ONE_CLICK)
        assert answer.status_code == 200
        assert Unsubscription.objects.get().address == letter.to
        assert stranger.post(get_path(letter), ONE_CLICK).status_code == 200, "twice is once"

    @pytest.mark.parametrize("kind", ["receipt", "sign_in_code", "thanks", "statement"])
    def test_is_not_offered_where_the_letter_belongs_to_what_one_does(self, sink: MailSink, kind: str) -> None:
        queue(kind)
        run_jobs(now=NOON)
        assert sink.messages[0]["List-Unsubscribe"] is None

    def test_is_in_every_letter_that_the_calendar_brings_but_the_statement(self) -> None:
        reminders = {kind.key for kind in list_kinds() if kind.group is Group.REMINDERS}
        assert {"renewal_ahead", "ended", "card_expiring", "payment_failed", "payment_failed_last"} <= reminders
        assert get_kind("win_back").group is Group.INVITATIONS


class TestThePage:
    def test_asks_first_for_filters_follow_links(self, client: Client) -> None:
        letter = queue()
        page = BeautifulSoup(client.get(get_path(letter)).content, "html.parser")
        assert [button.get_text() for button in page.select("main form button")] == ["Stop these letters"]
        assert not Unsubscription.objects.exists()

    def test_takes_it_back(self, client: Client) -> None:
        letter = queue()
        client.post(get_path(letter))
        answer = client.post(get_path(letter), {"again": "yes"})
        assert "You get these letters again" in answer.content.decode()
        assert not Unsubscription.objects.exists()

    def test_speaks_the_letters_language(self, client: Client) -> None:
        assert 'lang="he" dir="rtl"' in client.get(get_path(queue(language="he"))).content.decode()

    @pytest.mark.parametrize("token", ["x", "AAAA" * 12, "%D7%90"])
    def test_is_there_for_our_links_only(self, client: Client, token: str) -> None:
        assert client.get(f"/membership/letters/stop/{token}/").status_code == 404
        assert client.post(f"/membership/letters/stop/{token}/").status_code == 404

    def test_is_not_there_for_another_letters_number(self, client: Client) -> None:
        path = get_path(queue())
        changed = path[:-3] + ("A" if path[-3] != "A" else "B") + path[-2:]
        assert client.post(changed).status_code == 404


class TestStopping:
    def test_holds_when_a_letter_is_written(self) -> None:
        stop_letters("Alma@Example.org", Group.REMINDERS, now=NOON)
        assert queue().state == LetterState.STOPPED
        assert queue("win_back").state == LetterState.QUEUED
        assert queue("receipt").state == LetterState.QUEUED

    def test_holds_when_it_is_sent(self, sink: MailSink) -> None:
        letter = queue()
        stop_letters(letter.to, Group.REMINDERS, now=NOON)
        deliver(letter.pk, now=NOON)
        letter.refresh_from_db()
        assert (letter.state, letter.sent_at) == (LetterState.STOPPED, None)
        assert "wants no letters" in letter.error
        assert sink.messages == []

    def test_brings_nothing_after_when_it_is_taken_back(self, sink: MailSink) -> None:
        stop_letters("alma@example.org", Group.REMINDERS, now=NOON)
        queue()
        resume_letters("alma@example.org", Group.REMINDERS)
        queue()
        run_jobs(now=NOON)
        assert sink.messages == []

    def test_holds_when_staff_send_it_again(self, sink: MailSink) -> None:
        stop_letters("alma@example.org", Group.REMINDERS, now=NOON)
        send_again(queue().pk)
        run_jobs(now=NOON)
        assert sink.messages == []

    def test_follows_to_a_new_address(self) -> None:
        stop_letters("alma@example.org", Group.INVITATIONS, now=NOON)
        move_address("alma@example.org", "New@example.org")
        assert queue("win_back", to="new@example.org").state == LetterState.STOPPED


class TestPreferences:
    def test_are_for_who_is_signed_in(self, client: Client) -> None:
        answer = client.get("/membership/letters/")
        assert answer.status_code == 302
        assert "login" in answer["Location"]

    def test_show_and_keep_what_one_wants(self, client: Client) -> None:
        person = make_person()
        stop_letters(person.email, Group.INVITATIONS, now=NOON)
        client.force_login(person)
        page = BeautifulSoup(client.get("/membership/letters/").content, "html.parser")
        ticked = [tag["value"] for tag in page.select("input[name=group][checked]")]
        assert ticked == ["reminders"]
        client.post("/membership/letters/", {"group": ["invitations"]})
        assert list(Unsubscription.objects.values_list("address", "group")) == [(person.email, "reminders")]

    def test_are_found_from_my_membership(self, client: Client) -> None:
        client.force_login(make_person())
        assert 'href="/membership/letters/"' in client.get("/membership/").content.decode()
