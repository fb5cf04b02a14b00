"""The console's pages of money, by the doors that staff use."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from masthead.kit.jobs.models import Job
from masthead.payments.models import Difference, ProviderEvent, ReconciliationRun, ReconciliationSum

pytestmark = pytest.mark.django_db

BOOKS = "/cms/payments/reconciliation/"
START = "/cms/payments/reconciliation/start/"
INBOX = "/cms/payments/inbox/"
REPLAY = "/cms/payments/inbox/replay/"
LOOK = ("view_reconciliationrun", "view_providerevent")
ACT = ("run_reconciliation", "replay_event")


def sign_in(client: Client, *codenames: str) -> Client:
    person = get_user_model().objects.create_user(email="books@example.org", password="")
    person.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", *codenames]))
    client.force_login(person)
    return client


def is_refused(answer: Any) -> bool:
    """Return whether the console refused: it sends who may not back to its front, with a word."""
    return (answer.status_code, answer.headers.get("Location")) == (302, "/cms/")


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    main = BeautifulSoup(answer.content, "html.parser").select_one("main")
    return " ".join(main.get_text(" ").split())


def add_run(**told: Any) -> ReconciliationRun:
    at = timezone.now()
    return ReconciliationRun.objects.create(
        **{"provider": "sandbox", "started_at": at, "beat_at": at, "finished_at": at, "state": "done", **told}
    )


def add_event(reference: str, **told: Any) -> ProviderEvent:
    at = timezone.now()
    facts = {"provider": "sandbox", "kind": "invoice.paid", "subject": "subscription", "subject_reference": "sub_1"}
    facts |= {"happened_at": at, "received_at": at, "source": "webhook", "outcome": "done", "done_at": at, **told}
    return ProviderEvent.objects.create(reference=reference, **facts)


class TestPermissions:
    @pytest.mark.parametrize("url", [BOOKS, INBOX])
    def test_pages_are_refused_without(self, client: Client, url: str) -> None:
        assert is_refused(sign_in(client).get(url))

    @pytest.mark.parametrize("url", [START, REPLAY])
    def test_buttons_are_refused_to_who_may_only_look(self, client: Client, url: str) -> None:
        assert is_refused(sign_in(client, *LOOK).post(url))
        assert not Job.objects.filter(task__contains=".payments.").exists()
        assert not ReconciliationRun.objects.exists()

    @pytest.mark.parametrize("url", [START, REPLAY])
    def test_buttons_do_nothing_by_a_link(self, client: Client, url: str) -> None:
        assert sign_in(client, *LOOK, *ACT).get(url).status_code == 405

    def test_buttons_are_not_shown_to_who_may_only_look(self, client: Client) -> None:
        add_event("evt_1")
        sign_in(client, *LOOK)
        assert "Reconcile now" not in text_of(client.get(BOOKS))
        assert "again" not in text_of(client.get(INBOX)).split("A message is kept")[0]

    def test_the_menu_shows_what_may_be_seen(self, client: Client) -> None:
        sign_in(client, "view_providerevent")
        page = client.get("/cms/").content.decode()
        assert INBOX in page
        assert BOOKS not in page


class TestReconciliation:
    def test_says_that_nothing_happened_yet(self, client: Client) -> None:
        said = text_of(sign_in(client, *LOOK).get(BOOKS))
        assert "Nothing was compared to the end yet" in said
        assert "There was none yet" in said

    def test_says_in_words_whether_ledger_equals_provider(self, client: Client) -> None:
        run = add_run(unexplained=1)
        ReconciliationSum.objects.create(run=run, currency="USD", ledger_minor=1200, provider_minor=1200)
        ReconciliationSum.objects.create(run=run, currency="JPY", ledger_minor=500, provider_minor=800)
        Difference.objects.create(
            run=run, kind="only_here", subject="payment", reference="pi_9", ours="JPY 500", noticed_at=timezone.now()
        )
        said = text_of(sign_in(client, *LOOK).get(BOOKS))
        assert "USD $12 $12 ✓ Equal" in said
        assert "JPY ¥500 ¥800 ✗ ¥300 apart" in said
        assert "pi_9 JPY 500 – Not mended" in said

    def test_costs_the_same_however_many_differ(self, client: Client, django_assert_max_num_queries: Any) -> None:
        run = add_run()
        for number in range(40):
            Difference.objects.create(
                run=run, kind="unlike", subject="payment", reference=f"pi_{number}", noticed_at=timezone.now()
            )
        sign_in(client, *LOOK)
        client.get(BOOKS)
        with django_assert_max_num_queries(16):
            client.get(BOOKS)

    def test_the_button_starts_one_run(self, client: Client) -> None:
        sign_in(client, *LOOK, *ACT)
        said = [text_of(client.post(START, follow=True)) for _ in range(2)]
        assert "Running" in said[0]
        assert ReconciliationRun.objects.count() == 1
        assert Job.objects.filter(task="masthead.payments.tasks.carry_out_run").count() == 1


class TestInbox:
    def test_says_that_it_is_empty(self, client: Client) -> None:
        assert "No message has come yet" in text_of(sign_in(client, *LOOK).get(INBOX))

    def test_finds_by_reference_and_outcome(self, client: Client) -> None:
        add_event("evt_1")
        add_event("evt_2", outcome="foreign", subject_reference="sub_2")
        sign_in(client, *LOOK)
        assert "evt_1" not in text_of(client.get(INBOX, {"q": "sub_2"}))
        assert "evt_2" in text_of(client.get(INBOX, {"outcome": "foreign"}))
        assert "No message is like that" in text_of(client.get(INBOX, {"q": "nothing"}))

    def test_follows_the_chosen_ones_again(self, client: Client) -> None:
        known, unknown = add_event("evt_1"), add_event("evt_2", subject="", outcome="ignored")
        sign_in(client, *LOOK, *ACT)
        client.post(REPLAY, {"event": [known.pk, unknown.pk, "x", "9" * 40]})
        known.refresh_from_db()
        unknown.refresh_from_db()
        assert (known.outcome, unknown.outcome) == ("waiting", "ignored")
        assert Job.objects.filter(task="masthead.payments.tasks.project_event").count() == 1
