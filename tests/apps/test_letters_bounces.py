"""What comes back: reports of mail servers, noted on the letter and the address; nonsense passed over."""

from __future__ import annotations

import io
import mailbox
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from masthead.kit.testing.network import MailSink, open_mail_sink
from masthead.letters.bounces import NotAReport, read_report
from masthead.letters.marks import find_returned, get_return_path, make_message_id
from masthead.letters.models import Letter, LetterState, UnreachableAddress
from masthead.letters.operations import deliver, queue_letter, send_again

pytestmark = pytest.mark.django_db

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
SAMPLE = {"name": "Noor", "amount": "$12", "paid_on": "today", "product": "Community", "what": "once", "number": "1"}


@pytest.fixture(autouse=True)
def _addresses(settings: Settings) -> None:
    settings.MASTHEAD_BOUNCE_ADDRESS = "bounces@lantern.example"


@pytest.fixture
def sink(settings: Settings) -> Iterator[MailSink]:
    with open_mail_sink() as sink:
        settings.MASTHEAD_SMTP_URL = sink.url
        yield sink


def send(key: str = "r:1", **changed: Any) -> Letter:
    wish = {"kind": "receipt", "to": "Noor@example.org", "context": SAMPLE, "language": "en", "now": NOON, **changed}
    return deliver(queue_letter(unique_key=key, **wish).pk, now=NOON)


def report(
    letter: Letter, *, status: str = "5.1.1", action: str = "failed", to: str | None = None, original: str = ""
) -> bytes:
    """Return a report as Postfix writes them."""
    return f"""From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {get_return_path(letter) if to is None else to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 23 Nov 2026 08:00:00 +0000

Final-Recipient: rfc822; noor@example.org
Original-Recipient: rfc822;noor@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 {status} <noor@example.org>: told
    in two lines

--B
Content-Type: {original or "text/rfc822-headers"}

From: The Lantern <desk@lantern.example>
Message-ID: {make_message_id(letter)}
Subject: Your receipt

--B--
""".encode()


def read(source: bytes) -> str:
    out = io.StringIO()
    call_command("read_bounces", source=io.BytesIO(source), stdout=out)
    return out.getvalue().strip()


def refresh(letter: Letter) -> Letter:
    letter.refresh_from_db()
    return letter


class TestSigns:
    def test_stand_in_the_envelope_and_the_headers(self, sink: MailSink) -> None:
        letter = send()
        assert sink.messages[0]["From"].endswith("<newsroom@localhost>")
        assert find_returned(sink.messages[0]["Message-ID"]) == letter.pk
        assert sink.senders == [get_return_path(letter)]
        assert len(get_return_path(letter).partition("@")[0]) <= 64

    def test_survive_servers_that_change_the_case(self) -> None:
        letter = send()
        assert find_returned(get_return_path(letter).upper()) == letter.pk

    def test_cannot_be_made_by_others(self) -> None:
        letter = send()
        path = get_return_path(letter)
        wrong = path.replace("mh-", "mh-a" if path.split("mh-")[1][0] != "a" else "mh-b", 1)
        assert find_returned(wrong) is None
        assert find_returned(f"bounces+mh-{letter.pk}@lantern.example") is None

    def test_are_left_out_where_no_mailbox_is_set(self, settings: Settings, sink: MailSink) -> None:
        settings.MASTHEAD_BOUNCE_ADDRESS = ""
        send()
        assert sink.senders == ["newsroom@localhost"]


class TestReports:
    def test_mark_the_letter_and_an_address_that_does_not_exist(self) -> None:
        letter = send()
        assert read(report(letter)) == "noted"
        assert refresh(letter).state == LetterState.BOUNCED
        assert "5.1.1" in letter.error
        assert "told in two lines" in letter.error
        gone = UnreachableAddress.objects.get()
        assert (gone.address, gone.letter) == ("noor@example.org", letter)

    def test_say_the_same_twice(self) -> None:
        letter = send()
        assert [read(report(letter)), read(report(letter))] == ["noted", "noted"]
        assert UnreachableAddress.objects.count() == 1

    @pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
    def test_are_known_by_the_letter_they_return(self, original: str) -> None:
        letter = send()
        assert read(report(letter, to="bounces@lantern.example", original=original)) == "noted"
        assert refresh(letter).state == LetterState.BOUNCED

    @pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("relayed", "2.0.0")])
    def test_that_it_is_still_under_way_change_nothing(self, action: str, status: str) -> None:
        letter = send()
        read(report(letter, action=action, status=status))
        assert refresh(letter).state == LetterState.SENT
        assert not UnreachableAddress.objects.exists()

    @pytest.mark.parametrize("status", ["5.2.2", "5.7.1"])
    def test_of_a_full_mailbox_or_a_filter_count_after_three(self, status: str) -> None:
        for number in range(3):
            assert not UnreachableAddress.objects.exists()
            read(report(send(f"r:{number}"), status=status))
        assert UnreachableAddress.objects.exists()

    def test_of_a_server_that_was_away_never_count(self) -> None:
        for number in range(5):
            letter = send(f"r:{number}")
            read(report(letter, status="4.4.1"))
            assert refresh(letter).state == LetterState.BOUNCED
        assert not UnreachableAddress.objects.exists()

    def test_of_a_forgotten_letter_are_passed_over(self) -> None:
        letter = send()
        source = report(letter)
        Letter.objects.all().delete()
        assert read(source) == "a letter that is forgotten"

    def test_do_not_mark_a_letter_that_is_being_sent_again(self) -> None:
        letter = send()
        read(report(letter))
        send_again(letter.pk)
        read(report(letter))
        assert refresh(letter).state == LetterState.QUEUED


class TestUnreachable:
    def test_gets_nothing_more_but_codes(self) -> None:
        read(report(send()))
        assert send("r:2").state == LetterState.STOPPED
        assert "5.1.1" in send("r:2").error
        code = {"code": "BXKR", "minutes": "10", "email": "noor@example.org"}
        assert send("c:1", kind="sign_in_code", context=code).state == LetterState.SENT

    def test_is_written_to_again_when_staff_take_it_off_the_list(self) -> None:
        letter = send()
        read(report(letter))
        UnreachableAddress.objects.all().delete()
        send_again(letter.pk)
        assert deliver(letter.pk, now=NOON).state == LetterState.SENT

    def test_is_noted_when_our_own_server_says_so_at_once(self, sink: MailSink) -> None:
        sink.refusal = "550 5.1.1 no such mailbox"
        assert send().state == LetterState.FAILED
        assert UnreachableAddress.objects.get().address == "noor@example.org"

    def test_is_not_noted_for_a_refusal_that_is_not_of_the_address(self, sink: MailSink) -> None:
        sink.refusal = "554 5.7.1 we do not like your network"
        send()
        assert not UnreachableAddress.objects.exists()


NOTHING = [
    b"",
    b"\xff\xfe\x00" * 50,
    b"Subject: I am on holiday\n\nBack on Monday.",
    b"Content-Type: multipart/report; boundary=B\n\n--B\n--B--",
    b"Content-Type: message/delivery-status\n\nAction: failed\n\nAction: failed\nStatus: 5.1.1\n",
    b"Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\n\xff: \xff\n\n--B--",
    b"Content-Type: multipart/mixed; boundary=\n" * 500,
]


class TestNonsense:
    @pytest.mark.parametrize("source", NOTHING)
    def test_is_passed_over_without_an_error(self, source: bytes) -> None:
        assert read(source) == "no report on a letter of ours"

    def test_includes_answers_to_our_letters(self) -> None:
        letter = send()
        answer = f"To: {get_return_path(letter)}\nIn-Reply-To: {make_message_id(letter)}\n\nI am away. 5.1.1 550\n"
        assert read(answer.encode()) == "no report on a letter of ours"
        assert refresh(letter).state == LetterState.SENT

    def test_includes_reports_that_nobody_signed(self) -> None:
        letter = send()
        forged = report(letter, to="bounces+mh-aaaaaaaa@lantern.example").replace(
            make_message_id(letter).encode(), b"<mh-forged@localhost>"
        )
        assert read(forged) == "no report on a letter of ours"

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_in_a_report_never_crashes(self, data: st.DataObject) -> None:
        source = bytearray(TestNonsense.source())
        for _ in range(data.draw(st.integers(1, 12))):
            at = data.draw(st.integers(0, len(source)))
            source[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
        try:
            read_report(bytes(source))
        except NotAReport:
            pass

    @staticmethod
    def source() -> bytes:
        return report(Letter(pk=7, unique_key="r:7"))

    @settings(max_examples=100)
    @given(source=st.binary(max_size=400))
    def test_of_any_bytes_never_crashes(self, source: bytes) -> None:
        with pytest.raises(NotAReport):
            read_report(source)


class TestMaildir:
    def test_is_read_once(self, tmp_path: Path) -> None:
        box = mailbox.Maildir(tmp_path / "bounces")
        letters = [send("r:1"), send("r:2", to="bo@example.org")]
        for source in (report(letters[0]), report(letters[1]), b"Subject: spam\n\nBuy."):
            box.add(source)
        for told in ("1 × no report on a letter of ours\n2 × noted\n", "No new reports.\n"):
            out = io.StringIO()
            call_command("read_bounces", maildir=tmp_path / "bounces", stdout=out)
            assert out.getvalue() == told
        assert len(box) == 3, "nothing is thrown away"
        assert [refresh(letter).state for letter in letters] == [LetterState.BOUNCED] * 2

    def test_has_to_be_one(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no Maildir"):
            call_command("read_bounces", maildir=tmp_path)


def test_a_report_is_not_lost_when_the_database_is_away() -> None:
    letter = send()
    away = mock.patch("masthead.letters.management.commands.read_bounces.note_report", side_effect=OperationalError)
    with away, pytest.raises(SystemExit) as ended:
        call_command("read_bounces", source=io.BytesIO(report(letter)), stderr=io.StringIO())
    assert ended.value.code == 75, "the mail server keeps it and calls again"
