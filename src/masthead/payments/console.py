"""What staff see of the books and of the provider's messages, and the two buttons there."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from masthead.kit.formats import format_money
from masthead.payments import operations
from masthead.payments.models import Difference, EventOutcome, ProviderEvent, ReconciliationRun, ReconciliationSum
from masthead.rules.money import Money

SEE_RUNS: Final = "payments.view_reconciliationrun"
RUN: Final = "payments.run_reconciliation"
SEE_EVENTS: Final = "payments.view_providerevent"
REPLAY: Final = "payments.replay_event"
RUNS_SHOWN: Final = 20
A_PAGE: Final = 50


@require_safe
@permission_required(SEE_RUNS, raise_exception=True)
def show_reconciliation(request: HttpRequest) -> HttpResponse:
    """Show whether the ledger equals the provider, the last runs and what differed."""
    runs = list(ReconciliationRun.objects.filter(provider=settings.MASTHEAD_PAYMENTS)[:RUNS_SHOWN])
    last = next((run for run in runs if run.state == "done"), None)
    found = Difference.objects.filter(run__in=[run.pk for run in runs]).select_related("run")
    context: dict[str, Any] = {
        "runs": runs,
        "last": last,
        "sums": [_say_sum(row) for row in last.sums.all()] if last else [],
        "differences": Paginator(found, A_PAGE).get_page(request.GET.get("p")),
        "may_run": request.user.has_perm(RUN),
        **_head(_("Reconciliation"), "resubmit"),
    }
    return TemplateResponse(request, "payments/reconciliation.html", context)


@require_POST
@permission_required(RUN, raise_exception=True)
def start_reconciliation(request: HttpRequest) -> HttpResponse:
    """Let a job reconcile; the page shows how far it has come."""
    provider = settings.MASTHEAD_PAYMENTS
    since = operations.get_default_since(provider)
    try:
        operations.request_run(provider, since=since, now=timezone.now())
    except operations.AlreadyReconciling:
        messages.warning(request, _("A reconciliation is running already."))
    else:
        messages.success(request, _("The reconciliation has begun."))
    return redirect("payments_reconciliation")


@require_safe
@permission_required(SEE_EVENTS, raise_exception=True)
def show_inbox(request: HttpRequest) -> HttpResponse:
    """Show the messages of the provider, by outcome and reference."""
    found = ProviderEvent.objects.all()
    asked, outcome = request.GET.get("q", "").strip(), request.GET.get("outcome", "")
    if asked:
        found = found.filter(Q(reference=asked) | Q(subject_reference=asked) | Q(kind=asked))
    if outcome in EventOutcome.values:
        found = found.filter(outcome=outcome)
    context: dict[str, Any] = {
        "events": Paginator(found, A_PAGE).get_page(request.GET.get("p")),
        "asked": asked,
        "outcome": outcome,
        "outcomes": EventOutcome.choices,
        "kept_query": "&" + urlencode({"q": asked, "outcome": outcome}),
        "may_replay": request.user.has_perm(REPLAY),
        **_head(_("Inbox"), "mail"),
    }
    return TemplateResponse(request, "payments/inbox.html", context)


@require_POST
@permission_required(REPLAY, raise_exception=True)
def replay(request: HttpRequest) -> HttpResponse:
    """Follow the chosen messages once more."""
    chosen = [int(pk) for pk in request.POST.getlist("event")[:A_PAGE] if pk.isdecimal() and len(pk) < 19]
    count = operations.replay_events(chosen)
    said = ngettext("%(count)d message is followed again.", "%(count)d messages are followed again.", count)
    messages.success(request, said % {"count": count})
    return redirect("payments_inbox")


def _say_sum(row: ReconciliationSum) -> dict[str, str | bool]:
    language = get_language() or "en"
    apart = Money(abs(row.difference_minor), row.currency)
    return {
        "currency": row.currency,
        "ledger": format_money(row.ledger, language),
        "provider": format_money(row.provider, language),
        "is_equal": not row.difference_minor,
        "apart": format_money(apart, language),
    }


def _head(title: str, icon: str) -> dict[str, str]:
    return {"page_title": title, "header_title": title, "header_icon": icon}
