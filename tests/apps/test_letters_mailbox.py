from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from pytest_django.fixtures import Settings

from masthead.letters.models import Letter, LetterState

pytestmark = pytest.mark.django_db

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.MASTHEAD_MAILBOX = True


def keep(number: int = 1, **changes: object) -> Letter:
    fields: dict[str, object] = {
        "kind": "mail",
        "unique_key": f"key:{number}",
        "to": "reader@example.org",
        "language": "en",
        "subject": f"Letter {number}",
        "text": "Plain words & more",
        "html": "<html><head></head><body><p>Laid out</p><script>alert(1)</script></body></html>",
        "state": LetterState.SENT,
        "created_at": NOON + timedelta(minutes=number),
        "sent_at": NOON + timedelta(minutes=number),
    }
    return Letter.objects.create(**{**fields, **changes})


def read(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return BeautifulSoup(response.content, "html.parser")


class TestMailbox:
    def test_says_when_there_is_nothing(self, client: Client) -> None:
        assert "No letters yet" in read(client, "/mailbox/").get_text()

    def test_lists_the_newest_first_and_names_trouble(self, client: Client) -> None:
        keep(1)
        keep(2, state=LetterState.FAILED, sent_at=None, error="no such mailbox")
        keep(3, state=LetterState.QUEUED, sent_at=None, subject="")
        page = read(client, "/mailbox/")
        assert [link.get_text() for link in page.select(".letter-line__subject")] == [
            "(being written)",
            "Letter 2",
            "Letter 1",
        ]
        assert [mark.get_text() for mark in page.select(".letter-state")] == ["Waiting", "Failed"]

    def test_turns_pages(self, client: Client) -> None:
        for number in range(60):
            keep(number)
        first = read(client, "/mailbox/")
        second = read(client, "/mailbox/?page=2")
        assert len(first.select(".letter-line")) == 50
        assert len(second.select(".letter-line")) == 10
        assert first.find("a", rel="next")
        assert second.find("a", rel="prev")
        assert read(client, "/mailbox/?page=nonsense").select(".letter-line")

    def test_shows_a_letter_fenced_in(self, client: Client) -> None:
        letter = keep()
        page = read(client, f"/mailbox/{letter.pk}/")
        frame = page.find("iframe")
        assert frame is not None
        assert "allow-scripts" not in frame["sandbox"]
        assert "allow-same-origin" not in frame["sandbox"]
        assert "Laid out" not in page.get_text()
        assert "Plain words & more" in page.get_text()
        response = client.get(str(frame["src"]))
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
        assert b"Laid out" in response.content

    def test_tells_why_a_letter_failed(self, client: Client) -> None:
        letter = keep(state=LetterState.FAILED, sent_at=None, error="<b>no such mailbox")
        page = read(client, f"/mailbox/{letter.pk}/")
        assert "<b>no such mailbox" in page.get_text()

    def test_shows_a_letter_without_html(self, client: Client) -> None:
        letter = keep(html="")
        assert read(client, f"/mailbox/{letter.pk}/").find("iframe") is None
        assert client.get(f"/mailbox/{letter.pk}/html/").status_code == 404

    def test_is_shut_where_letters_are_really_sent(self, client: Client, settings: Settings) -> None:
        letter = keep()
        settings.MASTHEAD_MAILBOX = False
        for address in ("/mailbox/", f"/mailbox/{letter.pk}/", f"/mailbox/{letter.pk}/html/"):
            assert client.get(address).status_code == 404

    def test_only_shows(self, client: Client) -> None:
        assert client.post("/mailbox/").status_code == 405
        assert client.get("/mailbox/999/").status_code == 404
