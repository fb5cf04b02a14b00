"""The inbox: signed, fresh, once; and the door through which messages come."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from tests.payments.world import Bank, now, start

from masthead.kit.jobs.models import Job
from masthead.payments import operations
from masthead.payments.models import ProviderEvent
from masthead.payments.providers.base import BadWebhook, UnknownProvider
from masthead.payments.sandbox.delivery import sign

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "/payments/webhook/sandbox/"


def make_event(kind: str = "checkout.session.completed", **told: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "type": kind,
        "created": int(AT.timestamp()),
        "data": {"object": {"id": "cs_1", "object": "checkout.session"}},
        **told,
    }


@pytest.fixture
def secret(settings: LazySettings) -> str:
    value: str = settings.MASTHEAD_SANDBOX_WEBHOOK_SECRET
    return value


def receive(event: dict[str, Any] | bytes, secret: str, *, signed_at: datetime = AT, at: datetime = AT) -> bool:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    headers = {"stripe-signature": sign(body, secret, at=int(signed_at.timestamp()))}
    return operations.receive_webhook("sandbox", body, headers, now=at)


def list_jobs() -> list[list[int]]:
    jobs = Job.objects.filter(task="masthead.payments.tasks.project_event")
    return [job.payload["args"] for job in jobs]


class TestReceiveWebhook:
    def test_keeps_a_message_once_with_one_job(self, secret: str) -> None:
        assert [receive(make_event(), secret) for _ in range(3)] == [True, False, False]
        event = ProviderEvent.objects.get()
        assert (event.kind, event.subject, event.subject_reference) == (
            "checkout.session.completed",
            "checkout",
            "cs_1",
        )
        assert (event.outcome, event.source) == ("waiting", "webhook")
        assert list_jobs() == [[event.pk]]

    def test_a_repeated_message_costs_one_query(
        self, secret: str, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        receive(make_event(), secret)
        with django_assert_num_queries(1):
            receive(make_event(), secret)

    def test_keeps_what_is_of_no_concern_without_a_job(self, secret: str) -> None:
        assert receive(make_event("payout.paid", data={"object": {"id": "po_1", "object": "payout"}}), secret)
        assert ProviderEvent.objects.get().outcome == "ignored"
        assert list_jobs() == []

    def test_keeps_nothing_of_the_body(self, secret: str) -> None:
        about = {"id": "cs_1", "object": "checkout.session", "customer_email": "alma@example.org"}
        receive(make_event(data={"object": about}), secret)
        [values] = ProviderEvent.objects.values()
        assert "alma" not in str(values)

    @pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(days=1), -timedelta(minutes=6)])
    def test_refuses_what_was_not_signed_just_now(self, secret: str, age: timedelta) -> None:
        with pytest.raises(BadWebhook):
            receive(make_event(), secret, signed_at=AT - age)
        assert not ProviderEvent.objects.exists()

    def test_takes_what_is_minutes_old(self, secret: str) -> None:
        assert receive(make_event(), secret, signed_at=AT - timedelta(minutes=4))

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "t=1",
            "v1=abc",
            "t=,v1=",
            "t=x,v1=y",
            "nonsense",
            f"t={int(AT.timestamp())},v1={'0' * 64}",
            f"t={int(AT.timestamp())},v0={'0' * 64}",
        ],
    )
    def test_refuses_what_is_not_signed(self, header: str) -> None:
        with pytest.raises(BadWebhook):
            operations.receive_webhook(
                "sandbox", json.dumps(make_event()).encode(), {"stripe-signature": header}, now=AT
            )

    def test_refuses_a_body_that_was_changed(self, secret: str) -> None:
        body = json.dumps(make_event()).encode()
        headers = {"stripe-signature": sign(body, secret, at=int(AT.timestamp()))}
        with pytest.raises(BadWebhook):
            operations.receive_webhook("sandbox", body.replace(b"cs_1", b"cs_2"), headers, now=AT)

    def test_refuses_another_secret(self) -> None:
        with pytest.raises(BadWebhook):
            receive(make_event(), "whsec_of_somebody_else")

    def test_refuses_everything_where_no_secret_is_set(self) -> None:
        body = json.dumps(make_event()).encode()
        for secret in ("", " "):
            with pytest.raises(BadWebhook):
                operations.receive_webhook(
                    "stripe", body, {"stripe-signature": sign(body, secret, at=int(AT.timestamp()))}, now=AT
                )

    @pytest.mark.parametrize(
        "body", [b"", b"null", b"[]", b'"text"', b"{}", b"{", b"\xff\xfe", b'{"id": 1, "type": null, "created": "x"}']
    )
    def test_refuses_a_signed_body_that_is_no_event(self, secret: str, body: bytes) -> None:
        with pytest.raises(BadWebhook):
            receive(body, secret)

    def test_knows_no_other_provider(self) -> None:
        with pytest.raises(UnknownProvider):
            operations.receive_webhook("somebody", b"{}", {}, now=AT)

    def test_hears_no_sandbox_where_money_is_real(self, secret: str, settings: LazySettings) -> None:
        settings.MASTHEAD_PAYMENTS = "stripe"
        with pytest.raises(UnknownProvider):
            receive(make_event(), secret)


class TestDoor:
    def test_takes_a_signed_message(self, client: Client, secret: str) -> None:
        body = json.dumps(make_event())
        signature = sign(body.encode(), secret, at=int(now().timestamp()))
        for _ in range(2):
            answer = client.post(URL, body, content_type="application/json", headers={"stripe-signature": signature})
            assert answer.status_code == 200
        assert ProviderEvent.objects.count() == 1

    def test_needs_no_form_token(self, secret: str) -> None:
        strict = Client(enforce_csrf_checks=True)
        body = json.dumps(make_event())
        signature = sign(body.encode(), secret, at=int(now().timestamp()))
        answer = strict.post(URL, body, content_type="application/json", headers={"stripe-signature": signature})
        assert answer.status_code == 200

    def test_answers_a_forged_one_with_a_sentence(self, client: Client) -> None:
        answer = client.post(URL, "{}", content_type="application/json", headers={"stripe-signature": "t=1,v1=0"})
        assert answer.status_code == 400
        assert answer.content.decode() == "This message is not signed by the payment service, or it is too old."
        assert answer["Content-Type"].startswith("text/plain")

    def test_is_for_posts_to_known_providers(self, client: Client) -> None:
        assert client.get(URL).status_code == 405
        assert client.post("/payments/webhook/somebody/", "{}", content_type="application/json").status_code == 404

    def test_refuses_what_is_too_large(self, client: Client) -> None:
        answer = client.post(URL, b"x" * 3_000_000, content_type="application/json")
        assert answer.status_code == 413


class TestProjectEvent:
    def test_what_is_not_there_any_more_is_foreign(self, bank: Bank, secret: str) -> None:
        receive(make_event(), secret)
        event = ProviderEvent.objects.get()
        assert operations.project_event(event.pk, now=AT).outcome == "foreign"
        assert operations.project_event(event.pk, now=AT).outcome == "foreign"

    def test_answers_with_one_reading_what_came_before_it(self, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """What comes while the provider is read may be newer than the answer, and waits."""
        readings = []

        def read(*_given: Any, **_named: Any) -> None:
            readings.append(1)
            receive(make_event(id="evt_late"), secret)

        monkeypatch.setattr("masthead.payments.operations.inbox.project", read)
        for number in range(3):
            receive(make_event(id=f"evt_{number}"), secret)
        first = ProviderEvent.objects.get(reference="evt_0")
        operations.project_event(first.pk, now=AT)
        waiting = ProviderEvent.objects.filter(outcome="waiting").values_list("reference", flat=True)
        assert list(waiting) == ["evt_late"]
        for event in ProviderEvent.objects.exclude(reference="evt_late"):
            operations.project_event(event.pk, now=AT)
        assert len(readings) == 1

    def test_a_failed_attempt_is_counted_once(
        self, bank: Bank, deliver: Callable[..., list[bool]], django_capture_on_commit_callbacks: Any
    ) -> None:
        from masthead.payments.models import FailedAttempt

        checkout = start()
        begun = FailedAttempt.objects.get(subject="site").failures
        bank.pay(checkout.url, "4000 0000 0000 0002")
        deliver()
        for _ in range(2):
            for event in ProviderEvent.objects.all():
                operations.project_event(event.pk, now=now())
        assert FailedAttempt.objects.get(subject="site").failures == begun + 1
