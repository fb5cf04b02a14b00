from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import transaction
from pytest_django.fixtures import Settings

from masthead.kit.jobs.models import Job
from masthead.kit.testing.jobs import run_jobs
from masthead.kit.testing.network import MailSink, get_free_port, open_mail_sink
from masthead.letters import delivery, kinds, operations, publication
from masthead.letters.backend import NoAttachments
from masthead.letters.conf import BadSmtpUrl, SmtpServer, parse_smtp_url
from masthead.letters.delivery import DeliveryPostponed
from masthead.letters.kinds import UnknownLetterKind
from masthead.letters.models import Letter, LetterState
from masthead.letters.operations import LetterBeingSent, deliver, queue_letter, send_again
from masthead.letters.publication import Publication

pytestmark = pytest.mark.django_db

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _outbox(settings: Settings, page_tree: None, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_BACKEND = "masthead.letters.backend.OutboxBackend"
    settings.MASTHEAD_FROM_EMAIL = "desk@lantern.example"
    monkeypatch.setattr(publication, "_source", lambda _language: Publication(name="The Lantern", place="Merrowport"))
    Job.objects.all().delete()


@pytest.fixture
def sink(settings: Settings) -> Iterator[MailSink]:
    with open_mail_sink() as sink:
        settings.MASTHEAD_SMTP_URL = sink.url
        yield sink


def queue_code(key: str = "code:1", **changes: Any) -> Letter:
    wish: dict[str, Any] = {
        "kind": "sign_in_code",
        "to": "reader@example.org",
        "context": {"code": "BXKR-TWQP", "minutes": "10", "email": "reader@example.org"},
        "language": "en",
        "unique_key": key,
        "now": NOON,
    }
    return queue_letter(**{**wish, **changes})


def get_part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


class TestQueueLetter:
    def test_waits_for_its_job(self) -> None:
        letter = queue_code()
        assert (letter.state, letter.subject, letter.sent_at) == (LetterState.QUEUED, "", None)
        assert Job.objects.get().priority == operations.URGENT_PRIORITY

    def test_queues_one_letter_for_one_key(self) -> None:
        first = queue_code()
        again = queue_code(to="someone.else@example.org")
        assert again.pk == first.pk
        assert (again.to, Job.objects.count()) == ("reader@example.org", 1)

    def test_is_dropped_with_the_transaction_of_the_caller(self) -> None:
        def fail_after_queueing() -> None:
            with transaction.atomic():
                queue_code()
                raise KeyError

        with pytest.raises(KeyError):
            fail_after_queueing()
        assert not Letter.objects.exists()
        assert not Job.objects.exists()

    def test_refuses_a_kind_that_nobody_registered(self) -> None:
        with pytest.raises(UnknownLetterKind):
            queue_code(kind="horoscope")

    def test_refuses_two_kinds_of_one_name(self) -> None:
        with pytest.raises(ValueError, match="sign_in_code"):
            kinds.register("sign_in_code", sample={})


class TestDeliver:
    def test_reaches_a_real_mail_server(self, sink: MailSink) -> None:
        letter = queue_code()
        assert run_jobs(now=NOON) == 1
        letter.refresh_from_db()
        assert (letter.state, letter.attempts, letter.error) == (LetterState.SENT, 1, "")
        assert letter.sent_at is not None
        (message,) = sink.messages
        assert sink.recipients == ["reader@example.org"]
        assert message["From"] == "The Lantern <desk@lantern.example>"
        assert message["Subject"] == "Your sign-in code: BXKR-TWQP"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["List-Unsubscribe"] is None, "a code is always sent"
        assert "BXKR-TWQP" in get_part(message, "plain")
        assert "BXKR-TWQP" in get_part(message, "html")

    def test_sends_nothing_twice(self, sink: MailSink) -> None:
        letter = queue_code()
        run_jobs(now=NOON)
        deliver(letter.pk, now=NOON + timedelta(days=1))
        assert len(sink.messages) == 1

    def test_leaves_a_letter_alone_while_another_process_sends_it(self, sink: MailSink) -> None:
        letter = queue_code()
        Letter.objects.update(taken_at=NOON)
        with pytest.raises(LetterBeingSent):
            deliver(letter.pk, now=NOON + operations.HOLD / 2)
        assert not sink.messages

    def test_sends_a_letter_again_whose_sender_was_killed(
        self, sink: MailSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Killed(BaseException):
            pass

        def hand_over_and_die(letter: Letter) -> None:
            delivery.hand_over(letter)
            raise Killed

        letter = queue_code()
        monkeypatch.setattr("masthead.letters.operations.send.hand_over", hand_over_and_die)
        with pytest.raises(Killed):
            deliver(letter.pk, now=NOON)
        monkeypatch.undo()
        deliver(letter.pk, now=NOON + operations.HOLD)
        letter.refresh_from_db()
        assert letter.state == LetterState.SENT
        assert [message["Message-ID"] for message in sink.messages] == [sink.messages[0]["Message-ID"]] * 2

    def test_keeps_a_letter_that_is_refused_with_the_reason(
        self, sink: MailSink, caplog: pytest.LogCaptureFixture
    ) -> None:
        sink.refusal = "550 no such mailbox"
        letter = queue_code()
        run_jobs(now=NOON)
        assert "reader@example.org" not in caplog.text, "the log says nothing about a person"
        letter.refresh_from_db()
        assert letter.state == LetterState.FAILED
        assert "no such mailbox" in letter.error
        assert not Job.objects.exists(), "trying again would be no use"

    def test_tries_again_when_the_server_is_busy_and_gives_up_in_the_end(self, sink: MailSink) -> None:
        sink.refusal = "451 try later"
        letter = queue_code()
        now = NOON
        for _ in range(operations.MAX_ATTEMPTS - 1):
            run_jobs(now=now)
            letter.refresh_from_db()
            assert letter.state == LetterState.QUEUED
            assert "try later" in letter.error
            now += timedelta(hours=2)
        run_jobs(now=now)
        letter.refresh_from_db()
        assert letter.state == LetterState.FAILED
        assert not Job.objects.exists()

    def test_sends_a_failed_letter_again_when_asked_to(self, sink: MailSink) -> None:
        sink.refusal = "550 no such mailbox"
        letter = queue_code()
        run_jobs(now=NOON)
        sink.refusal = ""
        send_again(letter.pk)
        run_jobs(now=NOON)
        send_again(letter.pk)
        run_jobs(now=NOON)
        letter.refresh_from_db()
        assert letter.state == LetterState.SENT
        assert len(sink.messages) == 1

    def test_waits_for_a_server_that_is_away(self, settings: Settings) -> None:
        settings.MASTHEAD_SMTP_URL = f"smtp://127.0.0.1:{get_free_port()}"
        letter = queue_code()
        with pytest.raises(DeliveryPostponed):
            deliver(letter.pk, now=NOON)
        letter.refresh_from_db()
        assert letter.state == LetterState.QUEUED

    def test_waits_for_the_newsroom_to_mend_its_password(self, sink: MailSink, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_args: object, **_kwargs: object) -> int:
            raise smtplib.SMTPAuthenticationError(535, b"who are you")

        monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.send_messages", refuse)
        with pytest.raises(DeliveryPostponed):
            deliver(queue_code().pk, now=NOON)

    def test_keeps_it_for_the_mailbox_without_a_server(self) -> None:
        letter = queue_code()
        run_jobs(now=NOON)
        letter.refresh_from_db()
        assert letter.state == LetterState.SENT
        assert "BXKR-TWQP" in letter.text
        assert letter.from_email == "The Lantern <desk@lantern.example>"

    def test_buries_the_job_of_a_letter_that_cannot_be_rendered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(kinds._KINDS, "horoscope", kinds.Kind("horoscope"))
        letter = queue_code(kind="horoscope")
        for hours in range(operations.MAX_ATTEMPTS):
            run_jobs(now=NOON + timedelta(hours=2 * hours))
        letter.refresh_from_db()
        assert letter.state == LetterState.FAILED
        assert "horoscope" in letter.error


class TestOutboxBackend:
    def test_queues_plain_mail_of_django_for_each_recipient(self, sink: MailSink) -> None:
        send_mail("Hello", "Words", None, ["one@example.org", "two@example.org"])
        assert run_jobs(now=NOON) == 2
        assert sink.recipients == ["one@example.org", "two@example.org"]
        assert [message["To"] for message in sink.messages] == ["one@example.org", "two@example.org"]
        assert get_part(sink.messages[0], "plain").strip() == "Words"

    def test_keeps_html_and_headers(self, sink: MailSink) -> None:
        message = EmailMultiAlternatives("Hi", "Words", None, ["one@example.org"], headers={"X-Desk": "news"})
        message.attach_alternative("<p>Words</p>", "text/html")
        message.send()
        run_jobs(now=NOON)
        assert "<p>Words</p>" in get_part(sink.messages[0], "html")
        assert sink.messages[0]["X-Desk"] == "news"

    def test_refuses_attachments_loudly(self) -> None:
        message = EmailMultiAlternatives("Hi", "Words", None, ["one@example.org"])
        message.attach("list.txt", "a", "text/plain")
        with pytest.raises(NoAttachments):
            message.send()

    def test_lets_no_header_be_smuggled_in(self, sink: MailSink) -> None:
        send_mail("Hello\nBcc: all@example.org", "Words", None, ["one@example.org"])
        run_jobs(now=NOON)
        assert sink.messages[0]["Bcc"] is None
        assert sink.recipients == ["one@example.org"]


class TestSmtpUrl:
    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
            ("smtp://a%40b:p%2Fw@mail.example?tls=yes", ("mail.example", 587, "a@b", "p/w", True, False)),
            ("smtps://u:p@mail.example", ("mail.example", 465, "u", "p", False, True)),
            ("smtp://127.0.0.1:2525/?tls=0", ("127.0.0.1", 2525, "", "", False, False)),
        ],
    )
    def test_reads(self, url: str, expected: tuple[str, int, str, str, bool, bool]) -> None:
        host, port, username, password, starttls, tls = expected
        assert parse_smtp_url(url) == SmtpServer(
            host=host, port=port, username=username, password=password, starttls=starttls, tls=tls
        )

    @pytest.mark.parametrize(
        "url",
        [
            "http://mail.example",
            "smtp://",
            "smtp://u:secret@h?tls=perhaps",
            "smtp://h:port",
            "smtp://h/x",
            "smtp://h?a=b",
        ],
    )
    def test_refuses_nonsense_without_repeating_it(self, url: str, settings: Settings) -> None:
        with pytest.raises(BadSmtpUrl) as refusal:
            parse_smtp_url(url)
        assert "secret" not in str(refusal.value)
        settings.MASTHEAD_SMTP_URL = url
        with pytest.raises(SystemCheckError, match=r"letters\.E001"):
            call_command("check")

    def test_keeps_the_senders_own_name(self, settings: Settings) -> None:
        settings.MASTHEAD_FROM_EMAIL = "Night Desk <night@lantern.example>"
        assert delivery.get_sender("en") == "Night Desk <night@lantern.example>"
        settings.MASTHEAD_FROM_EMAIL = "desk@lantern.example"
        assert delivery.get_sender("en") == "The Lantern <desk@lantern.example>"
